import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from pipeline.adapters.model_author import ModelAuthor
from pipeline.adapters.model_author.search_terms import (
    SearchTermsAnswer,
    TitleTerms,
    search_terms_messages,
    search_terms_of,
)
from pipeline.adapters.offline_author import OfflineAuthor
from pipeline.adapters.openai_chat import Message, OpenAIChat
from pipeline.adapters.passage_index import PassageIndex
from pipeline.config import Settings
from pipeline.domain.documents import Block, Reading, SourceId
from pipeline.domain.jobs import JobKind, TaskProgress
from pipeline.errors import ModelUnavailable
from pipeline.graphs.other_languages import TITLES_PER_CALL, search_terms
from pipeline.graphs.research import passages_on
from pipeline.graphs.tools import Counter, Tools
from pipeline.ports import Author, Material
from tests.graph_fakes import (
    NOW,
    FreeSlots,
    ListJournal,
    ScriptedAuthor,
    ScriptedBibliographer,
    TextMaterial,
    TextShelf,
    job_of,
)

ENGLISH, CHINESE = SourceId("en"), SourceId("zh")


def reading(text: str, language: Any) -> Reading:
    blocks = [
        block
        for part in text.split("|")
        for block in (
            Block(kind="heading", text="§", level=1),
            Block(kind="paragraph", text=part),
        )
    ]
    return Reading(sha256=text, title="T", language=language, blocks=tuple(blocks))


def mixed() -> Material:
    return PassageIndex(
        {
            ENGLISH: reading("Tides come twice a day.|A dam costs a fortune.", "en"),
            CHINESE: reading("潮汐每天两次。|拦潮坝造价高昂。|水轮机可能伤害鱼类。", "zh"),
        }
    )


def asked(
    author: Author, titles: dict[str, str], material: Material, journal: ListJournal | None = None
) -> dict[str, tuple[str, ...]]:
    tools = Tools(
        job=job_of(JobKind.DOCUMENT),
        author=author,
        shelf=TextShelf(),
        bibliographer=ScriptedBibliographer(),
        web=None,
        reviewer=None,
        journal=journal or ListJournal(),
        slots=FreeSlots(),
        now=lambda: NOW,
        default_target_words=1_000,
        counter=Counter(),
        abort=lambda error: None,
    )
    return asyncio.run(search_terms(titles, material, tools))


def test_titles_are_put_into_the_language_of_the_other_sources_at_once() -> None:
    author = ScriptedAuthor(terms={"Costs": "造价 成本", "Fish": "鱼类"})

    found = asked(author, {"a": "Costs", "b": "Fish", "c": "Costs", "d": "2030"}, mixed())

    assert author.searched == [("zh", ("Costs", "Fish", "2030"))]
    assert found == {"a": ("造价 成本",), "b": ("鱼类",), "c": ("造价 成本",)}


def test_what_the_author_names_finds_passages_of_the_other_language() -> None:
    found = asked(
        ScriptedAuthor(terms={"Harm to fish": "鱼类 伤害"}), {"a": "Harm to fish"}, mixed()
    )

    passages = asyncio.run(passages_on(["Harm to fish", *found["a"]], mixed(), limit=2))

    assert [passage.text for passage in passages] == ["水轮机可能伤害鱼类。"]


def test_nobody_is_asked_when_all_sources_have_the_language_of_the_document() -> None:
    author = ScriptedAuthor()
    material = TextMaterial({ENGLISH: reading("Tides.", "en")})

    assert asked(author, {"a": "Costs"}, material) == {}
    assert author.searched == []


def test_the_offline_author_knows_no_other_language_and_nothing_is_stored() -> None:
    journal = ListJournal()

    assert asked(OfflineAuthor(), {"a": "Costs"}, mixed(), journal) == {}
    assert journal.events == []


def test_an_author_that_fails_is_named_and_the_job_goes_on() -> None:
    journal = ListJournal()
    author = ScriptedAuthor(terms_error=ModelUnavailable("The model did not answer."))

    assert asked(author, {"a": "Costs"}, mixed(), journal) == {}

    (event,) = journal.events
    assert isinstance(event, TaskProgress)
    assert "the model did not answer" in event.progress


def test_a_job_that_is_taken_over_searches_for_the_same_words() -> None:
    journal = ListJournal()
    first = asked(ScriptedAuthor(terms={"Costs": "造价"}), {"a": "Costs"}, mixed(), journal)
    again = ScriptedAuthor(terms={"Costs": "其他"})

    assert asked(again, {"a": "Costs"}, mixed(), journal) == first
    assert again.searched == []


def test_a_job_that_is_taken_over_does_not_ask_again_what_failed() -> None:
    journal = ListJournal()
    failing = ScriptedAuthor(terms_error=ModelUnavailable("The model did not answer."))
    first = asked(failing, {"a": "Costs"}, mixed(), journal)
    again = ScriptedAuthor(terms={"Costs": "造价"})

    assert asked(again, {"a": "Costs"}, mixed(), journal) == first == {}
    assert again.searched == []


def test_hundreds_of_titles_are_asked_for_in_parts() -> None:
    author = ScriptedAuthor(terms={f"Bay {n}": f"第{n}号海湾" for n in range(150)})

    found = asked(author, {str(n): f"Bay {n}" for n in range(150)}, mixed())

    assert [len(titles) for _, titles in author.searched] == [TITLES_PER_CALL, TITLES_PER_CALL, 30]
    assert found["149"] == ("第149号海湾",)


def test_a_model_is_asked_in_the_language_of_the_sources() -> None:
    system, user = search_terms_messages(["潮汐\n发电", "成本"], "en")

    assert "English" in system["content"]
    assert user["content"] == "1. 潮汐 发电\n2. 成本"
    assert "中文" in search_terms_messages(["Costs"], "zh")[0]["content"]


@pytest.mark.parametrize(
    ("answer", "terms"),
    [
        ([(1, "tidal power"), (2, "cost")], ["tidal power", "cost"]),
        ([(2, "cost")], ["潮汐", "cost"]),
        ([(2, " "), (7, "x"), (1, "tides\n sea")], ["tides sea", "成本"]),
        ([], ["潮汐", "成本"]),
    ],
)
def test_a_title_that_the_model_leaves_out_stands_for_itself(
    answer: list[tuple[int, str]], terms: list[str]
) -> None:
    given = SearchTermsAnswer(
        titles=tuple(TitleTerms(number=number, terms=text) for number, text in answer)
    )

    assert search_terms_of(given, ["潮汐", "成本"]) == terms


class AnsweringChat(OpenAIChat):
    """Answers with terms in the shape asked for, and remembers which model was asked."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.models: list[str] = []

    async def structured(
        self,
        messages: Sequence[Message],
        *,
        model: str,
        shape: type[Any],
        on_partial: Callable[[Any], None] | None = None,
        on_restart: Callable[[], None] | None = None,
        expected: int = 0,
    ) -> Any:
        self.models.append(model)
        return shape.model_validate({"titles": [{"number": 1, "terms": "潮汐 发电"}]})


def test_the_model_that_the_author_chose_names_the_words() -> None:
    settings = Settings(_env_file=None, openai_model="m", openai_base_url="http://127.0.0.1:9/v1")
    chat = AnsweringChat(settings)
    author = ModelAuthor(chat, settings)

    async def both() -> list[Sequence[str]]:
        return [
            await author.search_terms(["Tidal power", "Costs"], "zh"),
            await author.search_terms(["Tidal power"], "zh", model="other"),
        ]

    assert asyncio.run(both()) == [["潮汐 发电", "Costs"], ["潮汐 发电"]]
    assert chat.models == ["m", "other"]
