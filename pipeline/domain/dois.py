"""DOIs: what is one, without what people and programs write around it."""

import html
import re

_DOI = re.compile(r"10\.\d{4,9}/[!-~]+")
_OPENING = {")": "(", "]": "[", ">": "<", "}": "{"}
_ADDRESS_ENDS = re.compile(
    r"(?:[?&][\w.-]{1,40}=|#).*|/(?:full|abstract|e?pdf|html?)/?$|(?:\.full|\.abstract)?(?:\.full-text|\.pdf)$"
    r"|\.(?:full|abstract)$"
)
"""What stands behind a DOI in the address of a page that shows the work."""

_VERSION = re.compile(r"(?<=\d)v\d{1,2}$")
_VERSIONED = "10.1101/"
"""bioRxiv and medRxiv: a DOI is of all versions, an address of one."""

_PLACEHOLDER = re.compile(r"10\.\d{4,9}/(?:[xXnN0.\-/]+|1122445\.1122456|.*X{3,}.*)")
"""What templates of publishers hold until a work has a DOI."""


def bare_doi(text: str) -> str:
    """A DOI without a resolver, `doi:` or what a sentence or an address puts behind it.

    Empty where none is, or only a template's.
    """
    found = _DOI.search(html.unescape(text.strip()))
    if found is None:
        return ""
    doi = found[0].rstrip(".,;:'\"”’。，；：）】》")
    while doi.endswith((")", "]", ">", "}")) and doi.count(doi[-1]) > doi.count(_OPENING[doi[-1]]):
        doi = doi[:-1].rstrip(".,;:")
    doi = _ADDRESS_ENDS.sub("", doi)
    if doi.startswith(_VERSIONED):
        doi = _VERSION.sub("", doi)
    return "" if _PLACEHOLDER.fullmatch(doi) else doi
