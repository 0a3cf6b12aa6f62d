"""What claims, benchmarks and tools stand on: where this checkout lies, whole files, what machine it is."""
