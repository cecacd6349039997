"""Which objects belong together, and what is said of what could not be seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sources.contract import Denied, NotFound, ObjectPage, Unavailable
from sources.model import ObjectRef
from sources.related import MOST_SHOWN, Related, find_related
from sources.rules.related import Relation, labelled, named, owners, searches, selects

POD: dict[str, Any] = {
    "kind": "Pod",
    "metadata": {
        "name": "web-5f-1",
        "namespace": "shop",
        "labels": {"app": "web", "tier": "front"},
        "ownerReferences": [
            {"kind": "Other", "name": "o"},
            {"kind": "ReplicaSet", "name": "web-5f", "controller": True},
        ],
    },
    "spec": {
        "nodeName": "n1",
        "serviceAccountName": "web",
        "imagePullSecrets": [{"name": "registry"}],
        "volumes": [
            {"name": "data", "persistentVolumeClaim": {"claimName": "data-web"}},
            {"name": "conf", "configMap": {"name": "web-conf"}},
            {"name": "all", "projected": {"sources": [{"secret": {"name": "token"}}, {"downwardAPI": {}}]}},
        ],
        "containers": [
            {
                "name": "main",
                "envFrom": [{"secretRef": {"name": "web-env"}}],
                "env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "web-conf", "key": "a"}}}],
            }
        ],
    },
}


TARGET = {"kind": "Deployment", "name": "web"}


def refs(relations: list[Relation], role: str) -> list[str]:
    return [f"{one.ref.kind}/{one.ref.namespace}/{one.ref.name}" for one in relations if one.role == role]


def test_a_pod_names_what_it_needs() -> None:
    found = named(POD)
    assert refs(found, "node") == ["Node//n1"]
    assert refs(found, "claim") == ["PersistentVolumeClaim/shop/data-web"]
    assert refs(found, "configmap") == ["ConfigMap/shop/web-conf"], "once, however often it is named"
    assert refs(found, "secret") == ["Secret/shop/token", "Secret/shop/web-env", "Secret/shop/registry"]
    assert refs(found, "account") == ["ServiceAccount/shop/web"]
    assert owners(POD)[0] == ObjectRef("ReplicaSet", "web-5f", "shop"), "the controlling one first"


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ({"kind": "PersistentVolumeClaim", "spec": {"volumeName": "pv1", "storageClassName": "gp3"}},
         {"PersistentVolume//pv1", "StorageClass//gp3"}),
        ({"kind": "PersistentVolume", "spec": {"claimRef": {"name": "c", "namespace": "shop"}}},
         {"PersistentVolumeClaim/shop/c"}),
        ({"kind": "HorizontalPodAutoscaler", "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "web"}}},
         {"Deployment/x/web"}),
        ({"kind": "Ingress", "spec": {"rules": [{"http": {"paths": [{"backend": {"service": {"name": "a"}}}]}}]}},
         {"Service/x/a"}),
        ({"kind": "CronJob",
          "spec": {"jobTemplate": {"spec": {"template": {"spec": {"serviceAccountName": "s"}}}}}},
         {"ServiceAccount/x/s"}),
    ],
)  # fmt: skip
def test_other_kinds_name_theirs(raw: dict[str, Any], wanted: set[str]) -> None:
    found = named({"metadata": {"name": "me", "namespace": "x"}, **raw})
    assert {f"{one.ref.kind}/{one.ref.namespace}/{one.ref.name}" for one in found} == wanted


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"kind": 3, "spec": []},
        {"kind": "Pod", "metadata": "x", "spec": {"volumes": [1, {"configMap": 2}]}},
        {"kind": "Ingress", "spec": {"rules": {"a": 1}}},
    ],
)
def test_odd_shapes_name_nothing(odd: dict[str, Any]) -> None:
    assert named(odd) == []
    assert owners(odd) == []
    assert searches(odd) == []


def test_a_selector_takes_in_what_has_all_its_labels() -> None:
    assert selects({"spec": {"selector": {"app": "web"}}}, {"app": "web", "x": "y"})
    assert not selects({"spec": {"selector": {"app": "web", "tier": "back"}}}, {"app": "web", "tier": "front"})
    assert not selects({"spec": {}}, {"app": "web"}), "a service without a selector has no pods of its own"


def test_an_alert_names_objects_by_its_labels() -> None:
    labels = (
        ("alertname", "X"),
        ("deployment", "web"),
        ("job", "kube-state-metrics"),
        ("namespace", "shop"),
        ("pod", "web-1"),
    )
    assert labelled(labels) == [
        ObjectRef("Pod", "web-1", "shop"),
        ObjectRef("Deployment", "web", "shop"),
        ObjectRef("Namespace", "shop"),
    ]
    assert labelled((("pod", "web-1"),)) == [], "a pod of no namespace cannot be found"
    assert labelled((("node", "n1"),)) == [ObjectRef("Node", "n1")]


class Server:
    """Answers from what it has, and notes what was asked."""

    def __init__(
        self, *objects: Mapping[str, Any], lists: Mapping[str, ObjectPage | Exception] | None = None
    ) -> None:
        self.objects = {(each["kind"], each["metadata"]["name"]): each for each in objects}
        self.lists = lists or {}
        self.refused: dict[str, Exception] = {}
        self.asked: list[str] = []

    async def get_object(self, kind: str, namespace: str, name: str) -> Mapping[str, Any]:
        self.asked.append(f"get {kind}/{name}")
        if kind in self.refused:
            raise self.refused[kind]
        found = self.objects.get((kind, name))
        if found is None:
            raise NotFound(f"{kind} {name} not found")
        return found

    async def list_objects(self, kind: str, namespace: str, limit: int) -> ObjectPage:
        self.asked.append(f"list {kind} in {namespace}")
        found = self.lists.get(kind, ObjectPage())
        if isinstance(found, Exception):
            raise found
        return found


def obj(kind: str, name: str, owner: tuple[str, str] | None = None, **parts: Any) -> dict[str, Any]:
    meta: dict[str, Any] = {"name": name, "namespace": "shop"}
    if owner:
        meta["ownerReferences"] = [{"kind": owner[0], "name": owner[1], "controller": True}]
    return {"kind": kind, "metadata": meta, **parts}


def by_role(found: Related) -> dict[str, list[tuple[str, str]]]:
    roles: dict[str, list[tuple[str, str]]] = {}
    for one in found.relations:
        roles.setdefault(one.role, []).append((one.ref.name, one.note))
    return roles


async def test_the_way_from_a_pod_to_all_that_belongs_to_it() -> None:
    server = Server(
        obj("ReplicaSet", "web-5f", ("Deployment", "web"), spec={"replicas": 2}, status={"readyReplicas": 1}),
        obj("Deployment", "web", spec={"replicas": 2}, status={"readyReplicas": 2}),
        obj("PersistentVolumeClaim", "data-web", spec={"storageClassName": "gp3"}, status={"phase": "Pending"}),
        lists={
            "Service": ObjectPage((
                obj("Service", "front", spec={"selector": {"app": "web"}, "ports": [{"port": 80}]}),
                obj("Service", "other", spec={"selector": {"app": "db"}}),
            )),
            "HorizontalPodAutoscaler": ObjectPage((
                obj("HorizontalPodAutoscaler", "web", spec={"maxReplicas": 4, "scaleTargetRef": TARGET},
                    status={"currentReplicas": 4}),
            )),
        },
    )  # fmt: skip
    found = await find_related(server, POD)
    roles = by_role(found)
    assert roles["owner"] == [("web-5f", "1/2 ready"), ("web", "2/2 ready")]
    assert roles["service"] == [("front", "ClusterIP 80/TCP")]
    assert roles["autoscaler"] == [("web", "4 of 1-4 replicas, at its maximum")]
    assert roles["claim"] == [("data-web", "Pending gp3")]
    assert {one.ref.name for one in found.relations if one.trouble} == {"web-5f", "data-web", "web"}
    assert found.unseen == ()
    assert not any("Secret" in asked or "ConfigMap" in asked for asked in server.asked), "by name only"


async def test_what_is_refused_is_said_with_its_right_and_the_rest_is_there() -> None:
    server = Server(
        lists={"Service": Denied("no", "list services in shop"), "HorizontalPodAutoscaler": Unavailable("down")}
    )
    server.refused["ReplicaSet"] = Denied("no", "get replicasets in shop")
    found = await find_related(server, POD)
    assert by_role(found)["owner"] == [("web-5f", "")]
    assert by_role(found)["claim"] == [("data-web", "does not exist")]
    assert found.unseen == (
        "ReplicaSet: the right is missing: get replicasets in shop",
        "Service: the right is missing: list services in shop",
        "HorizontalPodAutoscaler: down",
    )


async def test_a_circle_of_owners_ends_and_a_crowd_is_counted() -> None:
    circle = obj("A", "a", ("B", "b"))
    found = await find_related(Server(circle, obj("B", "b", ("A", "a"))), circle)
    assert [one.ref.name for one in found.relations] == ["b"]
    many = tuple(obj("ReplicaSet", f"web-{number}", ("Deployment", "web")) for number in range(MOST_SHOWN + 2))
    server = Server(lists={"ReplicaSet": ObjectPage(many, more=True)})
    crowd = await find_related(server, obj("Deployment", "web"))
    assert len(by_role(crowd)["made"]) == MOST_SHOWN
    assert crowd.unseen == (
        f"ReplicaSet: only the first {len(many)} in shop were looked through",
        "ReplicaSet: 2 more belong to it",
    )
