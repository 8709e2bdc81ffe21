"""What a linter cannot say: sizes, names, both languages complete, documents current."""

import ast
import importlib
import importlib.util
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from pkgutil import walk_packages

import pytest

import components
from components.messages import TEXTS
from components.problems import PROBLEMS
from pipeline.errors import ModelRejected, UnreadableFile

ROOT = Path(__file__).parents[1]
CODE = ("api", "components", "pages", "pipeline", "workers")
FOLDERS = (*CODE, "benchmarks", "docs", "evals", "tests")
PYTHON = sorted([ROOT / "app.py", *(p for name in FOLDERS for p in (ROOT / name).rglob("*.py"))])
SHIPPED = [path for path in PYTHON if path.relative_to(ROOT).parts[0] in {*CODE, "app.py"}]
BROWSER = sorted(path for end in ("js", "css") for path in (ROOT / "components").rglob(f"*.{end}"))
SCREENS = sorted((ROOT / "pages").glob("[!_]*.py"))

MODULE_LINES, FUNCTION_LINES, README_LINES = 400, 50, 150
"""Above these nobody reads to the end."""

VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base", "core"}
"""A module is named after its subject; these name none."""

REASONED_ERRORS = {"InvalidRequest", "TooLarge", "UnreadableFile", "ModelRejected"}
"""Errors whose first argument is their code."""

NOT_FOR_AUTHORS = {
    "lease_lost", "key_refused", "file_not_base64",
    "text_empty", "command_empty", "no_sentences", "model_needed", "too_many_edits", "model_busy",
    "section_unknown", "own_text_twice",
}  # fmt: skip
"""Pass between two engines only, or between the API and a program; no page meets them."""

TEXT_METHODS = {
    "badge", "button", "caption", "checkbox", "dialog", "download_button", "error", "expander",
    "header", "info", "link_button", "markdown", "metric", "page_link", "pills", "popover",
    "segmented_control", "selectbox", "subheader", "success", "tabs", "text", "text_area",
    "text_input", "title", "toast", "toggle", "warning", "write",
}  # fmt: skip
"""What Streamlit draws with a text that a person reads."""

TEXT_ARGUMENTS = {"label", "body", "placeholder", "help", "title"}

MACHINE_PATH = re.compile(r"(?<![\w./:])/(?:home|Users|root|work|mnt)/\w|[A-Z]:\\\\Users")
"""Where somebody's checkout lies; built from parts of no path of this project."""


def named(paths: Sequence[Path]) -> list[object]:
    return [pytest.param(path, id=path.relative_to(ROOT).as_posix()) for path in paths]


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def calls_in(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Each call with the last part of what is called."""
    for node in ast.walk(tree_of(path)):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute):
            yield node.func.attr, node
        elif isinstance(node.func, ast.Name):
            yield node.func.id, node


@pytest.mark.parametrize("path", named([*PYTHON, *BROWSER]))
def test_a_module_can_be_read_in_one_sitting(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())

    assert lines <= MODULE_LINES, f"{lines} lines: split it by subject"


@pytest.mark.parametrize("path", named(PYTHON))
def test_a_function_fits_on_a_screen(path: Path) -> None:
    long = [
        f"{node.name}: {lines} lines"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    ]

    assert not long


def test_modules_are_named_after_their_subject() -> None:
    vague = [path for path in [*PYTHON, *BROWSER] if path.stem.lower() in VAGUE_NAMES]

    assert not vague


@pytest.mark.parametrize("path", named(SHIPPED))
def test_a_module_says_in_one_line_what_is_in_it(path: Path) -> None:
    if not path.read_text(encoding="utf-8").strip():
        return

    assert (ast.get_docstring(tree_of(path)) or "").strip()


def tables() -> Iterator[tuple[str, dict[str, tuple[str, str]]]]:
    """Each table of texts that the components have: by key, in English and in Chinese."""
    for found in sorted({each.name for each in walk_packages(components.__path__, "components.")}):
        for name, value in vars(importlib.import_module(found)).items():
            if not isinstance(value, Mapping) or not value:
                continue
            if value.keys() == {"en", "zh"} and isinstance(value["en"], Mapping):
                keys = value["en"].keys() | value["zh"].keys()
                pairs = {k: (value["en"].get(k, ""), value["zh"].get(k, "")) for k in keys}
            elif all(hasattr(each, "en") and hasattr(each, "zh") for each in value.values()):
                pairs = {str(key): (text.en, text.zh) for key, text in value.items()}
            else:
                continue
            yield f"{found}.{name}", pairs


def test_every_table_of_texts_is_found() -> None:
    owners = {name.rpartition(".")[0].removeprefix("components.") for name, _ in tables()}

    assert owners >= {"messages", "problems", "board.labels", "composer.labels", "job_end"}
    assert len(owners) >= 11


@pytest.mark.parametrize("table", [pytest.param(pairs, id=name) for name, pairs in tables()])
def test_every_text_says_the_same_in_both_languages(table: dict[str, tuple[str, str]]) -> None:
    def blanks(text: str) -> set[str]:
        return set(re.findall(r"{(\w+)}", text))

    wrong = [
        key
        for key, (en, zh) in table.items()
        if not en.strip() or not zh.strip() or blanks(en) != blanks(zh)
    ]

    assert not wrong


def own_code(node: ast.AST) -> str | None:
    """The code that a class of errors gives itself."""
    for line in node.body if isinstance(node, ast.ClassDef) and node.bases else []:
        target = line.targets[0] if isinstance(line, ast.Assign) else None
        target = line.target if isinstance(line, ast.AnnAssign) else target
        value = line.value if isinstance(line, ast.Assign | ast.AnnAssign) else None
        is_code = isinstance(target, ast.Name) and target.id == "code"
        if is_code and isinstance(value, ast.Constant) and value.value:
            return str(value.value)
    return None


def codes_raised() -> dict[str, str]:
    """Every code of an error, with where it is raised or which class has it."""
    found: dict[str, str] = {}
    for path in SHIPPED:
        where = path.relative_to(ROOT).as_posix()
        for node in ast.walk(tree_of(path)):
            if code := own_code(node):
                found[code] = where
        for name, call in calls_in(path):
            first = call.args[0] if call.args else None
            if name in REASONED_ERRORS and isinstance(first, ast.Constant):
                found[str(first.value)] = f"{where}:{call.lineno}"
    return found


def test_every_error_has_a_sentence_for_the_author() -> None:
    codes = codes_raised()

    missing = {code: where for code, where in codes.items() if code not in PROBLEMS}

    assert "prompt_empty" in codes, "the scan finds nothing any more"
    assert "deadline_exceeded" in codes, "errors outside pipeline.errors count, too"
    assert missing.keys() == NOT_FOR_AUTHORS, missing


def test_codes_named_in_the_errors_contract_have_a_sentence() -> None:
    text = " ".join((UnreadableFile.__doc__ or "", ModelRejected.__doc__ or ""))
    named_codes = set(re.findall(r"`((?:file|model)_\w+)`", text))

    assert len(named_codes) >= 10
    assert named_codes <= PROBLEMS.keys()


def texts_used() -> Iterator[tuple[str, str]]:
    """Keys that are asked for by a plain name, with where."""
    for path in SHIPPED:
        for name, call in calls_in(path):
            first = call.args[0] if call.args else None
            if name == "m" and isinstance(first, ast.Constant):
                yield str(first.value), f"{path.relative_to(ROOT)}:{call.lineno}"


def test_every_text_that_a_page_asks_for_exists() -> None:
    used = dict(texts_used())

    unknown = {key: where for key, where in used.items() if key not in TEXTS}

    assert "new.title" in used, "the scan finds nothing any more"
    assert not unknown


def has_words(node: ast.expr) -> bool:
    """Whether an expression holds words of its own, and not only what messages gave."""
    match node:
        case ast.Constant(value=str(text)):
            return bool(re.search(r"[^\W\d_]{2,}", re.sub(r":[\w/.-]+:|:\w+\[", "", text)))
        case ast.JoinedStr(values=values):
            return any(has_words(value) for value in values)
        case ast.BinOp(left=left, right=right):
            return has_words(left) or has_words(right)
        case ast.IfExp(body=body, orelse=orelse):
            return has_words(body) or has_words(orelse)
    return False


def english_in(path: Path) -> Iterator[str]:
    for name, call in calls_in(path):
        is_streamlit = isinstance(call.func, ast.Attribute) and name in TEXT_METHODS
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        if not is_streamlit or not isinstance(owner, ast.Name) or owner.id != "st":
            continue
        texts = [k.value for k in call.keywords if k.arg in TEXT_ARGUMENTS]
        texts += [] if name == "page_link" else call.args[:1]
        yield from (f"{path.name}:{text.lineno}" for text in texts if has_words(text))


@pytest.mark.parametrize("path", named([*SCREENS, *sorted((ROOT / "components").glob("*.py"))]))
def test_what_a_page_says_comes_from_the_messages(path: Path) -> None:
    assert not list(english_in(path))


def test_the_scan_for_words_in_pages_sees_them(tmp_path: Path) -> None:
    page = tmp_path / "page.py"
    page.write_text(
        'st.title("Hello")\n'
        'st.markdown(f":material/draft: {m(key)}")\n'
        'st.button(m("ok"), help="Press me")\n'
        'st.page_link("pages/new.py", label="新建")\n'
        'st.caption(f":small[{m(key)}]")\n',
        encoding="utf-8",
    )

    assert list(english_in(page)) == ["page.py:1", "page.py:3", "page.py:4"]


def test_the_table_of_settings_is_current() -> None:
    spec = importlib.util.spec_from_file_location("page", ROOT / "docs" / "configuration.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    stored = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")

    assert stored == module.page(), "run `python docs/configuration.py`"


def texts_of_the_project() -> Iterator[Path]:
    endings = {".py", ".js", ".css", ".md", ".toml", ".txt", ".yml", ".yaml", ".json", ".svg"}
    for folder in (*FOLDERS, "static", ".streamlit", ".ci"):
        yield from (path for path in (ROOT / folder).rglob("*") if path.suffix in endings)
    yield from (path for path in ROOT.glob("*") if path.suffix in endings)
    yield ROOT / "Makefile"


def test_nothing_names_a_path_of_one_machine() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in texts_of_the_project()
        if "vendor" not in path.parts
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if MACHINE_PATH.search(line)
    ]

    assert not found


def test_every_font_that_is_served_stands_beside_its_licence() -> None:
    fonts = [path.name for path in (ROOT / "static").glob("*.woff2")]
    listed = (ROOT / "static" / "README.md").read_text(encoding="utf-8")
    licence = (ROOT / "static" / "OFL.txt").read_text(encoding="utf-8")

    assert fonts
    assert [name for name in fonts if name not in listed or name not in licence] == []
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence


def test_the_readme_stays_short() -> None:
    readme = ROOT / "README.md"
    if not readme.exists():
        pytest.skip("there is no README yet")

    assert len(readme.read_text(encoding="utf-8").splitlines()) <= README_LINES
