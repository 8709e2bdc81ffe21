"""Who may use the API: anybody, or whoever sends one of the configured keys."""

import secrets
from typing import Annotated

from fastapi import Depends
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from pipeline.errors import KeyRefused
from pipeline.runtime import runtime

_BEARER = HTTPBearer(auto_error=False, description="One of API_KEYS.")
_HEADER = APIKeyHeader(name="X-API-Key", auto_error=False, description="One of API_KEYS.")


def key_holders_only(
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
    header: Annotated[str | None, Depends(_HEADER)],
) -> None:
    """A dependency that asks for a key where API_KEYS names some.

    Raises:
        KeyRefused: There is none, or another one.
    """
    check_key(bearer.credentials if bearer else "", header or "")


def check_key(*given: str) -> None:
    """Raises `KeyRefused` where API_KEYS names some, and none of these.

    A bearer token may be another program's, such as that of a proxy with a login.
    """
    known = runtime().settings.keys_of_api
    # Each is compared, and each in the same time: an answer's time must not tell which comes near.
    fits = [secrets.compare_digest(one.encode(), key.encode()) for key in known for one in given]
    if known and not any(fits):
        raise KeyRefused
