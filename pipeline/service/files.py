"""Files that travel with a request: what is refused before a job is made of it."""

import base64
from collections.abc import Sequence

from pipeline.domain.documents import ContextFile
from pipeline.errors import InvalidRequest, TooLarge


def check_files(files: Sequence[ContextFile], *, most_bytes: int) -> None:
    """Look at each file of a request; what is in it, nobody reads yet.

    Raises:
        InvalidRequest: `file_id_twice`, `file_without_content`, `file_not_base64`.
        TooLarge: `file_too_large`.
    """
    seen: set[str] = set()
    for file in files:
        if file.file_id in seen:
            raise InvalidRequest(
                "file_id_twice",
                f"The file_id {file.file_id!r} stands twice. Give each file its own.",
                {"id": file.file_id},
            )
        seen.add(file.file_id)
        _check_file(file, most_bytes)


def _check_file(file: ContextFile, most_bytes: int) -> None:
    given = [value for value in (file.content, file.storage_url) if value is not None]
    if len(given) != 1:
        raise InvalidRequest(
            "file_without_content",
            f"File {file.file_name!r} needs either content or storage_url.",
            {"name": file.file_name},
        )
    if _size_bytes(file) > most_bytes:
        raise TooLarge(
            "file_too_large",
            f"File {file.file_name!r} is larger than {most_bytes:,} bytes.",
            {"name": file.file_name, "limit": most_bytes},
        )


def _size_bytes(file: ContextFile) -> int:
    """Of what its content stands for. Line breaks are part of base64, as programs write it."""
    content = file.content or ""
    if file.encoding == "text":
        return len(content.encode("utf-8", "replace"))
    try:
        return len(base64.b64decode("".join(content.split()), validate=True))
    except ValueError as error:
        raise InvalidRequest(
            "file_not_base64",
            f"The content of file {file.file_name!r} is not base64. Encode it, or leave "
            "`encoding` out if it is text.",
            {"name": file.file_name},
        ) from error
