"""Measurements, each started by hand as `python -m tests.bench.NAME`; they print figures and their ratios."""
