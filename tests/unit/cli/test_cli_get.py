"""`topmast get`: kubectl's tables, JSON, CSV, what is said when something is missing, and watching."""

from __future__ import annotations

import csv
import io
import json

import pytest

from sources.config import Settings, Ui
from sources.contract import Delete, Denied, Misconfigured, Snapshot, Status, Unauthorized, Unavailable, Upsert
from sources.model import Alert, ObjectRef, Silence
from tests.unit.cli.stage import (
    HOSTILE,
    NOW,
    Cluster,
    Stage,
    event,
    node,
    node_usage,
    pod,
    pod_usage,
    unsafe,
)
from tui.cli import main
from tui.oneshot import get

LIVE = Status("live")


def pods(stage: Stage, *items: object, scope: str = "shop", status: Status = LIVE) -> None:
    stage.put("pods", Snapshot("pod", scope, tuple(items)), status)


def test_pods_are_laid_out_as_by_kubectl(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    # The expectation is kubectl's own output for such pods: columns end three spaces after their longest cell.
    pods(
        stage,
        pod("web-1", restarts=12, last_restart=NOW - 300),
        pod("api-5f7c9", ready=0, status="CrashLoopBackOff", restarts=3, created=NOW - 5),
        pod("x", created=None),
    )
    assert main(["get", "pods"]) == 0
    out, err = capsys.readouterr()
    assert out == (
        "NAME        READY   STATUS             RESTARTS      AGE\n"
        "api-5f7c9   0/1     CrashLoopBackOff   3             5s\n"
        "web-1       1/1     Running            12 (5m ago)   60m\n"
        "x           1/1     Running            0             <unknown>\n"
    )
    assert err == ""
    assert stage.stopped
    assert stage.feeds == {"pods"}


def test_namespaces_sort_as_etcd_keys_do(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    pods(stage, pod("b", "a"), pod("a", "a-b"), pod("a", "a"), scope="")
    assert main(["get", "po", "-A", "--no-headers"]) == 0
    rows = [line.split()[:2] for line in capsys.readouterr().out.splitlines()]
    assert rows == [["a-b", "a"], ["a", "a"], ["a", "b"]]  # "-" comes before "/"


def test_wide_pods_and_nodes(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    pods(stage, pod("web", node="n1", ip="10.0.0.1"))
    stage.put("nodes", Snapshot("node", "", (node("n1", internal_ip="10.1.0.1", roles="worker"),)), LIVE)
    assert main(["get", "pods", "-o", "wide"]) == 0
    assert capsys.readouterr().out == (
        "NAME   READY   STATUS    RESTARTS   AGE   IP         NODE   NOMINATED NODE   READINESS GATES\n"
        "web    1/1     Running   0          60m   10.0.0.1   n1     <none>           <none>\n"
    )
    assert main(["get", "node", "-o", "wide"]) == 0
    head, row = capsys.readouterr().out.splitlines()
    assert " ".join(head.split()) == (
        "NAME STATUS ROLES AGE VERSION INTERNAL-IP EXTERNAL-IP OS-IMAGE KERNEL-VERSION CONTAINER-RUNTIME"
    )
    assert " ".join(row.split()) == "n1 Ready worker 25h v1.37.2 10.1.0.1 <none> <unknown> <unknown> <unknown>"


def test_events_come_in_the_order_of_their_last_moment(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    items = (event("e1", "late", NOW - 1), event("e2", "early", NOW - 100), event("e3", "two\nlines", NOW - 50))
    stage.put("events", Snapshot("event", "shop", items), LIVE)
    assert main(["get", "ev"]) == 0
    assert capsys.readouterr().out == (
        "LAST SEEN   TYPE      REASON    OBJECT      MESSAGE\n"
        "100s        Warning   BackOff   pod/web-0   early\n"
        "50s         Warning   BackOff   pod/web-0   two...\n"
        "1s          Warning   BackOff   pod/web-0   late\n"
    )


def alerts(stage: Stage, *items: object) -> None:
    stage.put("alerts", Snapshot("alert", "", items), LIVE, source="prometheus")  # type: ignore[arg-type]


def alert(name: str, origin: str = "prometheus", **fields: object) -> Alert:
    labels = (("alertname", name), ("namespace", "shop"), ("pod", "web-0"), ("severity", "critical"))
    return Alert(origin, name, labels, "firing", since=NOW - 600, **fields)  # type: ignore[arg-type]


def test_alerts_say_who_silenced_them(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    silence = Silence("id-1", "active", (), ends=NOW + 7200, created_by="ann@example.test")
    stage.put("alerts", Snapshot("silence", "", (silence,)), source="prometheus")
    alerts(
        stage,
        alert("Down"),
        alert("Down", "alertmanager", silenced_by=("id-1",)),
        alert("Slow"),
        alert("Slow", "alertmanager", inhibited_by=("abc",)),
        alert("Hot"),
    )
    assert main(["get", "alerts"]) == 0
    assert capsys.readouterr().out == (
        "STATE       SEVERITY   ALERT   ABOUT        AGE   SILENCED/INHIBITED BY\n"
        "firing      critical   Hot     shop/web-0   10m   <none>\n"
        "inhibited   critical   Slow    shop/web-0   10m   abc\n"
        "silenced    critical   Down    shop/web-0   10m   ann@example.test (ends in 120m)\n"
    )


def hostile(stage: Stage) -> None:
    stage.put("nodes", Snapshot("node", "", (node(HOSTILE, roles=HOSTILE, labels=((HOSTILE, HOSTILE),)),)), LIVE)
    pods(stage, pod(HOSTILE, status=HOSTILE, message=HOSTILE, node=HOSTILE, labels=((HOSTILE, HOSTILE),)))
    about = ObjectRef(HOSTILE, HOSTILE, HOSTILE)
    stage.put("events", Snapshot("event", "", (event("e", HOSTILE, reason=HOSTILE, about=about),)), LIVE)
    alerts(stage, Alert("prometheus", "f", (("alertname", HOSTILE), ("pod", HOSTILE)), "firing"))
    stage.put("usage", LIVE)


@pytest.mark.parametrize("resource", ["nodes", "pods", "events", "alerts"])
@pytest.mark.parametrize("output", ["table", "wide", "json", "csv"])
def test_hostile_text_in_every_output(
    stage: Stage, capsys: pytest.CaptureFixture[str], resource: str, output: str
) -> None:
    hostile(stage)
    assert main(["get", resource, "-o", output]) == 0
    out, err = capsys.readouterr()
    assert not unsafe(out, allowed="\n" if output != "csv" else "\r\n")
    assert err == ""
    if output == "json":
        assert json.loads(out)[0]["message" if resource == "events" else "name"] == HOSTILE
    elif output == "csv":
        head, row = csv.reader(io.StringIO(out, newline=""))
        assert len(head) == len(row)
    else:
        assert len(out.splitlines()) == 2


@pytest.mark.parametrize("state", ["denied", "failed"])
def test_hostile_text_in_errors(stage: Stage, capsys: pytest.CaptureFixture[str], state: str) -> None:
    stage.say("pods", Status(state, detail=HOSTILE, missing=(HOSTILE,)))  # type: ignore[arg-type]
    assert main(["get", "pods"]) in (3, 4)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("topmast: ")
    assert not unsafe(err)


def test_json_has_every_key_and_usage(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    pods(stage, pod("a", labels=(("app", "web"),)), pod("b"))
    stage.put("usage", Snapshot("pod_usage", "", (pod_usage("a", 250_000_000, 1 << 20),)), LIVE)
    assert main(["get", "pods", "-o", "json"]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert first.keys() == second.keys()
    assert first["labels"] == {"app": "web"}
    assert first["usage"] == {"cpu": 250_000_000, "memory": 1 << 20, "at": NOW - 10, "window": 15.0}
    assert second["usage"] is None
    assert second["restarts"] == 0
    assert stage.feeds == {"pods", "usage"}


def test_json_of_nothing_is_an_empty_array(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    pods(stage)
    stage.put("usage", Status("absent"))
    assert main(["get", "pods", "-o", "json"]) == 0
    assert capsys.readouterr() == ("[]\n", "")


def test_csv_follows_rfc_4180(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    stage.put("nodes", Snapshot("node", "", (node("n1", os_image='Debian "13", trixie'),)), LIVE)
    stage.put("usage", Snapshot("node_usage", "", (node_usage("n1", 5, 7),)), LIVE)
    assert main(["get", "nodes", "-o", "csv"]) == 0
    out = capsys.readouterr().out
    assert '"Debian ""13"", trixie"' in out
    assert out.count("\r\n") == 2
    (row,) = csv.DictReader(io.StringIO(out, newline=""))
    assert (row["name"], row["cpu_nanocores"], row["memory_bytes"]) == ("n1", "5", "7")
    assert row["memory_allocatable_bytes"] == ""


def test_metered_orders(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    pods(stage, pod("idle"), pod("busy"), pod("unknown"))
    usage = (pod_usage("idle", 1, 9), pod_usage("busy", 9, 1))
    stage.put("usage", Snapshot("pod_usage", "", usage), LIVE)
    assert main(["get", "pods", "--sort-by", "cpu", "--no-headers"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["busy", "idle", "unknown"]


@pytest.mark.parametrize("column", [".metadata.creationTimestamp", "{.metadata.creationTimestamp}", "AGE"])
def test_kubectls_ways_to_name_an_order(stage: Stage, capsys: pytest.CaptureFixture[str], column: str) -> None:
    stage.put("usage", LIVE)
    pods(stage, pod("young", created=NOW - 1), pod("old", created=NOW - 99))
    assert main(["get", "pods", f"--sort-by={column}", "--no-headers"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["old", "young"]


def test_selector(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    pods(stage, pod("a", labels=(("app", "web"),)), pod("b", labels=(("app", "db"),)), pod("c"))
    assert main(["get", "pods", "-l", "app, app notin (db, x)", "--no-headers"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["a"]


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["pods", "-l", "app in a"], "--selector"),
        (["pods", "--sort-by", "colour"], "sort by namespace, name"),
        (["events", "-l", "a=b"], "no labels"),
    ],
)
def test_refused_choices(stage: Stage, capsys: pytest.CaptureFixture[str], argv: list[str], said: str) -> None:
    assert main(["get", *argv]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "scope", "said"),
    [
        ([], "shop", "No resources found in shop namespace.\n"),
        (["-n", "blog"], "blog", "No resources found in blog namespace.\n"),
        (["-A"], "", "No resources found\n"),
    ],
)
def test_an_empty_listing_says_so_as_kubectl_does(
    stage: Stage, capsys: pytest.CaptureFixture[str], argv: list[str], scope: str, said: str
) -> None:
    pods(stage, scope=scope)
    assert main(["get", "pods", *argv]) == 0
    assert capsys.readouterr() == ("", said)


def test_partial_data_is_printed_with_what_is_missing(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    pods(stage, pod("a"), status=Status("partial", missing=("list pods in blog",)))
    assert main(["get", "pods", "-A"]) == 0
    out, err = capsys.readouterr()
    assert "a " in out
    assert err == "topmast: not everything is shown: list pods in blog\n"


@pytest.mark.parametrize(
    ("status", "raises", "code"),
    [
        (Status("denied", detail="no", missing=("list pods",)), None, 4),
        (Status("failed", detail="connection refused"), Unavailable("connection refused"), 3),
        (Status("failed", detail="no such context"), Misconfigured("no such context"), 2),
        (Status("failed", detail="401"), Unauthorized("401"), 4),
        (Status("failed", detail="403"), Denied("403"), 4),
        (Status("failed", detail="odd"), ValueError("odd"), 3),
        (Status("absent", detail="not offered"), None, 3),
    ],
)
def test_exit_codes_of_what_went_wrong(
    stage: Stage, capsys: pytest.CaptureFixture[str], status: Status, raises: Exception | None, code: int
) -> None:
    stage.sources["kubernetes"] = Cluster(raises)
    stage.say("pods", status)
    assert main(["get", "pods"]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert status.detail in err
    assert err.count("\n") == 1


def test_no_source_for_it_is_a_matter_of_configuration(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    del stage.sources["prometheus"]
    assert main(["get", "alerts"]) == 2
    assert "no configured source offers alerts" in capsys.readouterr().err
    stage.problems["prometheus"] = "url: not a URL"
    assert main(["get", "alerts"]) == 2
    assert capsys.readouterr().err == "topmast: prometheus: url: not a URL\n"


def test_a_source_that_a_flag_asked_for_is_not_left_out(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pods(stage, pod("a"))
    stage.problems["prometheus"] = "not a URL"
    assert main(["get", "pods"]) == 0
    assert capsys.readouterr().err == "topmast: prometheus: not a URL\n"
    settings = Settings(Ui(), {}, {"sources.prometheus.url": "--prometheus"}, None)
    monkeypatch.setattr(get, "settings_from", lambda *_, **__: settings)
    assert main(["get", "pods"]) == 2
    assert capsys.readouterr() == ("", "topmast: --prometheus: not a URL\n")


def test_an_answer_that_does_not_come(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    stage.say("pods", Status("connecting"))
    assert main(["get", "pods", "--request-timeout", "20ms"]) == 3
    assert "has not answered all within 0.02 s" in capsys.readouterr().err


def test_half_an_answer_is_printed_and_told_by_the_exit_code(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.put("pods", Upsert(pod("first")), Status("loading", done=1, total=9))
    assert main(["get", "pods", "--request-timeout", "20ms"]) == 3
    out, err = capsys.readouterr()
    assert "first" in out
    assert "has not answered all" in err


def test_watching_prints_what_changes(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    pods(stage, pod("a"), pod("b-with-a-long-name"))
    stage.put("pods", Upsert(pod("a", status="Error", ready=0)), Upsert(pod("a")))
    stage.put("pods", Upsert(pod("a", status="Error", ready=0)))
    stage.say("pods", Status("stale", detail="connection lost"))
    stage.put("pods", Upsert(pod("c")), Delete("pod", "shop/b-with-a-long-name"), LIVE)
    stage.interrupt = True
    assert main(["get", "pods", "-w"]) == 130
    out, err = capsys.readouterr()
    assert [line.split()[0] for line in out.splitlines()] == [
        "NAME",
        "a",
        "b-with-a-long-name",
        "a",
        "c",
        "b-with-a-long-name",
    ]
    assert len({line.find("1/1") for line in out.splitlines() if "1/1" in line}) == 1
    assert err == "topmast: kubernetes: not current: connection lost\ntopmast: kubernetes: current again\n"


def test_watching_as_json_is_a_line_a_change(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    stage.put("usage", LIVE)
    pods(stage, pod("a"))
    stage.put("pods", Upsert(pod("a", status="Error")))
    stage.put("pods", Delete("pod", "shop/a"))
    stage.interrupt = True
    assert main(["get", "pods", "-w", "-o", "json"]) == 130
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["type"], line["object"]["status"]) for line in lines] == [
        ("ADDED", "Running"),
        ("MODIFIED", "Error"),
        ("DELETED", "Error"),
    ]
