"""Estimates and budgets on the pages, in both languages."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from components.budgets import TEXTS as BUDGETS
from components.budgets import money
from components.messages import Messages
from components.plain import plain
from pipeline.domain.assembly import leaves
from pipeline.domain.documents import Document, Language, SectionStatus
from pipeline.domain.edits import OPERATION
from pipeline.domain.estimate import Estimate
from pipeline.domain.jobs import Job, JobStatus
from pipeline.domain.manuscripts import Brief, Manuscript
from pipeline.domain.spending import Budget
from pipeline.runtime import Runtime
from tests.runtimes import PRICED_MODEL, finish, idle_runtime, running_runtime
from tests.ui.conftest import Open
from tests.ui.screens import component_data, sound, text_of

NOWHERE = "http://127.0.0.1:9/v1"


def begun(runtime: Runtime, budget: Budget | None = None) -> Manuscript:
    """With a proposed outline; the budget is given after it."""
    brief = Brief(prompt="写一份关于潮汐能的报告", target_words=1_500)
    manuscript = runtime.manuscripts.start(brief, [])
    finish(runtime, manuscript.outline_job)
    return runtime.budgets.set(manuscript.id, budget or Budget())


def test_the_estimate_names_tokens_cost_and_time(
    priced: Runtime, shown: Open, language: Language
) -> None:
    m = Messages(language)
    manuscript = begun(priced)
    outline = priced.manuscripts.outline(manuscript.id).outline
    about = priced.budgets.estimate(manuscript, outline)
    assert about
    assert about.cost

    text = text_of(shown(priced, "outline", doc=manuscript.id, language=language))

    assert plain(money(about.cost, "CNY", m)) in text
    first, _, rest = m.say(BUDGETS["tokens"], tokens="#").partition("#")
    assert first in text
    assert rest in text
    assert m.say(BUDGETS["seconds"]) in text
    assert not any(
        line in text
        for line in [m.say(BUDGETS["free"]), m.say(BUDGETS["no_price"], model=plain(PRICED_MODEL))]
    )


def test_what_is_above_the_budget_is_said_before_the_start(
    priced: Runtime, shown: Open, language: Language
) -> None:
    m = Messages(language)
    manuscript = begun(priced, Budget(cost=0.05))

    app = shown(priced, "outline", doc=manuscript.id, language=language)

    told = m.say(BUDGETS["beyond"], budget=plain(money(0.05, "CNY", m)))
    assert [warning.value for warning in app.warning] == [told]
    sound(app.text_input(key=f"budget-{manuscript.id}").set_value("500").run())
    assert list(app.warning) == []
    assert priced.manuscripts.open(manuscript.id).manuscript.brief.budget == Budget(cost=500)


@pytest.mark.parametrize("page", ["outline", "writing"])
def test_another_tab_does_not_write_its_old_budget_back(
    priced: Runtime, shown: Open, page: str
) -> None:
    manuscript = begun(priced, Budget(cost=0.01))
    job = finish(priced, priced.manuscripts.write(manuscript.id).id)
    first = shown(priced, page, doc=manuscript.id, job=job.id)
    key = f"budget-{manuscript.id}"
    sound(first.text_input(key=key).set_value("5").run())
    assert stored(priced, manuscript) == Budget(cost=5)

    other = shown(priced, page, doc=manuscript.id, job=job.id)
    sound(other.text_input(key=key).set_value("8").run())
    sound(first.run())

    assert stored(priced, manuscript) == Budget(cost=8)
    assert first.text_input(key=key).value == "8.00"
    sound(first.text_input(key=key).set_value("").run())
    assert stored(priced, manuscript) == Budget()


def test_a_document_with_gaps_that_the_budget_left_has_its_field(
    priced: Runtime, shown: Open, language: Language
) -> None:
    m = Messages(language)
    whole, _ = written(priced)
    assert not shown(priced, "document", doc=whole.id, language=language).text_input
    manuscript, job = cut_short(priced)
    assert job.status is JobStatus.COMPLETED

    app = shown(priced, "document", doc=manuscript.id, language=language)

    field = app.text_input(key=f"budget-{manuscript.id}")
    assert field.label == m.say(BUDGETS["cost"], currency="CNY")
    sound(field.set_value("700").run())
    assert stored(priced, manuscript) == Budget(cost=700)


def test_what_is_no_number_yet_is_said_and_changes_no_budget(
    priced: Runtime, shown: Open, language: Language
) -> None:
    m = Messages(language)
    manuscript = begun(priced, Budget(cost=5))
    app = shown(priced, "outline", doc=manuscript.id, language=language)
    field = app.text_input(key=f"budget-{manuscript.id}")
    assert field.value == "5.00"

    sound(field.set_value("2,50").run())

    assert m.say(BUDGETS["unclear"]) in text_of(app)
    assert app.text_input(key=f"budget-{manuscript.id}").value == "2,50"
    assert stored(priced, manuscript) == Budget(cost=5)


def test_no_field_waits_for_enter_which_streamlit_says_in_english_alone(
    priced: Runtime, shown: Open
) -> None:
    manuscript = begun(priced, Budget(cost=0.01))
    job = finish(priced, priced.manuscripts.write(manuscript.id).id)

    for page in ("new", "outline", "writing", "library"):
        app = shown(priced, page, doc=manuscript.id, job=job.id, language="zh")
        waiting = [
            field.label
            for field in app.text_input
            if not field.proto.HasField("live_debounce_ms") and not field.proto.form_id
        ]
        assert not waiting
        assert not list(app.number_input)
        assert all(not form.proto.form.enter_to_submit for form in app.get("form"))


def test_a_job_whose_budget_has_no_price_says_so_without_its_details(language: Language) -> None:
    m = Messages(language)

    assert "MODEL_PRICES" in m.problem("budget_without_price")


def stored(runtime: Runtime, manuscript: Manuscript) -> Budget:
    return runtime.manuscripts.open(manuscript.id).manuscript.brief.budget


def test_a_budget_is_given_on_the_first_page(
    priced: Runtime, shown: Open, language: Language
) -> None:
    m = Messages(language)

    app = shown(priced, "new", language=language)

    field = app.text_input(key="budget")
    assert field.label == m.say(BUDGETS["cost"], currency="CNY")
    assert field.placeholder == m.say(BUDGETS["none"])
    sound(field.set_value("２．５").run())
    assert app.session_state["session"].budget == Budget(cost=2.5)


def test_without_a_price_the_budget_is_one_of_tokens(
    priced: Runtime, shown: Open, language: Language
) -> None:
    m = Messages(language)
    unpriced = {
        "openai_base_url": priced.settings.openai_base_url,
        "openai_model": PRICED_MODEL,
    }
    with running_runtime(priced.settings.data_dir / "unpriced", **unpriced) as runtime:
        manuscript = begun(runtime, Budget(tokens=200))

        app = shown(runtime, "outline", doc=manuscript.id, language=language)

        assert app.text_input(key=f"budget-{manuscript.id}_tokens").value == "200"
        text = text_of(app)
        assert m.say(BUDGETS["no_price"], model=plain(PRICED_MODEL)) in text
        told = m.say(BUDGETS["beyond"], budget=plain(m.say(BUDGETS["most_tokens"], tokens="200")))
        assert [warning.value for warning in app.warning] == [told]


def test_offline_it_costs_nothing_and_that_is_said(
    running: Runtime, shown: Open, manuscript: Manuscript, language: Language
) -> None:
    m = Messages(language)

    app = shown(running, "outline", doc=manuscript.id, language=language)

    assert m.say(BUDGETS["free"]) in text_of(app)
    assert not [field for field in app.text_input if "budget" in (field.key or "")]


def test_a_writing_that_the_budget_did_not_hold_is_tried_again_with_a_higher_one(
    priced: Runtime, shown: Open, language: Language
) -> None:
    m = Messages(language)
    manuscript = begun(priced, Budget(cost=0.01))
    job = finish(priced, priced.manuscripts.write(manuscript.id).id)
    assert (job.status, job.error_code) == (JobStatus.FAILED, "budget_reached")

    app = shown(priced, "writing", job=job.id, language=language)

    assert m.problem("budget_reached") in text_of(app)
    assert component_data(app, "longhand_board")["metered"] is True
    sound(app.text_input(key=f"budget-{manuscript.id}").set_value("900").run())
    again = priced.manuscripts.write(manuscript.id)
    finish(priced, again.id)
    document = priced.manuscripts.open(manuscript.id).manuscript.document
    assert document
    assert not [s for s in document.sections if s.status is SectionStatus.FAILED]
    assert document.usage
    assert document.usage.cost


@pytest.mark.parametrize("model", [{}, {"openai_base_url": NOWHERE, "openai_model": "m"}])
def test_what_a_proposal_uses_has_its_place_where_there_is_a_model(
    tmp_path: Path, shown: Open, model: dict[str, str]
) -> None:
    with idle_runtime(tmp_path, **model) as runtime:
        manuscript = runtime.manuscripts.start(Brief(prompt="潮汐能"), [])

        data = component_data(shown(runtime, "outline", doc=manuscript.id), "longhand_board")

    assert data["compact"]
    assert data["metered"] == bool(model)


def test_writing_again_is_estimated_by_what_changed(
    priced: Runtime, shown: Open, language: Language
) -> None:
    m = Messages(language)
    manuscript, _ = written(priced)
    outline = priced.manuscripts.outline(manuscript.id).outline

    nothing = priced.budgets.estimate(manuscript, outline, priced.changes.of(manuscript.id))
    everything = priced.budgets.estimate(manuscript, outline)

    assert nothing
    assert everything
    assert (nothing.calls, nothing.tokens) == (0, 0)
    assert everything.calls > 1
    app = shown(priced, "outline", doc=manuscript.id, language=language)
    again(app, m)
    assert m("outline.again_question") in text_of(app)
    assert m.say(BUDGETS["tokens"], tokens="0") not in text_of(app)


def test_the_estimate_of_writing_again_follows_the_own_texts_that_are_picked(
    priced: Runtime, shown: Open, language: Language
) -> None:
    m = Messages(language)
    manuscript, document = written(priced)
    own, other = leaves(document.sections)[0].id, leaves(document.sections)[-1].id
    priced.manuscripts.edit_section(manuscript.id, own, "手改的正文。" * 30)
    rename = {"t": "set", "seq": 1, "id": other, "k": "title", "v": "另一个标题"}
    priced.manuscripts.edit_outline(manuscript.id, "标签页", [OPERATION.validate_python(rename)])
    app = shown(priced, "outline", doc=manuscript.id, language=language)

    again(app, m)
    kept = told_tokens(app, m)
    app.multiselect[0].set_value([own])
    again(app, m)
    picked = told_tokens(app, m)

    outline = priced.manuscripts.outline(manuscript.id).outline
    changes = priced.changes.of(manuscript.id)
    all_of_it = priced.budgets.estimate(manuscript, outline)
    without = priced.budgets.estimate(manuscript, outline, changes)
    guess = priced.budgets.estimate(manuscript, outline, changes, [own])
    assert kept == [tokens_line(all_of_it, m), tokens_line(without, m)]
    assert picked == [tokens_line(all_of_it, m), tokens_line(guess, m)]
    assert picked != kept
    used = finish(priced, priced.manuscripts.write(manuscript.id, [own]).id).usage
    assert guess
    assert used
    assert guess.calls == used.calls


def written(runtime: Runtime) -> tuple[Manuscript, Document]:
    """With a document."""
    manuscript = begun(runtime)
    finish(runtime, runtime.manuscripts.write(manuscript.id).id)
    manuscript = runtime.manuscripts.open(manuscript.id).manuscript
    assert manuscript.document
    return manuscript, manuscript.document


def cut_short(runtime: Runtime) -> tuple[Manuscript, Job]:
    """With a document that has gaps, as its budget held a third."""
    _, whole = written(runtime)
    assert whole.usage
    assert whole.usage.cost
    manuscript = begun(runtime, Budget(cost=whole.usage.cost / 3))
    return manuscript, finish(runtime, runtime.manuscripts.write(manuscript.id).id)


def again(app: AppTest, m: Messages) -> None:
    """Open the dialog, which only a run of the page does here."""
    sound(next(each for each in app.button if each.label == m("outline.write_again")).click().run())


def told_tokens(app: AppTest, m: Messages) -> list[str]:
    """What lines say that a writing will use: first beside the outline, then in the dialog."""
    first, _, rest = m.say(BUDGETS["tokens"], tokens="#").partition("#")
    told = [line for line in text_of(app).splitlines() if line.startswith(first) and rest in line]
    return [line.partition(rest)[0] + rest for line in told]


def tokens_line(estimate: Estimate | None, m: Messages) -> str:
    """Two digits are told, more would be pretended."""
    assert estimate
    return m.say(BUDGETS["tokens"], tokens=f"{round(float(f'{estimate.tokens:.2g}')):,}")


def test_money_is_written_as_the_language_writes_it() -> None:
    english, chinese = Messages("en"), Messages("zh")

    assert money(1234.5, "USD", english) == "$1,234.50"
    assert money(1234.5, "USD", chinese) == "US$1,234.50"
    assert money(0.5, "CNY", english) == "CN¥0.50"
    assert money(0.5, "CNY", chinese) == "¥0.50"
    assert money(0.001, "EUR", english) == "less than €0.01"
    assert money(0.001, "EUR", chinese) == "不足 €0.01"
    assert money(2, "CHF", english) == "CHF\u00a02.00"
