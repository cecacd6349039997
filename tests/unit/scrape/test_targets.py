"""Which targets objects make, with which labels; what annotations may not do; what gives where bytes are short."""

from __future__ import annotations

import msgspec
import pytest

from sources.contract import Misconfigured
from sources.scrape.budget import Bucket, plan
from sources.scrape.discover import chosen
from sources.scrape.memory import joined
from sources.scrape.objects import Pod, Service
from sources.scrape.targets import (
    KUBELET,
    Target,
    Wish,
    direct,
    kubelet,
    labelled,
    of_pod,
    of_service,
    wish,
)


def pod(annotations: dict[str, str] | None = None, name: str = "web-1", **more: object) -> Pod:
    ports = more.pop(
        "ports", [{"name": "http", "containerPort": 8080}, {"name": "metrics", "containerPort": 9000}]
    )
    return msgspec.convert(
        {
            "metadata": {
                "name": name,
                "namespace": "shop",
                "annotations": annotations,
                "labels": more.pop("labels", None),
            },
            "spec": {"nodeName": "node-a", "containers": [{"ports": ports}]},
            "status": {"phase": more.pop("phase", "Running"), "podIP": "10.1.2.3"},
        },
        Pod,
    )


SCRAPE = {"prometheus.io/scrape": "true"}
pod_target = Target("p", (), "/")


def target(thing: Pod, service: str = "") -> Target | None:
    wanted = wish(thing)
    return of_pod(thing, wanted, service) if wanted is not None else None


def test_an_annotated_pod_has_the_usual_labels_and_goes_through_its_proxy() -> None:
    found = target(pod(SCRAPE, labels={"app": "web"}))
    assert found is not None
    assert found.labels == labelled(
        instance="10.1.2.3:9000", job="web", namespace="shop", node="node-a", pod="web-1"
    )
    assert found.path == "/api/v1/namespaces/shop/pods/web-1:9000/proxy/metrics"
    assert found.right == "get pods/proxy in shop"


@pytest.mark.parametrize(
    ("annotations", "path", "params"),
    [
        ({"port": "8080"}, "pods/web-1:8080/proxy/metrics", ()),
        ({"port": "1234"}, "pods/web-1:1234/proxy/metrics", ()),
        ({"port": "http", "path": "stats"}, "pods/web-1:8080/proxy/stats", ()),
        ({"scheme": "https"}, "pods/https:web-1:9000/proxy/metrics", ()),
        ({"path": "/x?format=prometheus&a="}, "pods/web-1:9000/proxy/x", (("format", "prometheus"),)),
    ],
)
def test_annotations_say_port_path_and_scheme(
    annotations: dict[str, str], path: str, params: tuple[tuple[str, str], ...]
) -> None:
    found = target(pod(SCRAPE | {f"prometheus.io/{key}": value for key, value in annotations.items()}))
    assert found is not None
    assert (found.path.partition("shop/")[2], found.params) == (path, params)


@pytest.mark.parametrize(
    "thing",
    [
        pod(),
        pod({"prometheus.io/scrape": "false"}, name="kube-proxy"),
        pod(SCRAPE, phase="Pending"),
        pod(SCRAPE, ports=[]),
        pod(SCRAPE | {"prometheus.io/port": "99999"}),
        pod(SCRAPE | {"prometheus.io/port": "9000/../x"}),
        pod(SCRAPE | {"prometheus.io/port": "9" * 5000}),  # Python refuses to read such a number at all
        pod(SCRAPE | {"prometheus.io/port": "٩٠٩٠"}),
    ],
    ids=[
        *("not annotated", "unwanted", "not running", "no port", "no such port", "a port that is none"),
        *("a port without end", "other digits"),
    ],
)
def test_pods_that_are_no_targets(thing: Pod) -> None:
    assert target(thing) is None


@pytest.mark.parametrize("path", ["/../../secrets", "/a/..", "/%2e%2e/x", "..\\x", "/./x"])
def test_an_annotation_cannot_lead_out_of_the_proxy(path: str) -> None:
    with pytest.raises(Misconfigured, match="not a plain path"):
        wish(pod(SCRAPE | {"prometheus.io/path": path}))


@pytest.mark.parametrize(
    ("name", "port", "honors"),
    [
        ("kube-state-metrics", "8080", True),
        ("prometheus-node-exporter", "9100", False),
        ("pushgateway", "9091", True),
        ("kube-proxy", "10249", False),
    ],
)
def test_usual_exporters_are_known_without_annotations(name: str, port: str, honors: bool) -> None:
    found = target(pod(name=f"{name}-x7k2p", labels={"app.kubernetes.io/name": name}, ports=[]), service=name)
    assert found is not None
    assert f":{port}/proxy" in found.path
    assert found.honor_labels is honors
    assert dict(found.labels)["job"] == name


def test_a_service_whose_pods_are_unknown_is_asked_itself() -> None:
    service = msgspec.convert(
        {"metadata": {"name": "api", "namespace": "shop"}, "spec": {"ports": [{"name": "web", "port": 80}]}},
        Service,
    )
    found = of_service(service, Wish())
    assert found is not None
    assert found.path == "/api/v1/namespaces/shop/services/api:80/proxy/metrics"
    assert found.labels == labelled(instance="api.shop:80", job="api", namespace="shop", service="api")


def test_a_url_is_a_target_with_its_query_and_without_its_password_on_show() -> None:
    found = direct("http://me:secret@host:9100/probe?module=x")
    assert (found.path, found.params) == ("/probe", (("module", "x"),))
    assert "secret" not in found.key
    assert direct("host:9100").path == "/metrics"
    assert dict(direct("https://[::1]/m").labels)["instance"] == "[::1]:443"
    assert direct("host:9091", pushgateway=True).honor_labels


def test_a_kubelet_is_known_by_its_node() -> None:
    found = kubelet("node-a", "/metrics/cadvisor", 1)
    assert found.path == "/api/v1/nodes/node-a/proxy/metrics/cadvisor"
    assert dict(found.labels) == {
        "job": "kubelet", "instance": "node-a", "node": "node-a", "metrics_path": "/metrics/cadvisor",
    }  # fmt: skip


def test_labels_of_target_and_sample_are_joined_as_prometheus_does() -> None:
    ours = labelled(job="j", instance="i")
    theirs = labelled(__name__="m", job="x", code="200")
    assert joined(theirs, ours, False) == labelled(
        __name__="m", job="j", instance="i", code="200", exported_job="x"
    )
    assert joined(theirs, ours, True) == labelled(__name__="m", job="x", instance="i", code="200")
    pushed = (("__name__", "m"), ("instance", ""), ("job", "x"))
    assert joined(pushed, ours, True) == labelled(__name__="m", job="x")
    assert joined(pushed, ours, False) == labelled(__name__="m", job="j", instance="i", exported_job="x")
    twice = labelled(__name__="m", job="x", exported_job="y")
    assert dict(joined(twice, ours, False))["exported_exported_job"] == "x"


def made(count: int, size: int) -> list[Target]:
    return [Target(f"t{number}", (), "/", size=size) for number in range(count)]


def test_with_enough_bytes_nothing_gives() -> None:
    assert plan(made(10, 1000), lambda t: t.size, 15, 60_000)[1:] == (15, "")


def test_short_of_bytes_it_is_slower_and_then_less() -> None:
    slower = plan(made(10, 3000), lambda t: t.size, 15, 60_000)
    assert (len(slower.targets), slower.interval) == (10, 30)
    assert slower.note == "0.06 MB a minute reached: every 30 s instead of 15 s"
    less = plan(made(30, 3000), lambda t: t.size, 15, 60_000)
    assert [each.key for each in less.targets] == [f"t{number}" for number in range(20)]
    assert less.note == "0.06 MB a minute reached: every 60 s instead of 15 s, 10 of 30 targets left out"


def test_one_target_beyond_the_budget_is_still_read_now_and_then() -> None:
    huge = plan(made(1, 600_000), lambda t: t.size, 15, 60_000)
    assert (len(huge.targets), huge.interval) == (1, 600)


def test_bytes_come_back_with_time() -> None:
    bucket = Bucket(60_000, now=0)
    assert bucket.wait(0) == 0
    bucket.spend(90_000, 0)
    assert bucket.wait(0) == 30
    assert bucket.wait(29) == pytest.approx(1)
    assert bucket.wait(31) == 0


def test_targets_beyond_the_limit_are_named() -> None:
    kept, note = chosen([*made(5, 1), *made(2, 1)], [], [], 3)
    assert [each.key for each in kept] == ["t0", "t1", "t2"]
    assert note == "2 of 5 targets left out (max_targets is 3)"
    assert chosen(made(3, 1), [], [], 3)[1] == ""


def test_of_nodes_the_cheap_path_goes_before_pods_and_the_others_after() -> None:
    kept, note = chosen(made(1, 1), [pod_target], ["a", "b", "a"], 100)
    assert [each.key for each in kept] == [
        "t0",
        "node a/metrics/resource",
        "node b/metrics/resource",
        "p",
        *(f"node {node}{path}" for path, _ in KUBELET[1:] for node in ("a", "b")),
    ]
    assert note == ""


def test_only_those_targets_of_nodes_are_made_that_are_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def counted(node: str, path: str, size: int) -> Target:
        asked.append(node)
        return kubelet(node, path, size)

    monkeypatch.setattr("sources.scrape.discover.kubelet", counted)
    kept, note = chosen(made(1, 1), [pod_target], [f"node-{number}" for number in range(5000)], 200)
    assert (len(kept), len(asked)) == (200, 199)
    assert note == "19802 of 20002 targets left out (max_targets is 200)"
