"""Benchmarks: our pages beside a bare reference page, measured in the same run."""
