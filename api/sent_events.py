"""Server-sent events, as they go over the wire."""

from collections.abc import AsyncIterator

from starlette.responses import StreamingResponse


def event_stream(frames: AsyncIterator[str]) -> StreamingResponse:
    """An answer of frames that neither a cache nor a proxy holds back."""
    return StreamingResponse(
        frames,
        media_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )


def frame(kind: str, data: str, event_id: str = "") -> str:
    """One event; its data is JSON, and so has no line break."""
    name = f"id: {event_id}\n" if event_id else ""
    return f"{name}event: {kind}\ndata: {data}\n\n"
