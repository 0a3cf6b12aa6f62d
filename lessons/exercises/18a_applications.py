# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Exercise 18a: how far is a level from playable?

The lesson asks of a level only whether a path leads from the upper left
tile to the lower right one. A designer asks more: how many walls must
go? Write `walls_to_open(level)`, the smallest number of walls that have
to be opened so that such a path exists. A level is a square of
booleans, `True` for floor; steps go up, down, left and right, and the
two corners are opened too, if they are walls.

Hint: let `cost[y, x]` be the number of walls on the best path to a
tile, that tile included. It begins as infinity everywhere but in the
corner. A tile costs its own wall plus the cheapest of its neighbours.
Repeat until nothing changes.
"""

# %%
import numpy as np
from scipy.ndimage import label

# Checked with the seeds 0 to 9.
SEED = 0


# %%
def walls_to_open(level):
    """The fewest walls on any path between the two corners."""
    # BEGIN SOLUTION
    wall = (~np.asarray(level)).astype("float64")
    cost = np.full(np.add(wall.shape, 2), np.inf)  # with a border
    cost[1, 1] = wall[0, 0]
    # WRONG: cost[1, 1] = 0
    while True:
        sides = cost[:-2, 1:-1], cost[2:, 1:-1]
        # WRONG: sides = (cost[:-2, 1:-1],)
        sides += cost[1:-1, :-2], cost[1:-1, 2:]
        better = np.minimum(cost[1:-1, 1:-1], wall + np.min(sides, 0))
        if (better == cost[1:-1, 1:-1]).all():
            return int(better[-1, -1])
        cost[1:-1, 1:-1] = better
    # END SOLUTION


# %% [markdown]
"""
Run the tests. No message means that they pass.
"""


# %%
def draw(*rows):
    return np.array([[tile == "." for tile in row] for row in rows])


KNOWN = {
    0: draw("..#", "#..", "##."),
    1: draw(".##", ".##", "..#"),
    2: draw("..#.", "###.", ".##.", "..##"),
    3: draw(".##", "###", "##."),
    5: draw("###", "###", "###"),
}
for expected, level in KNOWN.items():
    found = walls_to_open(level)
    assert found == expected, (
        f"{found}, expected {expected}; are all walls on the path "
        f"counted, corners too?\n{level}"
    )

# %%
detour = draw(".####", ".#...", ".#.#.", "...#.", "####.")
found = walls_to_open(detour)
assert found == 0, (
    f"{found}, expected 0; a path may lead up again, not only down"
)

# %% [markdown]
"""
And on random levels: no wall to open means exactly what the lesson
calls playable, opening one more tile never makes it worse, and never
better by more than one.
"""


# %%
def playable(level):
    areas, _ = label(level)
    return areas[0, 0] > 0 and areas[0, 0] == areas[-1, -1]


rng = np.random.default_rng(SEED)
for _ in range(300):
    level = rng.random((8, 8)) < 0.6
    before = walls_to_open(level)
    assert (before == 0) == playable(level), (
        f"{before} walls, playable is {playable(level)}:\n{level}"
    )
    level[tuple(rng.integers(8, size=2))] = True
    gain = before - walls_to_open(level)
    assert gain in (0, 1), (
        f"one more opened tile saved {gain} walls, expected 0 or 1"
    )
print("All tests pass.")
