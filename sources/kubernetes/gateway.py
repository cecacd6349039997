"""An httpx client for services inside the cluster, sent through the API server by our own `ApiClient`.

One way out for everything: the same credentials and their renewal, TLS and proxy settings, read-only gate and
audit list as the API's own requests. httpx itself opens no connection here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing

import httpx

from sources.kubernetes.errors import ReadIdle, TlsFailure, Unreachable
from sources.kubernetes.response import ApiResponse
from sources.kubernetes.transport import ApiClient

_OURS = {"host", "authorization", "user-agent", "connection", "cookie", "content-length", "transfer-encoding"}
"""Headers that are the transport's business; a service's own Authorization cannot pass the API server anyway."""


def service_client(
    client: ApiClient, namespace: str, service: str, port: str, scheme: str = "http", timeout: float = 30.0
) -> httpx.AsyncClient:
    """A client whose base URL is the proxy path of a service; `port` is a name or a number.

    Network trouble raises httpx's errors, credential trouble and refused writes the contract's. Closing it
    leaves `client` open.
    """
    name = f"{'https:' if scheme == 'https' else ''}{service}:{port}"
    return proxy_client(client, f"/api/v1/namespaces/{namespace}/services/{name}/proxy/", timeout)


def proxy_client(client: ApiClient, path: str, timeout: float = 30.0) -> httpx.AsyncClient:
    """A client for any path below the API server."""
    return httpx.AsyncClient(
        base_url=client.url(path),
        transport=_Gateway(client),
        timeout=timeout,
        trust_env=False,
        follow_redirects=False,
    )


class _Gateway(httpx.AsyncBaseTransport):
    def __init__(self, client: ApiClient) -> None:
        self._client = client

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        headers = {
            name: value
            for name, value in request.headers.items()
            if name not in _OURS and not name.startswith("impersonate-")
        }
        timeouts = request.extensions.get("timeout", {})
        body = await request.aread()
        stack = AsyncExitStack()
        try:
            response = await stack.enter_async_context(
                self._client.exchange(
                    request.method,
                    str(request.url),
                    headers,
                    body or None,
                    first_byte_timeout=timeouts.get("read"),
                    read_idle_timeout=timeouts.get("read"),
                    decompress=False,
                )
            )
        except (Unreachable, TlsFailure) as error:
            raise httpx.ConnectError(str(error), request=request) from error
        except BaseException:
            await stack.aclose()
            raise
        raw_headers = [(name, value) for name, value in response.headers.items()]
        return httpx.Response(response.status, headers=raw_headers, stream=_Body(request, response, stack))


class _Body(httpx.AsyncByteStream):
    def __init__(self, request: httpx.Request, response: ApiResponse, stack: AsyncExitStack) -> None:
        self._request = request
        self._response = response
        self._stack = stack

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async with aclosing(self._response.chunks()) as chunks:
                async for chunk in chunks:
                    yield chunk
        except ReadIdle as error:
            raise httpx.ReadTimeout(str(error), request=self._request) from error
        except Unreachable as error:
            raise httpx.ReadError(str(error), request=self._request) from error

    async def aclose(self) -> None:
        await self._stack.aclose()
