"""`python -m tests.promqltest [--stable stable.json] [--strict] [-v] FILE...`

Prints for each file how many cases passed, passed by giving nothing as expected (empty), failed, and were refused
as unsupported: first those that must pass, then the others. Exit code 1 if one that must pass did not (refused
counts as not passed), 2 if a file cannot be read. Without --stable all cases must pass.

--stable FILE   JSON: for each file name the lines of the eval commands that must pass
--strict        each instant query also in the middle of a range query, and with @ at other times
-v              the first failures with what was expected and what came; -vv all
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from tests.promqltest.run import Outcome, Score, score_file
from tests.promqltest.script import ScriptError


def main(arguments: list[str] | None = None) -> int:
    description = (__doc__ or "").split("\n\n")[1]
    parser = argparse.ArgumentParser(prog="python -m tests.promqltest", description=description)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--stable", type=Path, help="JSON: lines of the cases that must pass, by file name")
    parser.add_argument("--strict", action="store_true", help="also as range queries and with @ at other times")
    parser.add_argument("-v", "--verbose", action="count", default=0, help="show failures")
    options = parser.parse_args(arguments)
    try:
        stable = json.loads(options.stable.read_text()) if options.stable else None
        scores = [
            score_file(path, None if stable is None else set(stable.get(path.name, ())), options.strict)
            for path in options.files
        ]
    except (OSError, ValueError, ScriptError) as error:
        print(f"promqltest: {error}", file=sys.stderr)
        return 2
    _print(scores, stable is not None)
    for score in scores:
        shown = score.failures if options.verbose > 1 else score.failures[: 5 * options.verbose]
        for verdict in shown:
            print(f"\n{score.name}:{verdict.case.line}: {verdict.outcome.value}: {verdict.case.query}")
            print(f"    {verdict.detail}")
        if options.verbose and len(shown) < len(score.failures):
            print(f"\n{score.name}: {len(score.failures) - len(shown)} more; -vv shows all")
    return 1 if any(score.stable_failed for score in scores) else 0


def _print(scores: list[Score], two: bool) -> None:
    names = [outcome.value for outcome in Outcome]
    heads = ["cases", *names]
    total = Score("total")
    for score in scores:
        total.stable.update(score.stable)
        total.other.update(score.other)
    width = max(len(score.name) for score in [*scores, total])
    if two:
        print(f"{'':{width}}  {'must pass':<56}  others")
    print(f"{'file':{width}}" + "".join("  " + " ".join(f"{head:>11}" for head in heads) for _ in range(1 + two)))
    for score in [*scores, total]:
        groups: list[Counter[Outcome]] = [score.stable, score.other] if two else [score.stable]
        numbers = [[sum(group.values()), *(group[outcome] for outcome in Outcome)] for group in groups]
        print(f"{score.name:{width}}" + "".join("  " + " ".join(f"{n:>11}" for n in group) for group in numbers))


if __name__ == "__main__":
    raise SystemExit(main())
