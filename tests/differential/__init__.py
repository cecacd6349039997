"""The embedded PromQL engine against a live Prometheus: `python -m tests.differential --seed N --count M`.

Random series are written to a private Prometheus, random well-typed queries are asked of both, and the answers
are compared sample by sample: which series, which steps, values to a relative 1e-9 (NaN and infinities exactly),
whether there is an error, and the texts of errors, warnings and infos.
"""
