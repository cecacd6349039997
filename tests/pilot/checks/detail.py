"""Details: YAML, folding, copying, the way back and forward."""

from __future__ import annotations

from sources.contract import ObjectPage
from sources.model import ObjectRef
from tests.pilot.checks.check import check
from tests.pilot.staged import Stage
from tests.pilot.staged_sources import FakeCluster
from tui.subject import Subject

SET = {"kind": "ReplicaSet", "name": "web-5f", "controller": True}
POD = {
    "kind": "Pod",
    "metadata": {
        "name": "web-02",
        "namespace": "pay",
        "labels": {"app": "web", **{f"label-{number}": "x" for number in range(9)}},
        "managedFields": [{"manager": "kubectl"}],
        "ownerReferences": [SET],
    },
    "spec": {"nodeName": "n1"},
    "status": {},
}
SERVICE = {"kind": "Service", "metadata": {"name": "front"}, "spec": {"selector": {"app": "web"}}}


async def opened(on: Stage) -> None:
    """The detail of a pod with a node, an owner and a service."""
    cluster = on.runtime.sources["s0"]
    assert isinstance(cluster, FakeCluster)
    cluster.objects["Pod", "pay", "web-02"] = POD
    cluster.objects["ReplicaSet", "pay", "web-5f"] = {"kind": "ReplicaSet", "metadata": {"name": "web-5f"}}
    cluster.lists["Service", "pay"] = ObjectPage((SERVICE,))
    assert on.screen.pods_pane.select("pay/web-02")
    await on.press("enter")
    await on.settle()


@check("yaml")
async def _(on: Stage) -> None:
    await opened(on)
    assert "front" in on.text
    await on.press("y")
    await on.settle()
    assert " name: web-02" in on.text
    assert "YAML" in on.title(on.screen.detail)
    await on.press("y")
    assert " name: web-02" not in on.text
    await on.press("escape", "y")
    await on.settle()
    assert " name: web-02" in on.text, "also from the row"
    await on.press("escape")
    await on.focus(on.screen.console)
    await on.press("y")
    assert on.bottom == "there is no object here whose YAML could be shown"


@check("unfold")
async def _(on: Stage) -> None:
    await opened(on)
    document = on.screen.detail.text
    await on.press("u")
    assert "label-8" in on.screen.detail.copied
    await on.press("u", "y")
    await on.settle()
    assert "managedFields: <folded, 1 entry; u unfolds>" in on.text
    await on.press("u")
    await on.settle()
    assert "- manager: kubectl" in "\n".join(document.plain)


@check("history_back", "history_forward")
async def _(on: Stage) -> None:
    await opened(on)
    detail, table = on.screen.detail, on.screen.pods_pane.table
    titles = [on.title(detail)]
    assert detail.text.move_to(Subject(ObjectRef("ReplicaSet", "web-5f", "pay")))
    await on.press("enter")
    await on.settle()
    titles.append(on.title(detail))
    assert "replicaset pay/web-5f" in titles[1]
    await on.press("[")
    assert on.title(detail) == titles[0]
    assert "web-5f" in str(detail.text.target), "the cursor is where it was"
    await on.press("[")
    assert (on.screen.overlays, table.cursor_key) == ([], "pay/web-02")
    await on.press("[")
    assert on.bottom == "this is where the history begins"
    await on.press("]", "]")
    assert on.title(detail) == titles[1]
    await on.press("]")
    assert on.bottom == "this is where the history ends"
    await on.press("escape", "escape")
    assert (on.screen.overlays, table.cursor_key) == ([], "pay/web-02")
