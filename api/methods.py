"""HEAD and OPTIONS for every path of the API, and a whole `Allow` with a refused method."""

import asyncio
from collections.abc import Mapping, Sequence

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class EveryMethod:
    """ASGI middleware: HEAD is GET without its body, OPTIONS tells what a path takes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        allowed = _allowed(scope)
        if scope["method"] == "OPTIONS" and allowed:
            answer = Response(status_code=204, headers={"Allow": ", ".join(allowed)})
            await answer(scope, receive, send)
        elif scope["method"] == "HEAD" and "HEAD" in allowed:
            await self._head({**scope, "method": "GET"}, receive, send)
        else:
            await self._app(scope, receive, _telling(allowed, send))

    async def _head(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body", "body": b""})
            elif message.get("more_body"):
                answering.cancel()  # a stream, which may not end for hours

        answering = asyncio.ensure_future(self._app(scope, receive, send_head))
        try:
            await asyncio.wait({answering})
        finally:
            answering.cancel()
        if not answering.cancelled():
            answering.result()


def _allowed(scope: Scope) -> Sequence[str]:
    """The methods that the API's description names for a path; none for one that it does not."""
    described: Mapping[str, Mapping[str, object]] = scope["app"].openapi()["paths"]
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    fit = [described[path]] if path in described else []
    fit += [methods for template, methods in described.items() if _fits(path, template)]
    methods = [method for method in METHODS if method.lower() in fit[0]] if fit else []
    head = ["HEAD"] if "GET" in methods else []
    return [*methods, *head, "OPTIONS"] if methods else []


def _fits(path: str, template: str) -> bool:
    parts, wanted = path.split("/"), template.split("/")
    return len(parts) == len(wanted) and all(
        part == want or (part and want.startswith("{"))
        for part, want in zip(parts, wanted, strict=True)
    )


def _telling(allowed: Sequence[str], send: Send) -> Send:
    async def send_with_allow(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 405:
            MutableHeaders(scope=message)["Allow"] = ", ".join(allowed)
        await send(message)

    return send_with_allow
