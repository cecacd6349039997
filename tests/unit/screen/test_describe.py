"""What a summary says of a pod, a node, an alert or anything else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sources.contract import Batch, Change, Upsert
from sources.model import Alert, Condition, NodeUsage, ObjectRef, Owner, PodUsage, Silence
from sources.related import Related
from sources.rules.alerts import DisplayAlert, join
from sources.rules.related import Relation
from sources.world import World
from tests.pilot.staged import NOW, event, node, pod
from tui.describe.alerts import describe_alert
from tui.describe.events import MOST_EVENTS
from tui.describe.nodes import describe_node
from tui.describe.objects import describe_object
from tui.describe.pods import describe_pod
from tui.describe.seen import Seen
from tui.sheets.sheet import Look
from tui.subject import Subject
from tui.widgets.document import Drawing, Entry, Text

LOOK = Look(NOW, "ascii")
CORE, MI = 1_000_000_000, 1024 * 1024
REF = ObjectRef("Pod", "web", "shop")


def world(*changes: Change) -> World:
    made = World()
    made.apply(Batch("k", "pods", NOW, changes))
    return made


def texts(entries: Sequence[Entry]) -> list[Text]:
    return [entry for entry in entries if isinstance(entry, Text)]


def of(entries: Sequence[Entry], label: str) -> list[str]:
    """What stands behind a label."""
    return [line.text for line in texts(entries) if line.label == label]


def part(entries: Sequence[Entry], title: str) -> list[Text]:
    """The lines under a heading."""
    lines = texts(entries)
    start = next(i for i, line in enumerate(lines) if line.label == "#" and line.text.startswith(title))
    rest = lines[start + 1 :]
    end = next((i for i, line in enumerate(rest) if line.label == "#"), len(rest))
    return [line for line in rest[:end] if line != Text("")]


def test_a_pod_says_what_it_is_and_why() -> None:
    row = pod(
        "shop/web",
        "CrashLoopBackOff",
        message="exit 1",
        node="n1",
        owner=Owner("Deployment", "web"),
        restarts=4,
        last_restart=NOW - 30,
        ready=0,
        ip="10.0.0.7",
    )
    lines = describe_pod(world(Upsert(row)), Seen(REF), LOOK)
    assert of(lines, "Status") == ["! CrashLoopBackOff"]
    assert of(lines, "Because") == ["exit 1"]
    assert of(lines, "Restarts") == ["4 (30s ago)"]
    assert of(lines, "Owner") == ["Deployment/web"]
    assert texts(lines)[0].style == "bad"
    assert not of(lines, "#").count("Containers"), "what was not fetched is not made up"


def test_what_is_in_trouble_beside_a_pod_is_said_before_everything_that_belongs_to_it() -> None:
    scaler = ObjectRef("HorizontalPodAutoscaler", "web", "shop")
    related = Related(
        (
            Relation("owner", ObjectRef("ReplicaSet", "web-1", "shop"), "0/2 ready", True),
            Relation("node", ObjectRef("Node", "n1"), "Ready"),
            Relation("autoscaler", scaler, "4 of 2-4 replicas, at its maximum", True),
        )
    )
    lines = texts(describe_pod(world(Upsert(pod("shop/web"))), Seen(REF, related=related), LOOK))
    end = next(index for index, line in enumerate(lines) if line.label == "#")
    early = [line for line in lines[:end] if line.text.startswith("! ")]
    assert [(line.label, line.text, line.target) for line in early] == [
        ("autoscaler", "! web  4 of 2-4 replicas, at its maximum", Subject(scaler))
    ]


def test_a_pod_that_is_going_says_since_when() -> None:
    lines = describe_pod(world(Upsert(pod("shop/web", "Terminating", deleted=NOW - 95))), Seen(REF), LOOK)
    assert of(lines, "Deletion") == ["asked for 95s ago"]
    assert of(lines, "Node") == ["not scheduled"]


def test_usage_is_given_with_its_age_and_its_measure() -> None:
    row = pod("shop/web", cpu_request=CORE // 2, memory_limit=256 * MI)
    use = PodUsage("shop", "web", CORE // 4, 64 * MI, NOW - 20, 15.0)
    entries = describe_pod(world(Upsert(row), Upsert(use)), Seen(REF), LOOK)
    drawing = next(entry for entry in entries if isinstance(entry, Drawing))
    captions = "".join(text for text, _ in drawing.draw(drawing.data, 120)[0].pieces).split("   ")
    assert [caption.strip() for caption in captions if caption.strip()] == [
        "CPU 250m  request 500m (50%)",
        "Memory 64Mi  limit 256Mi (25%)",
    ]
    assert part(entries, "Usage")[0].text == "measured 20s ago over 15s; the last 1 sample"


def test_what_is_not_measured_is_not_zero() -> None:
    lines = part(describe_pod(world(Upsert(pod("shop/web"))), Seen(REF), LOOK), "Usage")
    assert [line.text for line in lines] == ["not measured (no sample from the metrics API)"]


def test_containers_in_the_kubelets_words() -> None:
    ended = {"reason": "OOMKilled", "exitCode": 137, "finishedAt": "2025-11-24T15:00:00Z"}
    raw: dict[str, Any] = {
        "spec": {
            "initContainers": [{"name": "setup", "image": "init:1"}],
            "containers": [{"name": "main", "image": "web:2"}, {"name": "idle"}],
        },
        "status": {
            "initContainerStatuses": [
                {"name": "setup", "ready": True, "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}}
            ],
            "containerStatuses": [
                {
                    "name": "main",
                    "ready": False,
                    "restartCount": 3,
                    "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                    "lastState": {"terminated": ended},
                },
                {"name": "idle", "ready": True, "state": {"running": {}}},
            ],
        },
    }
    lines = part(describe_pod(world(Upsert(pod("shop/web"))), Seen(REF, raw), LOOK), "Containers")
    assert [line.label for line in lines] == ["init setup", "", "main", "", "", "idle"]
    assert (lines[2].text, lines[2].style) == ("! Waiting: CrashLoopBackOff, not ready, 3 restarts", "warn")
    assert lines[3].text == "  before: OOMKilled (exit 137), 60m ago"
    assert lines[4].text == "  image web:2"


def test_a_pod_without_containers_yet() -> None:
    lines = describe_pod(world(Upsert(pod("shop/web"))), Seen(REF, {"status": {}}), LOOK)
    assert [line.text for line in part(lines, "Containers")] == ["none has started yet"]


def test_what_is_gone_is_said_and_its_events_stay() -> None:
    gone = describe_pod(world(Upsert(event("e", "shop/web", reason="Killing"))), Seen(REF), LOOK)
    assert texts(gone)[0].text == "pod shop/web is gone"
    assert part(gone, "Events (1)")[0].text.split()[0] == "Killing"
    assert texts(describe_node(world(), Seen(ObjectRef("Node", "n1")), LOOK))[0].text == "node n1 is gone"


def test_events_newest_first_and_not_without_end() -> None:
    events = [
        Upsert(
            event(str(i), "shop/web", last=NOW - i, reason=f"R{i}", count=i + 1, type="Warning" if i else "Normal")
        )
        for i in range(MOST_EVENTS + 3)
    ]
    others = [Upsert(event("other", "pay/web", reason="Foreign")), Upsert(event("kind", "shop/web", "Job"))]
    lines = part(describe_pod(world(Upsert(pod("shop/web")), *events, *others), Seen(REF), LOOK), "Events")
    assert len(lines) == MOST_EVENTS + 1
    assert (lines[0].label, lines[0].text, lines[0].style) == ("0s ago", "  R0  it is told to stop", "")
    assert (lines[1].label, lines[1].text, lines[1].style) == ("1s ago", "W R1 x2  it is told to stop", "warn")
    assert lines[-1].text == "... and 3 older"
    none = part(describe_pod(world(Upsert(pod("shop/web"))), Seen(REF), LOOK), "Events (0)")
    assert none[0].text == "none that is still kept by the cluster"


def test_events_of_one_moment_always_stand_in_the_same_order() -> None:
    events = [Upsert(event(str(i), "shop/web", reason=f"R{i}")) for i in range(9)]
    lines = part(describe_pod(world(Upsert(pod("shop/web")), *events), Seen(REF), LOOK), "Events")
    assert [line.text.split()[0] for line in lines] == [f"R{i}" for i in range(9)]


def test_a_node_with_its_conditions_and_its_pods() -> None:
    row = node(
        "n1",
        "NotReady",
        conditions=(
            Condition("Ready", "Unknown", "NodeStatusUnknown", "Kubelet stopped posting", NOW - 300),
            Condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "fine"),
            Condition("MemoryPressure", "True", "Low", "oom"),
        ),
        cpu_allocatable=4 * CORE,
        memory_allocatable=1024 * MI,
        internal_ip="10.0.0.1",
    )
    made = world(
        Upsert(row),
        Upsert(NodeUsage("n1", CORE, 512 * MI, NOW - 5, 15.0)),
        Upsert(pod("shop/b", node="n1")),
        Upsert(pod("pay/a", "Error", node="n1")),
        Upsert(pod("pay/elsewhere", node="n2")),
    )
    lines = describe_node(made, Seen(ObjectRef("Node", "n1")), LOOK)
    states = {line.label: line.style for line in part(lines, "Conditions")}
    assert states == {"Ready": "bad", "DiskPressure": "", "MemoryPressure": "bad"}
    assert of(lines, "Ready") == ["! Unknown for 5m  NodeStatusUnknown: Kubelet stopped posting"]
    pods = part(lines, "Pods (2)")
    assert [line.text.split()[-2] for line in pods] == ["pay/a", "shop/b"]
    assert pods[0].style == "bad"
    assert pods[1].target == Subject(ObjectRef("Pod", "b", "shop"))
    drawing = next(entry for entry in lines if isinstance(entry, Drawing))
    caption = "".join(text for text, _ in drawing.draw(drawing.data, 120)[0].pieces)
    assert "CPU 1000m  allocatable 4000m (25%)" in caption
    assert "Memory 512Mi  allocatable 1024Mi (50%)" in caption


def alert(**more: Any) -> Alert:
    wanted = {"labels": (("alertname", "Down"), ("severity", "critical")), "state": "firing", **more}
    return Alert(more.pop("origin", "prometheus"), "f", **{k: v for k, v in wanted.items() if k != "origin"})


def shown(*alerts: Alert, silences: tuple[Silence, ...] = ()) -> DisplayAlert:
    return join(alerts, silences)[0]


def test_an_alert_says_who_mutes_it_and_until_when() -> None:
    silence = Silence("s1", "active", (), NOW - 60, NOW + 3600, "ada", "rollout")
    row = shown(
        alert(since=NOW - 600, value="1e+00", rule="up == 0", annotations=(("summary", "it is down"),)),
        alert(
            origin="alertmanager",
            silenced_by=("s1", "s2"),
            inhibited_by=("abc",),
            muted_by=("nights",),
            receivers=("pager",),
        ),
        silences=(silence,),
    )
    lines = describe_alert(row, LOOK)
    assert of(lines, "State") == ["s silenced, for 10m"]
    assert of(lines, "Silenced") == ["by ada, 60m left: rollout", "by s2"]
    assert of(lines, "Inhibited") == ["by alert abc"]
    assert of(lines, "Muted") == ["by interval nights"]
    assert of(lines, "Reported by") == ["prometheus, alertmanager"]
    assert of(lines, "Receivers") == ["pager"]
    assert of(lines, "Summary") == ["it is down"]
    assert [line.text for line in part(lines, "Rule")] == ["up == 0"]
    assert of(lines, "severity") == ["critical"]


def test_an_alert_with_little_to_say() -> None:
    lines = describe_alert(shown(alert(labels=())), LOOK)
    assert of(lines, "Severity") == ["none given"]
    assert of(lines, "State") == ["! firing, for <unknown>"]
    assert texts(describe_alert(None, LOOK))[0].style == "ok"


def test_any_other_object_has_its_labels_conditions_and_events() -> None:
    raw = {
        "metadata": {"labels": {"app": "web", "a": "b"}},
        "status": {
            "conditions": [{"type": "Available", "status": "False", "reason": "Min", "message": "too few"}]
        },
    }
    made = world(Upsert(event("e", "shop/web", "Deployment", reason="Scaled")))
    lines = describe_object(made, Seen(ObjectRef("Deployment", "web", "shop"), raw), LOOK)
    assert [line.label for line in part(lines, "Labels")] == ["a", "app"]
    assert part(lines, "Conditions") == [Text("Available", "! False  Min: too few", "warn")]
    assert part(lines, "Events (1)")[0].text.split()[0] == "Scaled"
    bare = describe_object(world(), Seen(ObjectRef("Thing", "x"), {"metadata": None, "status": None}), LOOK)
    assert of(bare, "Namespace") == []
