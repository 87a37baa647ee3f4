"""The benchmarks, and what counts and measures for the docs."""
