"""What each user may do: cluster-wide reader, reader of one namespace, and somebody without rights."""

from typing import Any

Object = dict[str, Any]
RBAC = "rbac.authorization.k8s.io"
READ = ["get", "list", "watch"]


def _binding(kind: str, name: str, role_kind: str, role: str, group: str, namespace: str = "") -> Object:
    meta = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": kind,
        "metadata": meta,
        "roleRef": {"apiGroup": RBAC, "kind": role_kind, "name": role},
        "subjects": [{"apiGroup": RBAC, "kind": "Group", "name": group}],
    }


def rights() -> list[Object]:
    """Roles and bindings. `view` is the role every cluster has; it covers neither nodes nor metrics."""
    viewer = {
        "apiVersion": f"{RBAC}/v1",
        "kind": "ClusterRole",
        "metadata": {"name": "testbed-viewer"},
        "rules": [
            {
                "apiGroups": [""],
                "resources": ["nodes", "namespaces", "events", "persistentvolumes"],
                "verbs": READ,
            },
            {"apiGroups": ["events.k8s.io"], "resources": ["events"], "verbs": READ},
            {"apiGroups": ["metrics.k8s.io"], "resources": ["nodes", "pods"], "verbs": READ},
            {"apiGroups": [""], "resources": ["services/proxy"], "verbs": ["get"]},
            {"apiGroups": ["storage.k8s.io"], "resources": ["storageclasses"], "verbs": READ},
        ],
    }
    team = {
        "apiVersion": f"{RBAC}/v1",
        "kind": "Role",
        "metadata": {"name": "testbed-metrics", "namespace": "team-a"},
        "rules": [{"apiGroups": ["metrics.k8s.io"], "resources": ["pods"], "verbs": READ}],
    }
    return [
        viewer,
        team,
        _binding("ClusterRoleBinding", "testbed-viewer", "ClusterRole", "testbed-viewer", "testbed:viewers"),
        _binding("ClusterRoleBinding", "testbed-viewer-view", "ClusterRole", "view", "testbed:viewers"),
        _binding("RoleBinding", "testbed-team", "ClusterRole", "view", "testbed:team-a", "team-a"),
        _binding("RoleBinding", "testbed-team-metrics", "Role", "testbed-metrics", "testbed:team-a", "team-a"),
    ]
