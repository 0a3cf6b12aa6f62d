"""Medians and how far they can be trusted."""

from math import comb
from statistics import median
from typing import Any

_LEVEL = 0.95


def summary(values: list[float]) -> dict[str, Any]:
    """Median, smallest, largest, and the interval of the median with its coverage."""
    low, high, coverage = median_interval(values)
    return {
        "median": median(values),
        "interval": [low, high],
        "coverage": coverage,
        "min": min(values),
        "max": max(values),
        "values": values,
    }


def median_interval(values: list[float]) -> tuple[float, float, float]:
    """The narrowest pair of order statistics that holds the true median with at least 95 %, and its coverage.

    Whether a value lies below the true median is a fair coin, whatever the distribution, so the r-th smallest
    and r-th largest of n values miss it with probability 2 P(Binomial(n, 1/2) < r). Below six values even the
    smallest and the largest cover less than 95 %.
    """
    ordered, num = sorted(values), len(values)
    rank, coverage = 1, _coverage(num, 1)
    while rank < num / 2 and _coverage(num, rank + 1) >= _LEVEL:
        rank, coverage = rank + 1, _coverage(num, rank + 1)
    return ordered[rank - 1], ordered[num - rank], coverage


def _coverage(num: int, rank: int) -> float:
    return max(0.0, 1.0 - 2.0 * sum(comb(num, k) for k in range(rank)) / 2.0**num)


def ratios(ours: dict[int, float], theirs: dict[int, float]) -> dict[str, Any] | None:
    """Summary of ours over theirs, each quotient from one repeat, where both were measured."""
    quotients = [ours[repeat] / theirs[repeat] for repeat in ours if repeat in theirs]
    return summary(quotients) if quotients else None
