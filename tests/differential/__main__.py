"""`python -m tests.differential [--seed N] [--count M] [-v]`: random queries of both.

Prints each query whose answers differ and a summary; exit code 1 if a value, a series or an error differs. Texts
of errors and annotations that differ are counted, and printed with -v. Without --seed a fresh one is taken.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

from tests.differential.runner import run
from tests.testbed import build, paths


def main() -> int:
    description = (__doc__ or "").split("\n\n")[1]
    parser = argparse.ArgumentParser(prog="python -m tests.differential", description=description)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--mistakes", type=float, default=0.1, help="share of queries with mistakes (0.1)")
    parser.add_argument("--apart", action="store_true", help="no sample on the bound of a window")
    parser.add_argument("--program", type=Path, help="the Prometheus to ask (the test bed's)")
    parser.add_argument("-v", "--verbose", action="store_true", help="also print texts that differ")
    options = parser.parse_args()
    seed = random.randrange(10**6) if options.seed is None else options.seed
    program = options.program or build.ensure(paths.cache_dir(), ["prometheus"])["prometheus"]
    report = run(program, seed, options.count, options.mistakes, options.apart)
    for query, text in report.wrong:
        print(f"WRONG {query}\n     {text}")
    if options.verbose:
        for query, text in report.chance:
            print(f"chance {query}\n     {text}")
        for query, text in report.words:
            print(f"words {query}\n     {text}")
        for query, text in report.unsupported:
            print(f"unsupported {query}\n     {text}")
    print(report.summary())
    return 1 if report.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
