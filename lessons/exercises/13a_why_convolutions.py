# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Exercise 13a: a convolution is a dense layer

An image of $s \times s$ pixels goes through a convolution with one map
in, one map out, a kernel of 4×4, stride 2 and one row of zeros around
the image. Unit $(i, j)$ of the new map is

$$ y_{ij} = \sum_{a=0}^{3} \sum_{b=0}^{3} w_{ab}\,
   x_{2i + a - 1,\; 2j + b - 1}, $$

where pixels outside of the image count as zero. Write
`as_dense(kernel, side)`: a matrix with a row for each pixel and a column
for each unit, both counted row by row, so that `flat_image @ matrix` is
the new map.
"""

# %%
import keras
import numpy as np

# Checked with the seeds 0 to 9.
SEED = 0


# %%
def as_dense(kernel, side):
    """The matrix, float64 (side**2, side**2 // 4).

    kernel: (4, 4).
    """
    # BEGIN SOLUTION
    half = side // 2
    matrix = np.zeros((side, side, half, half))
    for i, j, a, b in np.ndindex(half, half, 4, 4):
        row, column = 2 * i + a - 1, 2 * j + b - 1
        if 0 <= row < side and 0 <= column < side:
            matrix[row, column, i, j] = kernel[a, b]
            # WRONG: matrix[row, column, i, j] = kernel[3 - a, 3 - b]
    return matrix.reshape(side**2, half**2)
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
rng = np.random.default_rng(SEED)
kernel = rng.standard_normal((4, 4))
matrix = as_dense(kernel, 8)
assert matrix.shape == (64, 16), (
    f"shape {matrix.shape}, expected (64, 16)"
)
used = int(np.count_nonzero(matrix))
assert used == 196, (
    f"{used} entries are not zero, expected 196; "
    "pixels outside of the image have no row"
)
different = len(np.unique(matrix[matrix != 0]))
assert different == 16, f"{different} different weights, expected 16"

# %%
for side in (4, 8, 10):
    layer = keras.layers.Conv2D(
        1, 4, strides=2, padding="same", data_format="channels_last"
    )
    pictures = rng.standard_normal((5, side, side, 1)).astype("float32")
    layer.build(pictures.shape)
    layer.set_weights([kernel[:, :, None, None], np.zeros(1)])
    expected = keras.ops.convert_to_numpy(layer(pictures))
    found = pictures.reshape(5, -1) @ as_dense(kernel, side)
    gap = np.abs(found - expected.reshape(5, -1)).max()
    assert gap < 1e-4, (
        f"side {side}: differs from Keras by {gap:.2g}, expected 0; "
        "is the right weight at each place, or the kernel turned round?"
    )

# %% [markdown]
"""
How much of a dense layer's freedom does the convolution give up?
Compute `kept` for 28×28 pixels: the number of different weights in the
matrix that are not zero, divided by the number of all its entries.
"""

# %%
side = 28
# BEGIN SOLUTION
large = as_dense(kernel, side)
kept = len(np.unique(large[large != 0])) / large.size
# WRONG: kept = np.count_nonzero(large) / large.size
# END SOLUTION

# %%
print(f"one free weight in {1 / kept:,.0f}")
assert abs(1 / kept - 9_604) < 1, (
    f"one in {1 / kept:,.0f}, expected one in 9,604; "
    "a weight that is shared counts once"
)
print("All tests pass.")
