"""Budgets as they are typed: what is read, and what nothing starts on, in both languages."""

import pytest

from components.amounts import amount_of, count_of
from components.budgets import SYMBOLS, TOKENS, money, names_of
from components.budgets import TEXTS as BUDGETS
from components.messages import Messages
from pipeline.domain.documents import Language
from pipeline.domain.spending import Budget
from pipeline.runtime import Runtime
from tests.runtimes import finish
from tests.ui.conftest import Open
from tests.ui.screens import component_data, sound
from tests.ui.test_budgets import begun, cut_short, stored
from tests.ui.test_new import submit


@pytest.mark.parametrize(
    "typed", ["5元", "CN¥5", "￥5", "5 cny", "CNY 5", "５．００ 元", "CN¥5.00"]
)
def test_a_budget_is_taken_with_its_currency_as_the_pages_and_authors_write_it(
    priced: Runtime, shown: Open, typed: str, language: Language
) -> None:
    app = shown(priced, "new", language=language)

    sound(app.text_input(key="budget").set_value(typed).run())

    assert app.session_state["session"].budget == Budget(cost=5)


@pytest.mark.parametrize("typed", ["1,5", "10万", "0", "US$5", "¥"])
def test_no_proposal_starts_on_a_budget_that_cannot_be_read(
    priced: Runtime, shown: Open, typed: str, language: Language
) -> None:
    m = Messages(language)
    app = shown(priced, "new", language=language)
    before = len(priced.manuscripts.listed())
    sound(app.text_input(key="budget").set_value("1").run())
    app.text_input(key="budget").set_value(typed)

    submit(app, "写一份关于潮汐能的报告", "first")

    problem = component_data(app, "longhand_composer")["problem"]
    assert problem == {"nonce": "first", "sentence": m.say(BUDGETS["unclear"])}
    assert app.text_input(key="budget").value == typed
    assert len(priced.manuscripts.listed()) == before
    app.text_input(key="budget").set_value("1.5")
    submit(app, "写一份关于潮汐能的报告", "second")
    newest = priced.manuscripts.listed(limit=1)[0]
    finish(priced, priced.manuscripts.open(newest.id).manuscript.outline_job)
    assert priced.manuscripts.open(newest.id).manuscript.brief.budget == Budget(cost=1.5)


def test_no_writing_starts_on_a_budget_that_cannot_be_read(
    priced: Runtime, shown: Open, language: Language
) -> None:
    m = Messages(language)
    manuscript = begun(priced, Budget(cost=5))
    app = shown(priced, "outline", doc=manuscript.id, language=language)
    app.text_input(key=f"budget-{manuscript.id}").set_value("1,5")

    sound(app.button[0].click().run())

    assert [error.value for error in app.error] == [m.say(BUDGETS["unclear"])]
    assert app.session_state["session"].write_for is None
    app.text_input(key=f"budget-{manuscript.id}").set_value("1.5")
    sound(app.button[0].click().run())
    assert app.session_state["session"].write_for == manuscript.id
    app.text_input(key=f"budget-{manuscript.id}").set_value("1,")
    asked = component_data(app, "longhand_outliner")["save_request"]
    app.session_state[f"outline-{manuscript.id}"] = {"saved": asked}
    sound(app.run())
    assert [error.value for error in app.error] == [m.say(BUDGETS["unclear"])]
    assert priced.manuscripts.open(manuscript.id).document_job is None


@pytest.mark.parametrize("budget", [Budget(cost=0.001), Budget(cost=5, tokens=10**12)])
def test_a_budget_that_a_program_gave_does_not_have_to_be_one_that_is_typed(
    priced: Runtime, shown: Open, budget: Budget
) -> None:
    manuscript = begun(priced, budget)
    app = shown(priced, "outline", doc=manuscript.id)

    sound(app.button[0].click().run())

    assert app.session_state["session"].write_for == manuscript.id


def test_nothing_goes_on_with_a_budget_that_cannot_be_read(
    priced: Runtime, shown: Open, language: Language
) -> None:
    m = Messages(language)
    manuscript = begun(priced, Budget(cost=0.01))
    job = finish(priced, priced.manuscripts.write(manuscript.id).id)
    app = shown(priced, "writing", job=job.id, language=language)
    app.text_input(key=f"budget-{manuscript.id}").set_value("900万")

    sound(app.button(key="go_on").click().run())

    assert m.say(BUDGETS["unclear"]) in [error.value for error in app.error]
    assert priced.manuscripts.open(manuscript.id).manuscript.document_job == job.id


def test_no_gap_is_filled_on_a_budget_that_cannot_be_read(
    priced: Runtime, shown: Open, language: Language
) -> None:
    m = Messages(language)
    manuscript, job = cut_short(priced)
    app = shown(priced, "document", doc=manuscript.id, language=language)
    app.text_input(key=f"budget-{manuscript.id}").set_value("900万")

    sound(app.button[0].click().run())

    assert m.say(BUDGETS["unclear"]) in [error.value for error in app.error]
    assert priced.manuscripts.open(manuscript.id).manuscript.document_job == job.id


def test_a_limit_is_stored_though_the_one_beside_it_cannot_be_read(
    priced: Runtime, shown: Open
) -> None:
    manuscript = begun(priced, Budget(cost=5, tokens=900))
    app = shown(priced, "outline", doc=manuscript.id)
    key = f"budget-{manuscript.id}"
    sound(app.text_input(key=key).set_value("1,5").run())
    assert stored(priced, manuscript) == Budget(cost=5, tokens=900)

    sound(app.text_input(key=f"{key}_tokens").set_value("700").run())

    assert stored(priced, manuscript) == Budget(cost=5, tokens=700)
    sound(app.text_input(key=f"{key}_tokens").set_value("0.5").run())
    sound(app.text_input(key=key).set_value("1.5").run())
    assert stored(priced, manuscript) == Budget(cost=1.5, tokens=700)


@pytest.mark.parametrize("currency", [*SYMBOLS, "CHF"])
def test_money_as_the_pages_write_it_is_read_back(currency: str, language: Language) -> None:
    read = amount_of(
        money(1234.5, currency, Messages(language)), least=1, most=1e6, names=names_of(currency)
    )

    assert read == 1234.5


def test_tokens_as_the_pages_write_them_are_read_back(language: Language) -> None:
    told = Messages(language).say(BUDGETS["most_tokens"], tokens="200,000")

    assert count_of(told, most=10**9, names=TOKENS) == 200_000


def test_money_in_another_currency_is_another_amount() -> None:
    for typed in ("US$5", "$5", "5 USD", "€5", "5美元"):
        with pytest.raises(ValueError, match=r"\S"):
            amount_of(typed, least=1, most=1e6, names=names_of("CNY"))
