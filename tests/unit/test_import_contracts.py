"""Who may import whom, and what each file owes its reader: read from the sources themselves, nothing is run."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 400
"""Lines; a file beyond hides a room that wants to be found."""

TOOLKIT = ("textual", "rich")
CLIENTS = ("httpx", "aiohttp", "kubernetes", "requests", "urllib3")
BUILT_IN = ("kubernetes", "prometheus", "alertmanager", "demo", "scrape")


class Contract(NamedTuple):
    """Files under `inside` import nothing of `never` (whole packages), except what is in `but`."""

    inside: str
    never: tuple[str, ...]
    but: tuple[str, ...] = ()


CONTRACTS = (
    Contract("sources", ("tui", *TOOLKIT)),
    Contract("tui", CLIENTS),
    Contract("tui/widgets", ("sources", "tui"), but=("tui.widgets",)),
    Contract("tui/sheets", ("tui.panes", "tui.screen", "tui.app", "tui.actions", "tui.commands")),
    Contract("tui/terminal", ("tui.panes", "tui.screen", "tui.app", "tui.sheets")),
    *(
        Contract(
            f"sources/{source}",
            (*(f"sources.{other}" for other in BUILT_IN if other != source), "sources.runtime", "sources.config"),
        )
        for source in BUILT_IN
    ),
    # The engine is a library of its own.
    Contract("sources/promql", ("sources", "tui", *CLIENTS), but=("sources.promql",)),
    # What all sources share must not know one of them: a third party's source is as good as ours.
    Contract("sources/world", tuple(f"sources.{source}" for source in BUILT_IN)),
    Contract("sources/rules", tuple(f"sources.{source}" for source in BUILT_IN)),
    *(
        Contract(f"sources/{module}.py", tuple(f"sources.{source}" for source in BUILT_IN))
        for module in ("model", "contract", "text", "supervisor", "runtime", "registry", "testing", "answering")
    ),
)


def files(root: Path, folder: str) -> Iterator[Path]:
    place = root / folder
    yield from [place] if place.is_file() else sorted(place.rglob("*.py"))


def imported(path: Path, root: Path) -> Iterator[tuple[int, str]]:
    """(line, dotted module) of every import, wherever it stands; `from a import b` gives a.b, which covers a."""
    package = path.relative_to(root).with_suffix("").parts
    for found in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(found, ast.Import):
            yield from ((found.lineno, name.name) for name in found.names)
        elif isinstance(found, ast.ImportFrom):
            base = ".".join(package[: len(package) - found.level]) if found.level else ""
            module = ".".join(part for part in (base, found.module) if part)
            yield from ((found.lineno, f"{module}.{name.name}") for name in found.names)
        elif isinstance(found, ast.Call) and found.args and isinstance(found.args[0], ast.Constant):
            # importlib.import_module("x") and __import__("x") are imports too.
            called = found.func.attr if isinstance(found.func, ast.Attribute) else getattr(found.func, "id", "")
            if called in ("import_module", "__import__") and isinstance(found.args[0].value, str):
                yield found.lineno, found.args[0].value


def under(module: str, packages: Sequence[str]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def broken_imports(root: Path, contract: Contract) -> list[str]:
    return [
        f"{path.relative_to(root)}:{line} imports {module}"
        for path in files(root, contract.inside)
        for line, module in imported(path, root)
        if under(module, contract.never) and not under(module, contract.but)
    ]


def without_docstring(root: Path, folder: str) -> list[str]:
    """Files whose first line is not the beginning of a docstring with words in it."""
    bad = []
    for path in files(root, folder):
        text = path.read_text(encoding="utf-8")
        docstring = ast.get_docstring(ast.parse(text))
        if not docstring or not text.startswith(('"""', 'r"""')) or not docstring.splitlines()[0].strip():
            bad.append(str(path.relative_to(root)))
    return bad


def too_long(root: Path, folder: str, allowed: Mapping[str, int]) -> list[str]:
    """Files beyond `LONGEST` lines, or beyond what is allowed to them."""
    bad = []
    for path in files(root, folder):
        name = path.relative_to(root).as_posix()
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > allowed.get(name, LONGEST):
            bad.append(f"{name}: {lines} lines")
    return bad


ALLOWED: Mapping[str, int] = {}
"""File to the lines that it may have, each with its reason."""


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.inside)
def test_imports_respect(contract: Contract) -> None:
    assert (ROOT / contract.inside).exists(), "the contract speaks of something that is not there"
    assert broken_imports(ROOT, contract) == []


@pytest.mark.parametrize("folder", ["sources", "tui", "tests"])
def test_every_file_begins_with_what_it_is_for(folder: str) -> None:
    assert without_docstring(ROOT, folder) == []


@pytest.mark.parametrize("folder", ["sources", "tui"])
def test_files_are_short(folder: str) -> None:
    assert too_long(ROOT, folder, ALLOWED) == []


def test_the_allowed_exceptions_are_still_needed() -> None:
    assert [
        name
        for name in ALLOWED
        if not (ROOT / name).exists() or len((ROOT / name).read_text().splitlines()) <= LONGEST
    ] == []


# -- the checker itself must be able to fail


def written(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize(
    "line",
    [
        "import httpx",
        "import httpx.auth as auth",
        "from httpx import AsyncClient",
        "def f():\n    from httpx import AsyncClient",
        "import os, httpx",
        "if TYPE_CHECKING:\n    import httpx",
        "import importlib\nimportlib.import_module('httpx')",
        "__import__('httpx.auth')",
    ],
)
def test_the_checker_finds_a_forbidden_import(tmp_path: Path, line: str) -> None:
    written(tmp_path, "tui/panes/bad.py", f'"""Bad."""\n{line}\n')
    found = broken_imports(tmp_path, Contract("tui", ("httpx",)))
    assert len(found) == 1
    assert found[0].startswith("tui/panes/bad.py:")


@pytest.mark.parametrize("line", ["import httpxlike", "from os import httpx", "text = 'import httpx'"])
def test_the_checker_lets_other_names_pass(tmp_path: Path, line: str) -> None:
    written(tmp_path, "tui/fine.py", f'"""Fine."""\n{line}\n')
    assert broken_imports(tmp_path, Contract("tui", ("httpx",))) == []


def test_the_checker_resolves_relative_imports(tmp_path: Path) -> None:
    written(tmp_path, "tui/widgets/bad.py", '"""Bad."""\nfrom ..panes import pods\nfrom .. import panes\n')
    written(tmp_path, "tui/widgets/fine.py", '"""Fine."""\nfrom . import text\nfrom .text import width\n')
    found = broken_imports(tmp_path, Contract("tui/widgets", ("tui",), but=("tui.widgets",)))
    assert [text.partition(":")[0] for text in found] == ["tui/widgets/bad.py", "tui/widgets/bad.py"]


def test_the_checker_sees_a_missing_docstring_and_a_long_file(tmp_path: Path) -> None:
    written(tmp_path, "tui/bare.py", "import os\n")
    written(tmp_path, "tui/late.py", '# comment\n"""Late."""\n')
    written(tmp_path, "tui/empty.py", "")
    written(tmp_path, "tui/fine.py", '"""Fine."""\n')
    written(tmp_path, "tui/long.py", '"""Long."""\n' + "x = 1\n" * LONGEST)
    assert without_docstring(tmp_path, "tui") == ["tui/bare.py", "tui/empty.py", "tui/late.py"]
    assert too_long(tmp_path, "tui", {}) == [f"tui/long.py: {LONGEST + 1} lines"]
    assert too_long(tmp_path, "tui", {"tui/long.py": LONGEST + 1}) == []
