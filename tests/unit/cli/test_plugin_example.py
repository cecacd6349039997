"""A third party's source, end to end: built and installed as a package, found, configured, and shown."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "tests" / "plugin_example"
CONFIG = """
[sources]
kubernetes.enabled = false
prometheus.enabled = false
alertmanager.enabled = false
scrape.enabled = false

[sources.dump]
type = "files"
folder = '{folder}'
"""


class Installed:
    """The example in a folder of its own, and a home with a configuration that uses it."""

    def __init__(self, folder: Path) -> None:
        self.copy = folder / "example"
        self.site = folder / "site"
        self.data = folder / "data"
        self.home = folder / "home"
        self.data.mkdir()
        self.configure(CONFIG.format(folder=self.data))

    def configure(self, text: str) -> None:
        path = self.home / "topmast" / "config.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def run(self, *argv: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Python with the example installed, as of a user with this home."""
        paths = os.pathsep.join(map(str, (self.site, ROOT)))
        env = {
            **os.environ,
            "PYTHONPATH": paths,
            "XDG_CONFIG_HOME": str(self.home),
            "XDG_STATE_HOME": str(self.home),
        }
        argv = (sys.executable, *argv)
        return subprocess.run(
            argv, cwd=cwd or self.home, env=env, capture_output=True, text=True, timeout=120, check=False
        )

    def topmast(self, *argv: str) -> str:
        done = self.run("-m", "tui", *argv)
        assert (done.returncode, done.stderr) == (0, ""), done
        return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    made = Installed(tmp_path_factory.mktemp("plugin"))
    shutil.copytree(EXAMPLE, made.copy, ignore=shutil.ignore_patterns("__pycache__"))
    # As `pip install .` does, but with what is there: no network, and topmast is not installed again.
    done = made.run(
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-index",
        "--no-deps",
        "--no-build-isolation",
        "--target",
        str(made.site),
        str(made.copy),
    )
    assert done.returncode == 0, done.stderr
    return made


def test_it_is_listed_with_its_package_and_what_it_offers(installed: Installed) -> None:
    lines = [line.split("  ") for line in installed.topmast("sources").splitlines()]
    rows = [[cell.strip() for cell in line if cell] for line in lines]
    assert ["files", "topmast-files 0.1.0", "Nodes, Pods, Events, Diagnosable"] in rows
    assert ["dump", "files", f"files in {installed.data}"] in rows


def test_the_readme_shows_it_as_it_is() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.partition("## A source of your own")[2].partition("\n## ")[0]
    shown = [block.partition("```")[0] for block in section.split("```python\n")[1:]]
    code = "".join(path.read_text(encoding="utf-8") for path in EXAMPLE.glob("*.py"))
    lines = [line for line in "".join(shown).splitlines() if line.strip() not in ("", "...")]
    assert len(lines) > 15
    assert [line for line in lines if f"{line}\n" not in code] == []
    assert 'files = "topmast_files:FilesSource"' in section


def test_its_rows_are_printed(installed: Installed) -> None:
    pod = {"namespace": "shop", "name": "web-1", "status": "CrashLoopBackOff", "total": 1, "restarts": 7}
    (installed.data / "pods.json").write_text(json.dumps([pod]))
    header, row = installed.topmast("get", "pods", "-A").splitlines()
    assert header.split()[:5] == ["NAMESPACE", "NAME", "READY", "STATUS", "RESTARTS"]
    assert row.split()[:5] == ["shop", "web-1", "0/1", "CrashLoopBackOff", "7"]


def test_it_is_on_the_screen(installed: Installed) -> None:
    (installed.data / "nodes.json").write_text('[{"name": "worker-7", "status": "NotReady"}]')
    drawn = installed.run("-m", "tui", "screenshot", "--text", "-", "--size", "120x30")
    assert (drawn.returncode, drawn.stderr) == (0, "")
    assert "worker-7" in drawn.stdout
    assert f"files in {installed.data}"[:20] in drawn.stdout


def test_its_configuration_is_checked_and_sampled_as_ours(installed: Installed) -> None:
    assert installed.topmast("config", "check").endswith(": fine\n")
    sample = installed.topmast("config", "sample")
    assert "#[sources.files]\n" in sample
    assert "# Seconds between two looks at the files.\n#interval = 2.0\n" in sample
    path = installed.home / "wrong.toml"
    path.write_text('[sources.files]\nfoldr = "x"\n')
    done = installed.run("-m", "tui", "config", "check", "--config", str(path))
    said = f"topmast: {path}:2: sources.files.foldr: there is no such key; did you mean folder?\n"
    assert (done.returncode, done.stderr) == (2, said)


def test_it_keeps_the_contract_by_its_own_tests(installed: Installed) -> None:
    done = installed.run("-m", "pytest", "-q", "-p", "no:cacheprovider", ".", cwd=installed.copy)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
