import json
from typing import Any

from benchmarks.endpoint_answers import answer_tokens
from pipeline.adapters.model_author.answers import OutlineAnswer

SOURCES = '<source id="S1" title="潮汐">\n…\n</source>\n<source id="S2">\n…\n</source>'


def outline(asked: str) -> Any:
    shape = {"json_schema": {"schema": OutlineAnswer.model_json_schema()}, "type": "json_schema"}
    request = {"messages": [{"role": "user", "content": asked}], "response_format": shape}
    return json.loads("".join(answer_tokens(request, seed=1, tokens=400)))


def test_the_simulated_model_names_the_sources_of_its_prompt_and_no_others() -> None:
    named = [set(chapter["sources"]) for chapter in outline(SOURCES)["chapters"]]
    unnamed = [chapter["sources"] for chapter in outline("写潮汐能")["chapters"]]

    assert set().union(*named) == {"S1", "S2"}
    assert unnamed == [[]] * len(unnamed)
