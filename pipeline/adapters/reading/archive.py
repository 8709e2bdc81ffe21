"""Opens zipped formats (Office, EPUB) without trusting them: bombs, passwords, entities."""

import io
import posixpath
import re
import zipfile
import zlib

from lxml import etree

from pipeline.adapters.reading.extract import damaged
from pipeline.adapters.reading.limits import Limits
from pipeline.errors import UnreadableFile

RATIO_FROM_BYTES = 20_000_000
"""Small parts may pack well: an empty sheet is all zeros."""

_ENCRYPTED = 0x1

_STRICT_MARK = b"http://purl.oclc.org/ooxml/"
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/(\w+)")
_USUAL = rb"http://schemas.openxmlformats.org/\1/2006/\2"
"""Files that are saved as Strict Open XML name the same things in namespaces of their own."""


class Archive:
    """A checked zip file; use it as a context manager."""

    def __init__(self, name: str, data: bytes, limits: Limits) -> None:
        self._name = name
        self._limits = limits
        # zipfile raises NotImplementedError for versions and compressions that it does not know.
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
            raise damaged(name, "an Office file", "it is cut short or overwritten") from error
        self._parts = {info.filename: info for info in self._zip.infolist()}
        self._check()

    def __contains__(self, part: str) -> bool:
        return part in self._parts

    @property
    def parts(self) -> list[str]:
        """Names of all parts, in the order that they are stored."""
        return list(self._parts)

    def size_of(self, part: str) -> int:
        """The bytes of one part, unpacked; 0 where it is missing."""
        info = self._parts.get(part)
        return info.file_size if info else 0

    def read(self, part: str) -> bytes:
        """The bytes of one part. Raises `UnreadableFile`: `file_damaged`, `file_too_long`."""
        info = self._parts.get(part)
        if info is None:
            raise damaged(self._name, "an Office file", f"its part {part!r} is missing")
        if info.file_size > self._limits.part_bytes:
            raise self._too_large(info.file_size)
        try:
            return self._zip.read(info)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,  # a compression that zipfile does not know
            RuntimeError,
            OSError,
            ValueError,
        ) as error:
            raise damaged(self._name, "an Office file", f"its part {part!r} is broken") from error

    def xml(self, part: str) -> etree._Element:
        """One part as a tree, in the usual namespaces.

        A document type declaration is refused: no honest file has one.
        """
        data = self.read(part)
        return parse_xml(self._name, _STRICT.sub(_USUAL, data) if _STRICT_MARK in data else data)

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Kind and target part of each relation of a part, by id."""
        folder, file_name = posixpath.split(part)
        rels = f"{folder}/_rels/{file_name}.rels"
        if rels not in self:
            return {}
        return {
            element.get("Id") or "": (
                element.get("Type") or "",
                posixpath.normpath(posixpath.join("/", folder, element.get("Target") or ""))[1:],
            )
            for element in self.xml(rels)
            if isinstance(element.tag, str)
        }

    def _check(self) -> None:
        total = sum(info.file_size for info in self._parts.values())
        if len(self._zip.infolist()) > self._limits.members or total > self._limits.unpacked_bytes:
            raise self._too_large(total)
        for info in self._parts.values():
            if info.flag_bits & _ENCRYPTED:
                raise UnreadableFile(
                    "file_encrypted",
                    f"{self._name!r} is protected by a password. Save a copy without the password "
                    "and add that.",
                )
            packed = max(1, info.compress_size)
            if info.file_size > max(RATIO_FROM_BYTES, self._limits.ratio * packed):
                raise self._too_large(info.file_size)

    def _too_large(self, size: int) -> UnreadableFile:
        return UnreadableFile(
            "file_too_long",
            f"{self._name!r} unpacks to {size // 1_000_000:,} MB, more than one file may. "
            "Give the part that matters.",
            {"limit": self._limits.unpacked_bytes},
        )


def parse_xml(name: str, data: bytes) -> etree._Element:
    """A tree without entities, network and external parts. Raises `file_damaged`."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise damaged(name, "an Office file", "its text is broken or nested too deep") from error
    if etree.ElementTree(root).docinfo.internalDTD is not None:
        raise damaged(name, "an Office file", "it declares entities, as only an attack does")
    return root
