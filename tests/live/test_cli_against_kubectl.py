"""`topmast get` against kubectl on the same cluster: every row, every column, and the spaces between them."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.testbed import Bed

ROOT = Path(__file__).parents[2]
AGE = re.compile(r"(?:\d+[smhdy])+(?: ago)?")
TRIES = 6


def topmast(bed: Bed, *argv: str, user: str = "viewer") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tui", *argv],
        cwd=ROOT,
        env={**os.environ, "KUBECONFIG": str(bed.kubeconfig(user))},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def kubectl(bed: Bed, *argv: str, user: str = "viewer") -> subprocess.CompletedProcess[str]:
    command = [str(bed.kubectl), f"--kubeconfig={bed.kubeconfig(user)}", *argv]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def ageless(text: str) -> list[list[str]]:
    """The cells of each line, ages taken out: between two commands a clock ticks."""
    return [[AGE.sub("AGE", cell) for cell in re.split(r" {2,}", line)] for line in text.splitlines()]


def same(bed: Bed, *argv: str, user: str = "viewer") -> str:
    """Both commands until they say the same to the last space. Returns what was said.

    Pods of CronJobs come and go and ages tick, so a pair may differ; cells have to be equal without ages in some
    pair, and the text to the byte in some pair too.
    """
    for _ in range(TRIES):
        theirs, ours = kubectl(bed, *argv, user=user), topmast(bed, *argv, user=user)
        assert theirs.returncode == ours.returncode == 0, ours.stderr
        if theirs.stdout == ours.stdout:
            return ours.stdout
        if ageless(theirs.stdout) == ageless(ours.stdout) and _spacing(theirs.stdout) == _spacing(ours.stdout):
            return ours.stdout
    assert ours.stdout == theirs.stdout
    return ours.stdout


def _spacing(text: str) -> list[int]:
    """Where the columns begin; a longer age moves them, so only widths that ages do not decide are equal."""
    head = text.splitlines()[0]
    return [found.start() for found in re.finditer(r"(?<=  )\S", head)][:3]


@pytest.mark.parametrize(
    "argv",
    [
        ("get", "pods", "-A"),
        ("get", "pods", "-A", "-o", "wide"),
        ("get", "pods"),
        ("get", "pods", "-n", "shop", "-o", "wide"),
        ("get", "pods", "-n", "shop", "--no-headers"),
        ("get", "nodes"),
        ("get", "nodes", "-o", "wide"),
        ("get", "pods", "-n", "shop", "-l", "pod-template-hash"),
    ],
)
@pytest.mark.parametrize("user", ["viewer", "admin"])
def test_every_row_is_kubectls(bed: Bed, argv: Sequence[str], user: str) -> None:
    assert len(same(bed, *argv, user=user).splitlines()) > 1


def test_the_contexts_own_namespace(bed: Bed) -> None:
    """The context of this user names team-a."""
    assert "NAMESPACE" not in same(bed, "get", "pods", user="team")


@pytest.mark.parametrize("argv", [("-n", "nowhere"), ("-n", "kube-public")])
def test_nothing_is_said_in_kubectls_words(bed: Bed, argv: Sequence[str]) -> None:
    theirs, ours = kubectl(bed, "get", "pods", *argv), topmast(bed, "get", "pods", *argv)
    assert (ours.stdout, ours.stderr, ours.returncode) == (theirs.stdout, theirs.stderr, theirs.returncode)


def test_every_event(bed: Bed) -> None:
    """The same events with the same words; kubectl prints them in no order, ours by their last moment."""

    def cells(text: str) -> list[list[str]]:
        return sorted(row[1:] for row in ageless(text))

    for _ in range(TRIES):
        theirs, ours = kubectl(bed, "get", "events", "-n", "team-a"), topmast(bed, "get", "events", "-n", "team-a")
        if cells(theirs.stdout) == cells(ours.stdout):
            break
    assert cells(ours.stdout) == cells(theirs.stdout)
    moments = [row["last"] for row in json.loads(topmast(bed, "get", "events", "-A", "-o", "json").stdout)]
    assert moments == sorted(moments)


def test_denied_and_half_denied(bed: Bed) -> None:
    for argv, user in ((("get", "nodes"), "team"), (("get", "pods"), "nobody"), (("get", "pods", "-A"), "nobody")):
        refused = topmast(bed, *argv, user=user)
        assert refused.returncode == 4, refused
        assert refused.stdout == ""
        assert refused.stderr.startswith("topmast: denied: ")
        assert refused.stderr.count("\n") == 1
    half = topmast(bed, "get", "pods", "-A", user="team")
    assert half.returncode == 0
    assert {line.split()[0] for line in half.stdout.splitlines()[1:]} == {"team-a"}
    assert "list pods" in half.stderr


def test_acting_as_somebody_else(bed: Bed) -> None:
    assert topmast(bed, "get", "nodes", "--as", "nobody", user="admin").returncode == 4
    as_viewer = ("--as", "nobody", "--as-group", "system:masters")
    assert same(bed, "get", "nodes", *as_viewer, user="admin")


def test_wrong_settings_are_2(bed: Bed, tmp_path: Path) -> None:
    for argv in (("--context", "gone"), ("--kubeconfig", str(tmp_path / "gone")), ("--prometheus", "ftp://x")):
        for command in (("get", "alerts"), ("query", "up")):
            wrong = topmast(bed, *command, *argv)
            assert wrong.returncode == 2, wrong
            assert wrong.stderr.startswith("topmast: ")
            assert "Traceback" not in wrong.stderr


def test_usage_in_json_and_csv(bed: Bed) -> None:
    nodes = {row["name"]: row for row in json.loads(topmast(bed, "get", "nodes", "-o", "json").stdout)}
    assert nodes["worker-1"]["usage"]["cpu"] > 0
    assert nodes["lost-1"]["usage"] is None
    pods = list(csv.DictReader(io.StringIO(topmast(bed, "get", "pods", "-A", "-o", "csv").stdout)))
    assert sum(bool(row["memory_bytes"]) for row in pods) > 20


def test_alerts_of_both_systems(bed: Bed) -> None:
    found = {row["name"]: row for row in json.loads(topmast(bed, "get", "alerts", "-o", "json").stdout)}
    assert found["TestBedPodCrashLooping"]["origins"] == ["prometheus", "alertmanager"]
    assert found["TestBedDiskFilling"]["state"] == "silenced"
    assert found["TestBedNodeUnreachable"]["state"] == "inhibited"


def test_query(bed: Bed) -> None:
    table = topmast(bed, "query", 'up{job="node"}')
    assert table.returncode == 0, table.stderr
    assert re.search(r'^up\{.*job="node"\} +1$', table.stdout, re.MULTILINE)
    found = json.loads(topmast(bed, "query", "up", "--range", "5m", "--step", "30s", "-o", "json").stdout)
    assert found["type"] == "matrix"
    assert topmast(bed, "query", "up", "-o", "graph").stdout.count("\n") > 10
    wrong = topmast(bed, "query", "su(m")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert topmast(bed, "query", "up", "--prometheus", "http://127.0.0.1:9").returncode == 3
    direct = topmast(bed, "query", "vector(42)", "--prometheus", bed.prometheus_old_url, user="nobody")
    assert (direct.returncode, direct.stdout.split()) == (0, ["SERIES", "VALUE", "{}", "42"])


def test_doctor(bed: Bed) -> None:
    fine = topmast(bed, "doctor")
    assert fine.returncode == 0, fine.stdout
    assert "v1." in fine.stdout
    refused = topmast(bed, "doctor", "-o", "json", "--prometheus", bed.prometheus_url, user="team")
    rights = {each["check"]: each["ok"] for each in json.loads(refused.stdout)}
    assert rights["rights: nodes"] is False
    assert refused.returncode in (3, 4)


def test_watching_shows_a_change(bed: Bed) -> None:
    command = [sys.executable, "-u", "-m", "tui", "get", "pods", "-n", "shop", "-w", "-o", "json"]
    env = {**os.environ, "KUBECONFIG": str(bed.kubeconfig("viewer"))}
    path = "/api/v1/namespaces/shop/pods/payments-0"
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if json.loads(line)["object"]["name"] == "payments-0":
                    break
            stamp = {"metadata": {"labels": {"seen-by": "watcher"}}}
            bed.api().request("PATCH", path, stamp, "application/merge-patch+json")
            for line in process.stdout:
                event = json.loads(line)
                if event["object"]["labels"].get("seen-by") == "watcher":
                    assert event["type"] == "MODIFIED"
                    break
        finally:
            bed.api().request(
                "PATCH", path, {"metadata": {"labels": {"seen-by": None}}}, "application/merge-patch+json"
            )
            process.terminate()


def test_the_api_server_is_away(bed: Bed) -> None:
    bed.stop("kube-apiserver")
    try:
        for argv in (("get", "pods"), ("get", "nodes", "-o", "json"), ("doctor",), ("query", "up")):
            gone = topmast(bed, *argv)
            assert gone.returncode == 3, gone
            assert "Traceback" not in gone.stderr
        assert "cannot reach" in topmast(bed, "get", "pods").stderr
    finally:
        bed.start("kube-apiserver")
