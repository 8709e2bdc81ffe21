"""Addresses of pages: when two of them name the same page, and how one is shown."""

import re
from collections.abc import Iterable
from urllib.parse import SplitResult, quote, urlsplit

WEB_SCHEMES = ("http", "https")

_TRACKING = re.compile(
    r"(?:utm_|piwik_|mtm_|hsa_)\w*"
    r"|at_(?:medium|campaign)\w*|pk_(?:campaign|kwd|keyword|source|medium|content|cid)|spm_id_from"
    r"|share_(?:source|medium|plat|session_id|tag|times|from|token|channel)"
    r"|ga_(?:source|medium|campaign|term|content|name|order|search_type|view_type)"
    r"|(?:gclid|gclsrc|dclid|gbraid|wbraid|fbclid|msclkid|yclid|twclid|ttclid|igshid|igsh"
    r"|mc_cid|mc_eid|_ga|_gl|_hsenc|_hsmi|vero_id|oly_enc_id|wickedid|srsltid|ref_src|ref_url"
    r"|spm|scm|bd_vid|from_wecom|sharer_shareid|wt_mc|cmpid|ocid|s_cid|mkt_tok)",
    re.IGNORECASE,
)
"""Parameters that say where a reader came from; the page is the same without them."""

_PORTS = {"http": 80, "https": 443}
_SAME_SITE = ("www.", "m.", "mobile.", "wap.")
"""Parts of a host name that lead to the same pages, drawn otherwise."""

_ROUTES = ("/", "!")
_ALIASES = {"dx.doi.org": "doi.org"}
_ESCAPE = re.compile("%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SAFE = "!#$%&'()*+,/:;=?@[]~"


def is_web_address(text: str) -> bool:
    """Whether it begins as an address of a page does."""
    return text.lower().startswith(("http://", "https://"))


def canonical(url: str) -> str:
    """A key that is equal for addresses of the same page; it need not open in a browser.

    What has no host is returned as it is, stripped.
    """
    parts = _split(url)
    if parts is None:
        return url.strip()
    host = _ALIASES.get(parts.hostname or "", _site(parts.hostname or ""))
    query = "&".join(sorted(_kept(parts.query)))
    port = _port(parts)
    path = _escaped(parts.path).rstrip("/")
    return f"https://{host}{port}{path}" + (f"?{query}" if query else "") + _route(parts)


def cleaned(url: str) -> str:
    """The address as a reference shows it: it opens, without tracking parameters.

    A fragment goes, too, unless it chooses the page.
    """
    parts = _split(url)
    if parts is None:
        return url.strip()
    host = parts.hostname or ""
    shown = f"[{host}]" if ":" in host else host
    query = "&".join(_kept(parts.query))
    path = _escaped(parts.path) or "/"
    asked = f"?{query}" if query else ""
    return f"{parts.scheme.lower()}://{shown}{_port(parts)}{path}{asked}{_route(parts)}"


def host_of(url: str) -> str:
    """The host without `www.` and its like; empty where there is none."""
    parts = _split(url)
    return _site(parts.hostname or "") if parts else ""


def _split(url: str) -> SplitResult | None:
    """The parts of an address of a page, its host in the letters that travel, or None."""
    text = "".join(c for c in url.strip() if c not in "\t\r\n")
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in WEB_SCHEMES or not host:
        return None
    return parts._replace(netloc=_netloc(host, parts))


def _netloc(host: str, parts: SplitResult) -> str:
    """Host and port; a name and password before them say nothing about the page."""
    try:
        letters = host.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        letters = host.lower()
    shown = f"[{letters}]" if ":" in letters else letters
    return shown + (f":{parts.port}" if parts.port is not None else "")


def _port(parts: SplitResult) -> str:
    if parts.port in {None, _PORTS[parts.scheme.lower()]}:
        return ""
    return f":{parts.port}"


def _route(parts: SplitResult) -> str:
    """The fragment of a site whose pages are all at one address: `#/tides`, `#!tides`."""
    is_route = parts.fragment.startswith(_ROUTES) and len(parts.fragment) > 1
    return f"#{_escaped(parts.fragment)}" if is_route else ""


def _site(host: str) -> str:
    """The host without what only chooses a layout: `www.`, `m.`, and `en.m.` of Wikipedia."""
    for prefix in _SAME_SITE:
        rest = host.removeprefix(prefix)
        if rest != host and "." in rest:
            return rest
    labels = host.split(".")
    if len(labels) > 3 and labels[1] == "m":
        return ".".join([labels[0], *labels[2:]])
    return host


def _kept(query: str) -> Iterable[str]:
    """The parameters that choose the page, in their order."""
    for part in query.split("&"):
        if part and not _TRACKING.fullmatch(part.split("=", 1)[0]):
            yield _escaped(part)


def _escaped(text: str) -> str:
    """One spelling of the escapes: capitals, none for letters and digits, all for the rest."""

    def plain(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        return character if character in _UNRESERVED else match[0].upper()

    return _ESCAPE.sub(plain, quote(text, safe=_SAFE, errors="replace"))
