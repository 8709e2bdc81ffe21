"""What a file says of itself, fit for a reference list: bounded, without names of programs."""

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from pipeline.adapters.reading.prose import clean, one_line
from pipeline.domain.documents import Publication
from pipeline.domain.dois import bare_doi
from pipeline.domain.language import HAN
from pipeline.domain.names import is_organisation, without_titles

MAX_CHARS = 300
"""Of each field: longer ones are descriptions."""

MAX_RAW_CHARS = 5_000
"""What is looked at of a field; a list of authors is the longest honest one."""

MAX_AUTHORS = 50

MAX_NAME_CHARS = 120

FIRST_YEAR, LAST_YEAR = 1450, 2100
"""Of printed works; other numbers are no years."""

PublicationType = Literal["document", "webpage", "article-journal", "book", "report", "thesis"]

_PROGRAM_TITLE = re.compile(
    r"^(?:untitled|无标题|about:.*|\w+://.*|microsoft (?:word|powerpoint|excel)\b.*"
    r"|powerpoint (?:presentation|演示文稿)|(?:document|presentation|文档|演示文稿)\s*\d*"
    r"|.*\.(?:docx?|pdf|pptx?|xlsx?|tex|dvi|indd|qxd|html?|wps|rtf))$",
    re.IGNORECASE,
)
_NOBODY = frozenset(
    {
        "administrator", "admin", "user", "users", "owner", "unknown", "author", "anonymous",
        "guest", "root", "microsoft", "microsoft office user", "microsoft account", "office user",
        "windows user", "ms user", "python-docx", "python-pptx", "openpyxl", "apache poi",
        "adobe", "acrobat", "wps office", "none", "null", "n/a", "default", "test", "pc", "mac",
        "hp", "dell", "asus", "acer", "lenovo", "lenovo user", "toshiba", "samsung", "sony",
        "thinkpad", "huawei", "apple", "hewlett-packard company", "by", "staff",
        "微软用户", "微软中国", "用户", "作者", "未知", "匿名", "管理员", "佚名", "联想",
        "雨林木风", "番茄花园", "深度技术", "系统之家", "编辑", "小编",
    }
)  # fmt: skip
"""Authors that a program, or the maker of a computer, put into its files."""

_APART = re.compile(r"\s*[;；、|\n]\s*")
_COMMA = re.compile(r"\s*[,，]\s*")
_AND = re.compile(r"(?:^|\s+)(?:and|&)\s+|\s*以及\s*", re.IGNORECASE)
_BY = re.compile(
    r"^(?:(?:written )?by|作者|文|撰文)\s*[:：/]?\s+|^(?:作者|撰文)[:：]\s*", re.IGNORECASE
)
_HAN_NAME = re.compile(f"[{HAN}]{{2,4}}")
_NO_NAME = re.compile(r"[@<>{}\[\]]|https?:|www\.|\d{3}", re.IGNORECASE)
_DATE = re.compile(
    r"(?:D:)?(\d{4})(?:[-/.年]\s*(\d{1,2})(?:[-/.月]\s*(\d{1,2}))?(?!\d)|(\d{2})(\d{2}))?"
)

_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?!\d)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED_MONTH = re.compile(
    r"(?:(?P<before>\d{1,2})(?:st|nd|rd|th)?\s+)?"
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?,?\s+"
    r"(?:(?P<after>\d{1,2})(?:st|nd|rd|th)?,?\s+)?(?P<year>\d{4})(?!\d)",
    re.IGNORECASE,
)


def described(
    *,
    type: PublicationType = "document",  # noqa: A002  CSL's word
    authors: Iterable[str] = (),
    **fields: str,
) -> Publication:
    """A publication of what a file says, each field checked and cut to size.

    `fields` are those of `Publication`; an unknown one is an error.
    """
    kept = {name: _field(value) for name, value in fields.items()}
    if "issued" in kept:
        kept["issued"] = iso_date(kept["issued"])
    if "doi" in kept:
        kept["doi"] = bare_doi(kept["doi"])
    names = [name for text in authors for name in names_in(text)]
    return Publication.model_validate(
        {"type": type, "authors": list(dict.fromkeys(names))[:MAX_AUTHORS], **kept}
    )


def names_in(text: str) -> Iterator[str]:
    """The authors that a field names, without those that are nobody."""
    whole = one_line(_BY.sub("", clean(text[:MAX_RAW_CHARS])))
    for part in _APART.split(whole):
        for name in _split(part):
            is_nobody = name.lower() in _NOBODY or bool(_NO_NAME.search(name))
            if 1 < len(name) <= MAX_NAME_CHARS and not is_nobody:
                yield name


def without_logins(authors: Iterable[str]) -> list[str]:
    """Names that may be a person's: a program writes the name by which its user signs in.

    A single word of small letters is one; capitals alone may be an organisation's.
    """
    return [
        author
        for author in authors
        if " " in author or not author.isascii() or (author.isupper() and author.isalpha())
    ]


def is_program_title(title: str) -> bool:
    """Whether a program made the title up, or took the file's name."""
    return bool(_PROGRAM_TITLE.match(title))


def own_title(text: str) -> str:
    """A title from a file's properties; empty where a program made it up."""
    title = one_line(clean(text[:MAX_RAW_CHARS]))
    return "" if is_program_title(title) else title


def iso_date(text: str) -> str:
    """The date that a text begins with, as far as it has one: `2024-05-17T08`, `2024年5月`."""
    match = _DATE.match(_year_first(text.strip()))
    if match is None or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
        return ""
    month, day = int(match[2] or match[4] or 0), int(match[3] or match[5] or 0)
    if not 1 <= month <= 12:
        return match[1]
    if not 1 <= day <= 31:
        return f"{match[1]}-{month:02}"
    return f"{match[1]}-{month:02}-{day:02}"


def _year_first(text: str) -> str:
    """`May 5, 2024`, `5 May 2024` and `17.05.2024` with the year first, other texts as they are."""
    if dotted := _DOTTED.match(text):
        return f"{dotted[3]}-{dotted[2]}-{dotted[1]}"
    if named := _NAMED_MONTH.match(text):
        month = _MONTHS.index(named["month"][:3].lower()) + 1
        day = named["before"] or named["after"]
        return f"{named['year']}-{month:02}" + (f"-{day}" if day else "")
    return text


def _field(value: str) -> str:
    return one_line(clean(value[:MAX_RAW_CHARS]))[:MAX_CHARS].strip()


def _split(text: str) -> list[str]:
    """Names that a comma or an "and" keeps apart; `Shelley, Mary` is one."""
    text = without_titles(text)
    parts = _COMMA.split(text)
    if not all(" " in part or _HAN_NAME.fullmatch(part) for part in parts):
        parts = [text]
    return [name for part in parts for name in _joined(part)]


def _joined(text: str) -> list[str]:
    is_firm = "&" in text and not any(" " in part.strip() for part in _AND.split(text))
    if is_firm or is_organisation(_AND.sub(" ", text)):
        return [text]
    return [name for part in _AND.split(text) for name in _by_space(part.strip(" ,，")) if name]


def _by_space(text: str) -> list[str]:
    """Chinese names are written without a space inside: a space keeps two apart."""
    words = text.split()
    return words if len(words) > 1 and all(_HAN_NAME.fullmatch(w) for w in words) else [text]
