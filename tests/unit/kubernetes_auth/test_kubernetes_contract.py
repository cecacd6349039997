"""The contract that every source passes, for the Kubernetes source on a small API server of the test's own."""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from sources.contract import Context
from sources.kubernetes import KubernetesSource
from sources.testing import SourceContract

MADE = "2026-01-02T03:04:05Z"
LISTS = {
    "/api/v1/nodes": [{"metadata": {"name": "n1", "creationTimestamp": MADE}}],
    "/api/v1/pods": [{"metadata": {"name": "p1", "namespace": "shop", "creationTimestamp": MADE}}],
    "/api/v1/events": [{"metadata": {"name": "e1", "namespace": "shop", "uid": "u1"}, "lastTimestamp": MADE}],
    "/api/v1/services": [{"metadata": {"name": "prometheus", "namespace": "monitoring"}}],
    "/api/v1/namespaces/kube-system/pods": [{"metadata": {"name": "p2", "namespace": "kube-system"}}] * 2,
    "/apis/metrics.k8s.io/v1beta1/nodes": [
        {"metadata": {"name": "n1"}, "timestamp": MADE, "window": "15s", "usage": {"cpu": "1", "memory": "1Gi"}}
    ],
    "/apis/metrics.k8s.io/v1beta1/pods": [],
}
SECRET = "a-token-of-the-tests"


async def answer(request):
    """Lists by path, watches in which nothing happens, and no objects."""
    if "watch" in request.query:
        silent = web.StreamResponse(headers={"Content-Type": "application/json"})
        await silent.prepare(request)
        await asyncio.Event().wait()
    if request.path in LISTS:
        items = LISTS[request.path][: int(request.query.get("limit", 1000))]
        return web.json_response({"kind": "List", "metadata": {"resourceVersion": "7"}, "items": items})
    if request.path == "/apis/metrics.k8s.io":
        return web.json_response({"kind": "APIGroup", "versions": [{"version": "v1beta1"}]})
    if request.path in ("/version", "/readyz"):
        return web.json_response({"gitVersion": "v1.36.0"})
    name = re.sub(".*/", "", request.path)
    said = {"kind": "Status", "reason": "NotFound", "message": f'"{name}" not found', "code": 404}
    return web.json_response(said, status=404)


class TestContract(SourceContract):
    secrets = (SECRET,)

    @pytest.fixture(autouse=True)
    def _server(self, kubeconfig, server, tmp_path):
        server.handler = answer
        kubeconfig(server, {"token": SECRET})
        self.kubeconfig = tmp_path / "config"

    @asynccontextmanager
    async def source(self):
        config = KubernetesSource.Config(kubeconfig=str(self.kubeconfig), watch_list=False)
        made = KubernetesSource(config, Context("kubernetes"))
        try:
            yield made
        finally:
            await made.close()
