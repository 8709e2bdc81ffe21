"""Whether a request comes from our own pages, or from a program; not from another site's page."""

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from pipeline.errors import ForeignOrigin


def is_own_page(connection: HTTPConnection) -> bool:
    """Whether a browser's request comes from our own pages; other clients send no Origin."""
    origin = connection.headers.get("origin")
    if origin is None:
        return True
    host = connection.headers.get("x-forwarded-host") or connection.headers.get("host", "")
    return urlsplit(origin).netloc.lower() == host.lower()


def own_pages_only(connection: HTTPConnection) -> None:
    """A dependency that keeps other sites' pages from acting in the author's name.

    Raises:
        ForeignOrigin: The browser says that another site asks.
    """
    if not is_own_page(connection):
        raise ForeignOrigin
