"""Many seeds and settings: every run by itself, several at a time, kept as soon as it has ended."""

from keras_gan.sweeps.sweep import Sweep, sweep

__all__ = [
    "Sweep",
    "sweep",
]
