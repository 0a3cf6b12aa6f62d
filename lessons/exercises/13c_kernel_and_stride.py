# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Exercise 13c: weights against checkerboards

A transposed convolution in one dimension lays the kernel $w_0, \dots,
w_{k-1}$ at every $s$-th place, times the value there, and adds:

$$ y_x = \sum_i v_i \, w_{x - s i}, $$

where weights outside of the kernel count as zero. From $n$ values it
makes $s\,(n - 1) + k$ numbers. Write `paint(values, kernel, stride)`.
"""

# %%
import keras
import numpy as np

# Checked with the seeds 0 to 9.
SEED = 0


# %%
def paint(values, kernel, stride):
    """The painted numbers, float64 (stride * (n - 1) + k,)."""
    values, kernel = np.asarray(values), np.asarray(kernel)
    # BEGIN SOLUTION
    painted = np.zeros(stride * (len(values) - 1) + len(kernel))
    for i, value in enumerate(values):
        here = slice(stride * i, stride * i + len(kernel))
        painted[here] += value * kernel
        # WRONG: painted[here] = value * kernel
    return painted
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""

# %%
found = paint([1, 1, 1], [1, 1, 1], 2)
assert np.allclose(found, [1, 1, 2, 1, 2, 1, 1]), (
    f"{found}, expected [1 1 2 1 2 1 1]; "
    "do kernels add up where they overlap?"
)

# %%
found = paint([1, 10], [1, 2, 3, 4], 2)
assert np.allclose(found, [1, 2, 13, 24, 30, 40]), (
    f"{found}, expected [1 2 13 24 30 40]; is the kernel turned round?"
)
found = paint([2.0, 3.0], [1, 1], 3)
assert np.allclose(found, [2, 2, 0, 3, 3]), (
    f"{found}, expected [2 2 0 3 3], with a gap"
)

# %%
rng = np.random.default_rng(SEED)
for size, stride in ((3, 2), (4, 2), (5, 2), (5, 3)):
    kernel, values = rng.standard_normal(size), rng.standard_normal(6)
    layer = keras.layers.Conv1DTranspose(
        1, size, strides=stride, data_format="channels_last"
    )
    inputs = values.astype("float32")[None, :, None]
    layer.build(inputs.shape)
    layer.set_weights([kernel[:, None, None], np.zeros(1)])
    expected = keras.ops.convert_to_numpy(layer(inputs))[0, :, 0]
    gap = np.abs(paint(values, kernel, stride) - expected).max()
    assert gap < 1e-4, (
        f"kernel {size}, stride {stride}: differs from Keras by "
        f"{gap:.2g}, expected 0"
    )

# %% [markdown]
"""
With weights of 1, a kernel of 3 and a stride of 2 a constant becomes a
checkerboard. Find two symmetric kernels with 1 in the middle that paint
a constant as a constant, but for its ends, with stride 2: `even_three`
of length 3, and `even_five` of length 5 with 0.25 at both ends.
"""

# %%
# BEGIN SOLUTION
even_three = [0.5, 1, 0.5]
even_five = [0.25, 0.75, 1, 0.75, 0.25]
# WRONG: even_five = [0.25, 0.5, 1, 0.5, 0.25]
# END SOLUTION

# %%
for kernel, length in ((even_three, 3), (even_five, 5)):
    kernel = list(kernel)
    assert len(kernel) == length, f"{kernel}, expected {length} weights"
    assert kernel[length // 2] == 1, f"{kernel}: the middle is not 1"
    assert kernel == kernel[::-1], f"{kernel} is not symmetric"
    inside = paint(np.ones(8), kernel, 2)[4:-4]
    assert np.ptp(inside) < 1e-9, (
        f"{kernel} paints {inside}, expected a constant; "
        "which weights meet at an even place, and which at an odd one?"
    )
assert even_five[0] == 0.25, f"{even_five}: the ends are not 0.25"
print("All tests pass.")
