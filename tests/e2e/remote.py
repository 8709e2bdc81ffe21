"""Telling an app under test what to do, over its own control routes."""

import json
import urllib.request
from typing import Any


def tell(url: str, body: str = "") -> None:
    """Post to a control route."""
    request = urllib.request.Request(url, data=body.encode(), method="POST")  # noqa: S310  loopback
    with urllib.request.urlopen(request, timeout=10):  # noqa: S310  loopback
        pass


def ask(url: str) -> Any:
    """What a control route answers."""
    with urllib.request.urlopen(url, timeout=10) as reply:  # noqa: S310  loopback
        return json.load(reply)
