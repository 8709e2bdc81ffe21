"""What a writing will use and may use: the estimate in words, and the field for the budget."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

import streamlit as st

from components.amounts import SIGNS, amount_of, count_of, shown
from components.messages import Messages
from components.plain import plain
from components.session import session
from components.text import Text
from pipeline.domain.estimate import Estimate
from pipeline.domain.jobs import ManuscriptId
from pipeline.domain.manuscripts import Manuscript
from pipeline.domain.spending import Budget
from pipeline.errors import PipelineError

SMALLEST = 0.01
"""What costs less is said to."""

MOST_COST, MOST_TOKENS = 1_000_000.0, 1_000_000_000

TYPING_PAUSE = "500ms"
"""After it, what is typed counts; a field that waits for Enter says so in English alone."""

SYMBOLS: Mapping[str, Text] = {
    "USD": Text("$", "US$"),
    "EUR": Text("€", "€"),
    "GBP": Text("£", "£"),
    "CNY": Text("CN¥", "¥"),
    "JPY": Text("¥", "JP¥"),
}
"""As browsers write them in that language, so that the board says the same."""

SPOKEN: Mapping[str, str] = {
    "USD": "美元",
    "EUR": "欧元",
    "GBP": "英镑",
    "CNY": "元",
    "JPY": "日元",
}
"""As authors write them after the number."""

TOKENS = ("tokens", "token", "词元")

TEXTS: Mapping[str, Text] = {
    "tokens": Text("About {tokens} tokens", "约 {tokens} 词元"),
    "most_tokens": Text("{tokens} tokens", "{tokens} 词元"),
    "less": Text("less than {amount}", "不足 {amount}"),
    "seconds": Text("less than a minute", "不到 1 分钟"),
    "minute": Text("about a minute", "约 1 分钟"),
    "minutes": Text("about {n} minutes", "约 {n} 分钟"),
    "free": Text("It costs nothing: no model is asked.", "不调用模型，不产生费用。"),
    "no_price": Text(
        "The price of {model} is not set (MODEL_PRICES).", "未设置 {model} 的价格（MODEL_PRICES）。"
    ),
    "beyond": Text(
        "That is more than the budget of {budget}. The writing stops there: finished sections are "
        "kept, the others stay marked gaps.",
        "预计超出预算（{budget}）。写作会在用完预算时停止：保留已完成的小节，其余标为空缺。",
    ),
    "cost": Text("Budget ({currency})", "预算（{currency}）"),
    "token_budget": Text("Budget (tokens)", "预算（词元）"),
    "none": Text("No limit", "不限"),
    "unclear": Text(
        "Budget: enter a number such as 5 or 0.50.", "预算：请输入数字，例如 5 或 0.50。"
    ),
    "unclear_tokens": Text(
        "Budget: enter a whole number such as 200,000.", "预算：请输入整数，例如 200,000。"
    ),
    "help": Text(
        "The most that the outline, and that each writing, may use. It stops there and keeps what "
        "is finished.",
        "拟定大纲及每次写作各自的上限。达到上限即停止，已完成的内容会保留。",
    ),
}


def money(amount: float, currency: str, m: Messages) -> str:
    """An amount as the interface's language writes it."""
    if 0 < amount < SMALLEST:
        return m.say(TEXTS["less"], amount=money(SMALLEST, currency, m))
    symbol = m.say(SYMBOLS[currency]) if currency in SYMBOLS else f"{currency}\u00a0"
    return f"{symbol}{amount:,.2f}"


def names_of(currency: str) -> Collection[str]:
    """What stands beside an amount in it."""
    if currency in SYMBOLS:
        return {currency, *SYMBOLS[currency], SPOKEN[currency]}
    return {currency, *SIGNS}


def estimate_notes(estimate: Estimate | None, budget: Budget, model: str, m: Messages) -> None:
    """Draw what a writing will use, and whether the budget holds it; None: no model is asked.

    Where nothing is to be written nothing is drawn.
    """
    if estimate is None:
        st.caption(m.say(TEXTS["free"]))
        return
    if not estimate.calls:  # the words above say that all stays as it is
        return
    parts = [m.say(TEXTS["tokens"], tokens=f"{_rounded(estimate.tokens):,}")]
    if estimate.cost is not None:
        parts.append(plain(money(estimate.cost, estimate.currency, m)))
    parts.append(_time(estimate.seconds, m))
    st.markdown(m("list.comma").join(parts))
    if estimate.cost is None:
        st.caption(m.say(TEXTS["no_price"], model=plain(model)))
    if estimate.exceeds(budget):
        told = plain(_limits(budget, estimate.currency, m))
        st.warning(m.say(TEXTS["beyond"], budget=told), icon=":material/savings:")


@dataclass(frozen=True, slots=True)
class _Field:
    """How one field is kept."""

    key: str
    is_stored: bool = False
    """Its value stands in the session's state already."""
    in_address: bool = False
    on_change: Callable[[], None] | None = None

    @property
    def bind(self) -> Literal["query-params"] | None:
        return "query-params" if self.in_address else None


def budget_field(budget: Budget, currency: str, m: Messages, *, key: str) -> Budget:
    """Let the author set a budget, in money where there is a price, else in tokens.

    A limit of the other kind stays as it is, and can be changed, too. What is typed stays in the
    page's address, for a reload.
    """
    fields = _Field(key, in_address=True), _Field(_tokens_key(key), in_address=True)
    return _fields(budget, currency, m, *fields)


def stored_budget(
    manuscript: Manuscript,
    currency: str,
    m: Messages,
    store: Callable[[ManuscriptId, Budget], object],
) -> Budget:
    """The budget of a manuscript, stored when the author types another one, and only then.

    The fields show what is stored, also when another tab has changed it.
    """
    budget, state = manuscript.brief.budget, session()
    cost_key = _key_of(manuscript.id)
    tokens_key = _tokens_key(cost_key)

    def typed(key: str, read: Callable[[str], float | None]) -> None:
        if not _is_clear(key, read):  # the field says so
            return
        cost, tokens = budget.cost, budget.tokens
        if _is_clear(tokens_key, _tokens):
            tokens = _tokens(st.session_state.get(tokens_key, ""))
        if currency and _is_clear(cost_key, _cost(currency)):
            cost = _cost(currency)(st.session_state[cost_key])
        if not currency and tokens is not None:
            cost = None  # nobody could keep it without a price
        try:
            store(manuscript.id, Budget(tokens=tokens, cost=cost))
        except PipelineError as error:
            state.unbudgeted = (manuscript.id, m.problem(error.code, error.details))

    _show(cost_key, budget.cost, _cost(currency))
    _show(tokens_key, budget.tokens, _tokens)
    cost_field = _Field(
        cost_key, is_stored=True, on_change=partial(typed, cost_key, _cost(currency))
    )
    tokens_field = _Field(tokens_key, is_stored=True, on_change=partial(typed, tokens_key, _tokens))
    _fields(budget, currency, m, cost_field, tokens_field)
    if state.unbudgeted and state.unbudgeted[0] == manuscript.id:
        st.error(state.unbudgeted[1], icon=":material/error:")
        state.unbudgeted = None
    return budget


def _key_of(manuscript: ManuscriptId) -> str:
    """Of the fields of `stored_budget`."""
    return f"budget-{manuscript}"


def unclear_budget(budget: Budget, currency: str, m: Messages, *, key: str) -> str:
    """What is wrong with what is typed into the fields of that key; empty where nothing is.

    Whoever typed a limit that cannot be read does not mean none: nothing may start on it. A
    budget that stands there as it is was not typed, and programs may give smaller ones.
    """
    if not (_stands(key, budget.cost) or _is_clear(key, _cost(currency))):
        return m.say(TEXTS["unclear"])
    tokens_key = _tokens_key(key)
    is_clear = _stands(tokens_key, budget.tokens) or _is_clear(tokens_key, _tokens)
    return "" if is_clear else m.say(TEXTS["unclear_tokens"])


def unclear_stored(manuscript: Manuscript, currency: str, m: Messages) -> str:
    """The same of the fields of `stored_budget`."""
    return unclear_budget(manuscript.brief.budget, currency, m, key=_key_of(manuscript.id))


def _tokens_key(key: str) -> str:
    return f"{key}_tokens"


def _stands(key: str, value: float | None) -> bool:
    return bool(st.session_state.get(key, "") == shown(value))


def _is_clear(key: str, read: Callable[[str], float | None]) -> bool:
    """Whether that field can be read; so is one that is not on the page."""
    try:
        read(st.session_state.get(key, ""))
    except ValueError:
        return False
    return True


def _show(key: str, stored: float | None, read: Callable[[str], float | None]) -> None:
    """Let a field show what is stored; what is just being typed into it stays when that is so."""
    if not _is_clear(key, read):  # what is typed is no number yet
        return
    if key not in st.session_state or read(st.session_state[key]) != stored:
        st.session_state[key] = shown(stored)


def _cost(currency: str) -> Callable[[str], float | None]:
    """Read an amount; one in another currency would be another amount."""
    names = names_of(currency)
    return lambda text: amount_of(text, least=SMALLEST, most=MOST_COST, names=names)


def _tokens(text: str) -> int | None:
    return count_of(text, most=MOST_TOKENS, names=TOKENS)


def _fields(
    budget: Budget, currency: str, m: Messages, cost_field: _Field, tokens_field: _Field
) -> Budget:
    cost, tokens = budget.cost, budget.tokens
    if currency:
        label = m.say(TEXTS["cost"], currency=currency)
        text = _draw(label, cost, cost_field, m)
        try:
            cost = _cost(currency)(text)
        except ValueError:
            st.markdown(f":red[{m.say(TEXTS['unclear'])}]")
    if not currency or budget.tokens is not None:
        text = _draw(m.say(TEXTS["token_budget"]), tokens, tokens_field, m)
        try:
            tokens = _tokens(text)
        except ValueError:
            st.markdown(f":red[{m.say(TEXTS['unclear_tokens'])}]")
    if not currency and tokens is not None:
        cost = None  # nobody could keep it without a price
    return Budget(tokens=tokens, cost=cost)


def _draw(label: str, value: float | None, field: _Field, m: Messages) -> str:
    return st.text_input(
        label,
        "" if field.is_stored else shown(value),
        placeholder=m.say(TEXTS["none"]),
        help=m.say(TEXTS["help"]),
        live=TYPING_PAUSE,
        autocomplete="off",
        key=field.key,
        bind=field.bind,
        on_change=field.on_change,
    )


def _limits(budget: Budget, currency: str, m: Messages) -> str:
    limits = [money(budget.cost, currency, m)] if budget.cost is not None else []
    if budget.tokens is not None:
        limits.append(m.say(TEXTS["most_tokens"], tokens=f"{budget.tokens:,}"))
    return m("list.comma").join(limits)


def _rounded(tokens: int) -> int:
    """To two digits: more would pretend to know."""
    digits = max(0, len(str(tokens)) - 2)
    return round(tokens, -digits)


def _time(seconds: float, m: Messages) -> str:
    if seconds < 45:
        return m.say(TEXTS["seconds"])
    minutes = round(seconds / 60)
    return m.say(TEXTS["minute"]) if minutes <= 1 else m.say(TEXTS["minutes"], n=minutes)
