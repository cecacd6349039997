"""What a start loads: each module that creeps in costs everybody time before there is anything to see."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
KUBECONFIG = """\
apiVersion: v1
kind: Config
current-context: gone
contexts: [{name: gone, context: {cluster: gone, user: nobody}}]
clusters: [{name: gone, cluster: {server: "http://127.0.0.1:1"}}]
users: [{name: nobody, user: {token: none}}]
"""
GET = """\
import sys
from tui.cli import main
assert main(sys.argv[1:]) == 3
print(*sys.modules)
"""
DEMO = """\
import asyncio, sys
from sources.demo import answers
from tui.app import TopmastApp
from tui.cli import parse
from tui.oneshot.screen_check import screen_problems
from tui.oneshot.settings import settings_from
from sources.runtime import Runtime

async def paint():
    answers.PAINTING = 3600.0  # the engine waits for the first paint: here until after the look at what is loaded
    settings = settings_from(parse(["demo"]))
    assert not screen_problems(settings, starting=True)
    runtime = Runtime(settings.sources)
    runtime.start()
    app = TopmastApp(runtime, settings)
    async with app.run_test(size=(200, 50)) as pilot:
        screen = app.screen
        tables = [pane.table for pane in (screen.nodes_pane, screen.pods_pane, screen.events_pane)]
        while not all(len(table.rows) for table in tables):
            await pilot.pause(0.01)
        await pilot.pause()
        print(*sys.modules)

asyncio.run(paint())
"""


def loaded(code: str, *argv: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", code, *argv], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_get_loads_no_screen_and_no_arithmetic(tmp_path: Path) -> None:
    kubeconfig = tmp_path / "config"
    kubeconfig.write_text(KUBECONFIG)
    modules = loaded(GET, "--kubeconfig", str(kubeconfig), "--request-timeout", "1s", "get", "pods")
    assert "aiohttp" in modules
    assert modules & {"textual", "rich", "kubernetes", "httpx", "numpy", "plotext", "tomllib"} == set()


def test_the_first_paint_loads_no_client_no_parser_and_no_arithmetic() -> None:
    modules = loaded(DEMO)
    assert {"textual", "tui.panes.console.pane", "sources.demo.source"} <= modules
    assert modules & {"httpx", "aiohttp", "yaml", "kubernetes", "numpy", "plotext"} == set()
    assert modules & {"sources.promql.parser", "sources.promql.regex", "tomllib", "importlib.metadata"} == set()
    assert modules & {"tui.describe.subject", "tui.yamltext"} == set()
