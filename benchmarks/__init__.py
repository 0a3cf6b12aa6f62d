"""The measured comparisons: `python -m benchmarks` trains the same GANs in many ways, side by side."""
