"""Asks a model what titles are called in another language, so that sources in it are found."""

from collections.abc import Mapping, Sequence

from pipeline.adapters.openai_chat import Message
from pipeline.domain.documents import Language, Value

MOST_CHARS = 300
"""Of one entry: a title has no more words worth a search."""

RULES: Mapping[Language, str] = {
    "en": (
        "You help to search English sources. You get numbered titles of sections in another "
        "language. For each, give the English words and set phrases under which an English "
        "source treats that subject: three to ten words, technical terms first, names as English "
        "writes them. No sentences and no explanations. Repeat the number of each title."
    ),
    "zh": (
        "你协助检索中文资料。下面是用其他语言写的、带编号的章节标题。请为每个标题给出中文资料在讨论"
        "该主题时会使用的词语：三到八个词，术语在前，专有名词用通行的中文译名。不写句子，不作解释。"
        "保留每个标题的编号。"
    ),
}


class TitleTerms(Value):
    number: int = 0
    terms: str = ""


class SearchTermsAnswer(Value):
    titles: tuple[TitleTerms, ...] = ()


def search_terms_messages(titles: Sequence[str], language: Language) -> list[Message]:
    """Ask for the words in that language, title by title."""
    lines = [f"{number}. {' '.join(title.split())}" for number, title in enumerate(titles, start=1)]
    return [
        Message(role="system", content=RULES[language]),
        Message(role="user", content="\n".join(lines)),
    ]


def search_terms_of(answer: SearchTermsAnswer, titles: Sequence[str]) -> list[str]:
    """One entry for each title; a title that the model left out stands for itself."""
    named = {each.number: " ".join(each.terms.split())[:MOST_CHARS] for each in answer.titles}
    return [named.get(number) or title for number, title in enumerate(titles, start=1)]
