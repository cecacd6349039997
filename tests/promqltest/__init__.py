"""Runs Prometheus' promqltest files against the embedded engine: `python -m tests.promqltest FILE...`."""
