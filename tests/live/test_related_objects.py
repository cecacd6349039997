"""What belongs to a pod, found on a real API server by reading only; and what a team user may not see, said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sources.related import find_related
from tests.live.following import following
from tests.testbed import Bed
from tests.testbed.kubeapi import ApiError

CORE = "/api/v1/namespaces/shop"
MADE: tuple[tuple[str, dict[str, Any]], ...] = (
    (f"{CORE}/services", {"metadata": {"name": "related"}, "spec": {
        "selector": {"app.kubernetes.io/name": "checkout"}, "ports": [{"port": 80}]}}),
    ("/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers", {"metadata": {"name": "related"}, "spec": {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "checkout"},
        "minReplicas": 2, "maxReplicas": 40}}),
)  # fmt: skip


@pytest.fixture
def around(bed: Bed) -> Iterator[None]:
    """A service and an autoscaler of one workload, for as long as the test takes."""
    api = bed.api()
    for path, body in MADE:
        api.request("POST", path, body)
    yield
    for path, body in MADE:
        try:
            api.request("DELETE", f"{path}/{body['metadata']['name']}")
        except ApiError as error:
            if error.code != 404:
                raise


def a_pod(bed: Bed, namespace: str, app: str) -> dict[str, Any]:
    query = f"?labelSelector=app.kubernetes.io/name={app}"
    found: dict[str, Any] = bed.api().request("GET", f"/api/v1/namespaces/{namespace}/pods{query}")
    return {"kind": "Pod", **found["items"][0]}


async def test_what_belongs_to_a_pod(bed: Bed, around: None) -> None:
    pod = a_pod(bed, "shop", "checkout")
    async with following(bed.kubeconfig("viewer")) as (source,):
        raw = await source.get_object("Pod", "shop", pod["metadata"]["name"])
        found = await find_related(source, raw)
        names = {(one.role, one.ref.kind, one.ref.name) for one in found.relations}
        replica_set = pod["metadata"]["ownerReferences"][0]["name"]
        assert names >= {
            ("owner", "ReplicaSet", replica_set),
            ("owner", "Deployment", "checkout"),
            ("node", "Node", pod["spec"]["nodeName"]),
            ("service", "Service", "related"),
            ("autoscaler", "HorizontalPodAutoscaler", "related"),
        }
        assert found.unseen == ()
        made = await find_related(source, await source.get_object("Deployment", "shop", "checkout"))
        assert ("made", replica_set) in {(one.role, one.ref.name) for one in made.relations}
        assert {request.method for request in source._connection.client.audit.requests()} == {"GET"}


async def test_a_team_user_is_told_the_missing_rights(bed: Bed) -> None:
    own, foreign = a_pod(bed, "team-a", "web"), a_pod(bed, "shop", "checkout")
    async with following(bed.kubeconfig("team")) as (source,):
        found = await find_related(source, own)
        assert [one.ref.kind for one in found.relations if one.role == "owner"] == ["ReplicaSet", "Deployment"]
        assert found.unseen == ()
        refused = await find_related(source, foreign)
        said = "\n".join(refused.unseen)
        for right in ("get replicasets.apps", "list services", "list horizontalpodautoscalers.autoscaling"):
            assert f"{right} in shop" in said
