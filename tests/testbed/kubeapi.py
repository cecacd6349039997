"""A small client for the API server, enough to fill a cluster: server-side apply, get, delete."""

import http.client
import json
import ssl
from pathlib import Path
from typing import Any

from tests.testbed.errors import TestBedError

Object = dict[str, Any]
FIELD_MANAGER = "testbed"

# Kind -> (plural, namespaced). The group and version stand in each object's apiVersion.
RESOURCES = {
    "Namespace": ("namespaces", False),
    "Node": ("nodes", False),
    "Lease": ("leases", True),
    "Pod": ("pods", True),
    "Event": ("events", True),
    "Service": ("services", True),
    "ServiceAccount": ("serviceaccounts", True),
    "ConfigMap": ("configmaps", True),
    "Deployment": ("deployments", True),
    "StatefulSet": ("statefulsets", True),
    "DaemonSet": ("daemonsets", True),
    "Job": ("jobs", True),
    "CronJob": ("cronjobs", True),
    "HorizontalPodAutoscaler": ("horizontalpodautoscalers", True),
    "PersistentVolume": ("persistentvolumes", False),
    "PersistentVolumeClaim": ("persistentvolumeclaims", True),
    "PriorityClass": ("priorityclasses", False),
    "ClusterRole": ("clusterroles", False),
    "ClusterRoleBinding": ("clusterrolebindings", False),
    "Role": ("roles", True),
    "RoleBinding": ("rolebindings", True),
    "CustomResourceDefinition": ("customresourcedefinitions", False),
    "NodeMetrics": ("nodes", False),
    "PodMetrics": ("pods", True),
}


class ApiError(TestBedError):
    """The API server said no. `code` is the HTTP status."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"the API server answered {code}: {message}")
        self.code = code


def path_of(kind: str, api_version: str, namespace: str | None = None, name: str | None = None) -> str:
    """The URL path of an object, or of a list when there is no name."""
    plural, namespaced = RESOURCES[kind]
    parts = ["/apis" if "/" in api_version else "/api", api_version]
    if namespaced and namespace:
        parts += ["namespaces", namespace]
    parts.append(plural)
    if name:
        parts.append(name)
    return "/".join(parts)


class Api:
    """One connection to the API server with a client certificate. Not for several threads."""

    def __init__(self, port: int, certificates: Path, user: str = "admin", timeout: float = 15.0) -> None:
        self._context = ssl.create_default_context(cafile=str(certificates / "ca.crt"))
        self._context.load_cert_chain(certificates / f"{user}.crt", certificates / f"{user}.key")
        self._port = port
        self._timeout = timeout
        self._connection: http.client.HTTPSConnection | None = None

    def close(self) -> None:
        """Let go of the connection; the next request opens a new one."""
        if self._connection:
            self._connection.close()
            self._connection = None

    def request(self, method: str, path: str, body: Object | None = None, content_type: str = "") -> Any:
        """The decoded answer. Raises ApiError for an HTTP error, OSError when the server cannot be reached."""
        data = json.dumps(body).encode() if body is not None else None
        headers = {"Content-Type": content_type or "application/json"} if data else {}
        reused = self._connection is not None
        try:
            status, text = self._send(method, path, data, headers)
        except (OSError, http.client.HTTPException):
            self.close()
            if not reused:
                raise
            # The server closed the idle connection; every request made here can be repeated safely.
            status, text = self._send(method, path, data, headers)
        try:
            answer = json.loads(text) if text else {}
        except ValueError:
            answer = {"message": text.decode(errors="replace")}
        if status >= 400:
            raise ApiError(status, str(answer.get("message", ""))[:500])
        return answer

    def _send(self, method: str, path: str, data: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        if self._connection is None:
            self._connection = http.client.HTTPSConnection(
                "127.0.0.1", self._port, timeout=self._timeout, context=self._context
            )
        self._connection.request(method, path, body=data, headers=headers)
        response = self._connection.getresponse()
        return response.status, response.read()

    def apply(self, obj: Object, subresource: str = "") -> Object:
        """Server-side apply: create the object or make it as given."""
        meta = obj["metadata"]
        path = path_of(obj["kind"], obj["apiVersion"], meta.get("namespace"), meta["name"])
        if subresource:
            path += f"/{subresource}"
        path += f"?fieldManager={FIELD_MANAGER}{subresource}&force=true"
        answer: Object = self.request("PATCH", path, obj, "application/apply-patch+yaml")
        return answer

    def list(self, kind: str, api_version: str, namespace: str | None = None, query: str = "") -> list[Object]:
        """All objects of a kind (not paged: the bed is small)."""
        path = path_of(kind, api_version, namespace) + (f"?{query}" if query else "")
        items: list[Object] = self.request("GET", path)["items"]
        return items

    def delete(self, obj: Object, at_once: bool = False) -> None:
        """Delete an object, or do nothing when it is not there. `at_once`: without waiting for a kubelet."""
        meta = obj["metadata"]
        path = path_of(obj["kind"], obj["apiVersion"], meta.get("namespace"), meta["name"])
        try:
            self.request("DELETE", path, {"gracePeriodSeconds": 0} if at_once else None)
        except ApiError as error:
            if error.code != 404:
                raise
