"""Where the API server keeps whole objects, and names that would lead somewhere else."""

from __future__ import annotations

import pytest

from sources.contract import NotSupported
from sources.kubernetes.objects import list_path, path_of


@pytest.mark.parametrize(
    ("kind", "namespace", "name", "path"),
    [
        ("Pod", "shop", "web-1", "/api/v1/namespaces/shop/pods/web-1"),
        ("Deployment", "shop", "web", "/apis/apps/v1/namespaces/shop/deployments/web"),
        ("Node", "", "worker-a1", "/api/v1/nodes/worker-a1"),
        ("Event", "shop", "web-1.17a3", "/api/v1/namespaces/shop/events/web-1.17a3"),
    ],
)
def test_objects_are_where_the_api_has_them(kind: str, namespace: str, name: str, path: str) -> None:
    assert path_of(kind, namespace, name) == path
    assert list_path(kind, namespace) == path.rpartition("/")[0]


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "..%2f..%2fsecrets", "%2e%2e"])
def test_a_name_that_somebody_made_up_leads_nowhere_else(name: str) -> None:
    with pytest.raises(NotSupported, match="not the name of an object"):
        path_of("Pod", "shop", name)
    with pytest.raises(NotSupported, match="namespace"):
        list_path("Pod", name)


def test_what_cannot_be_opened_says_so() -> None:
    with pytest.raises(NotSupported, match="'Gadget' cannot be opened"):
        path_of("Gadget", "shop", "x")
