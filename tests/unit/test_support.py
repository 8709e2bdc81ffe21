"""Whether passages carry a sentence, in English and Chinese."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.domain.documents import Support
from pipeline.domain.quantities import Quantity, quantities, stated
from pipeline.domain.support import Verdict, ground, support

TIDES = ground(
    "The Rance barrage in Brittany opened in 1966. Its 24 turbines produce about 500 GWh a year. "
    "It does not harm the fishing fleet, although silt settles behind the dam.",
    "Tidal power › Barrages",
)
JIANGXIA = ground(
    "江厦潮汐试验电站位于浙江省温岭市，一九八〇年并网发电。"
    "电站共有六台机组，装机容量4.1兆瓦，年发电量约720万千瓦时。《潮汐能》一书没有提到它的造价。"
)


def judged(sentence: str) -> tuple[Support, tuple[str, ...]]:
    verdict = support(sentence, [TIDES, JIANGXIA])
    return verdict.support, verdict.reasons


@pytest.mark.parametrize(
    "sentence",
    [
        "The Rance barrage in Brittany opened in 1966.",
        "Opened in 1966, the barrage on the Rance has twenty-four turbines.",
        "About 510 GWh are produced by its turbines every year.",
        "The fishing fleet is not harmed, but silt settles behind the Rance dam.",
        "江厦潮汐试验电站有6台机组，装机容量为4.1兆瓦。",
        "江厦电站1980年并网发电，年发电量约720万千瓦时。",
        "《潮汐能》没有提到电站的造价。",
    ],
)
def test_what_the_passages_say_is_supported_however_its_numbers_are_written(sentence: str) -> None:
    assert judged(sentence) == (Support.SUPPORTED, ())


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("The Rance barrage in Brittany opened in 1967.", "number"),
        ("Its 42 turbines produce about 500 GWh a year.", "number"),
        ("The Rance barrage in Cornwall opened in 1966.", "name"),
        ("It harms the fishing fleet, although silt settles behind the dam.", "negation"),
        ("Silt never settles behind the dam.", "negation"),
        ("The Rance barrage opened with “a triumph of modern engineering” in 1966.", "quote"),
        ("江厦潮汐试验电站共有八台机组，装机容量4.1兆瓦。", "number"),
        ("江厦潮汐试验电站装机容量4.1千瓦。", "number"),
        ("江厦潮汐试验电站不位于浙江省温岭市。", "negation"),
        ("《潮汐学》一书没有提到江厦潮汐试验电站的造价。", "name"),
    ],
)
def test_what_differs_from_the_passages_is_to_be_checked(sentence: str, reason: str) -> None:
    assert judged(sentence) == (Support.CHECK, (reason,))


@pytest.mark.parametrize(
    "sentence",
    ["Parliament voted for a wider bridge across the harbour.", "议会通过了扩建港口大桥的方案。"],
)
def test_what_the_passages_do_not_speak_of_is_not_found(sentence: str) -> None:
    verdict = support(sentence, [TIDES, JIANGXIA])

    assert (verdict.support, verdict.reasons) == (Support.NOT_FOUND, ("words",))


def test_words_of_two_passages_together_carry_a_sentence() -> None:
    one = ground("The Moon raises two tides a day.")
    other = ground("Spring tides follow the new Moon.")

    joined = support(
        "The Moon raises two tides a day; spring tides follow it when new.", [one, other]
    )

    assert joined.support is Support.SUPPORTED


def test_headings_and_title_say_what_a_passage_is_about() -> None:
    passage = "It opened in 1966 and was the first of its kind."
    sentence = "The Rance barrage opened in 1966."

    assert support(sentence, [ground(passage, "Rance barrage")]).support is Support.SUPPORTED
    assert "name" in support(f"In 1966, {sentence}", [ground(passage)]).reasons


def test_initials_of_capitalised_words_stand_for_a_name_and_other_letters_do_not() -> None:
    passage = ground("The World Meteorological Organization met in Oslo; tides and storms came up.")

    assert support("The WMO met in Oslo.", [passage]).reasons == ()
    assert support("In Oslo the TAS met.", [passage]).reasons == ("name",)
    assert support("In Oslo the WM met.", [passage]).reasons == ("name",)


def test_across_languages_only_numbers_and_names_are_compared() -> None:
    right = support("The Jiangxia plant has 6 units and produces 7.2 million kWh.", [JIANGXIA])
    wrong = support("The plant has 9 units and produces 7.2 million kWh.", [JIANGXIA])
    chinese = support("朗斯电站于1966年投产，有24台机组。", [TIDES])

    assert (right.support, right.reasons) == (Support.CHECK, ("other_language", "name"))
    assert (wrong.support, wrong.reasons) == (Support.CHECK, ("other_language", "number"))
    assert (chinese.support, chinese.reasons) == (Support.CHECK, ("other_language",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,200 km", {("1200", "km")}),
        ("1.2 thousand kilometres", {("1200", "km")}),
        ("twenty-three per cent", {("23", "%")}),
        ("百分之二十三", {("23", "%")}),
        ("two hundred and five million people", {("205000000", "")}),
        ("3.5亿元", {("350000000", "¥")}),
        ("三亿五千万元", {("350000000", "¥")}),
        ("一万二千三百吨", {("12300", "t")}),
        ("二〇二四年五月", {("2024", ""), ("m5", "")}),
        ("the 19th century and the 1990s", {("19", ""), ("1990", "")}),
        ("17 May 2024", {("m5d17", ""), ("2024", "")}),
        ("2024年5月17日", {("m5d17", ""), ("2024", "")}),
        ("2024-05-17", {("m5d17", ""), ("2024", "")}),
        ("May 17th and 19th", {("m5d17", ""), ("m5d19", "")}),
        ("5月17日至19日", {("m5d17", ""), ("m5d19", "")}),
        ("three quarters of them", {("75", "%")}),
        ("四分之三", {("75", "%")}),
        ("七成五", {("75", "%")}),
        ("2013年元月1日", {("m1d1", ""), ("2013", "")}),
        ("¾", {("75", "%")}),
        ("三成", {("30", "%")}),
        ("30 %", {("30", "%")}),
        ("一半", {("50", "%")}),
        ("half of it", {("50", "%")}),
        ("半小时", {("0.5", "h")}),
        ("half an hour", {("0.5", "h")}),
        ("half a million people", {("500000", "")}),
        ("2½ km", {("2.5", "km")}),
        ("two and a half years", {("2.5", "yr")}),
        ("两千年前", {("2000", "")}),
        ("零下五摄氏度", {("-5", "°C")}),
        ("−5 °C", {("-5", "°C")}),
        ("five degrees below zero", {("-5", "")}),
        ("pages 3-5", {("3", ""), ("5", "")}),
        ("a ratio of 3:1", {("3:1", "")}),
        ("三比一", {("3:1", "")}),
        ("at 10:30", {("10", ""), ("30", "")}),
        ("百分之二点五", {("2.5", "%")}),
        ("2.5个百分点", {("2.5", "pp")}),
        ("30 km²", {("30", "km²")}),
        ("三十平方米", {("30", "m²")}),
        ("5毫克", {("5", "mg")}),
        ("the first half of the third quarter", set()),
        ("一成不变的看法", set()),
        ("GPT-4 may be one of them", set()),
        ("千万不要一概而论，十分重要", set()),
    ],
)
def test_a_number_is_the_same_however_it_is_written(
    text: str, expected: set[tuple[str, str]]
) -> None:
    assert quantities(text) == {Quantity(*each) for each in expected}


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_texts_can_be_compared(sentence: str, passage: str) -> None:
    verdict = support(sentence, [ground(passage)])

    assert isinstance(verdict, Verdict)
    assert 0 <= verdict.score <= 1


_SIGNS = "一二三九十百千万亿〇零两第年月日成半分之点比负0179.,:%-−/ ⅓²٣"
_NUMBER_WORDS = "hundred |two |thousand |half |third |March |minus | km|百分之|3月|5日|公里"
PARTS_OF_NUMBERS = st.sampled_from([*_SIGNS, *_NUMBER_WORDS.split("|")])
LONG_ROWS = st.builds(lambda part, times: part * times, PARTS_OF_NUMBERS, st.integers(1, 6_000))


@settings(deadline=None, max_examples=40)
@given(st.lists(PARTS_OF_NUMBERS | LONG_ROWS, max_size=9).map("".join))
def test_no_row_of_digits_signs_or_number_words_is_too_long(text: str) -> None:
    verdict = support(text, [ground(text), TIDES, JIANGXIA])

    assert isinstance(verdict, Verdict)
    assert quantities(text) <= stated(text)


@pytest.mark.parametrize(
    "row",
    ["一" * 5_000, "一" + "亿" * 700, "two" + " hundred" * 5_000, "7" * 1_100_000 + " million"],
)
def test_a_rule_line_of_number_signs_is_no_number_that_cannot_be_printed(row: str) -> None:
    assert all(len(quantity.value) < 300 for quantity in quantities(f"共有 {row} 个。"))


SENTENCES = st.sampled_from(
    [
        *(
            each
            for each in (
                "The Rance barrage in Brittany opened in 1966.",
                "Its 24 turbines produce about 500 GWh a year.",
                "江厦潮汐试验电站位于浙江省温岭市，一九八〇年并网发电。",
            )
        )
    ]
)


@given(SENTENCES)
def test_a_sentence_of_the_passage_is_always_supported(sentence: str) -> None:
    assert judged(sentence) == (Support.SUPPORTED, ())


@pytest.mark.parametrize(
    ("sentence", "passage"),
    [
        ("Fuel costs decreased in Brittany.", "Fuel costs increased in Brittany last year."),
        ("The output of the dam rose.", "The output of the dam fell for a decade."),
        ("公司营业收入下降12%。", "2019年，公司营业收入增长12%。"),
        ("潮汐电站的成本低于风电场。", "潮汐电站的成本高于风电场。"),
    ],
)
def test_more_where_the_passage_says_less_is_worth_a_look(sentence: str, passage: str) -> None:
    assert support(sentence, [ground(passage)]).reasons == ("opposite",)
    assert support(passage, [ground(passage)]).reasons == ()


@pytest.mark.parametrize(
    ("sentence", "passage", "reason"),
    [
        ("三分之二的受访者支持该方案。", "三分之一的受访者支持该方案。", "number"),
        ("Two thirds of the farmers use it.", "One third of the farmers use it.", "number"),
        ("Half of the farmers use it.", "A quarter of the farmers use it.", "number"),
        ("2024年3月5日，电站开始发电。", "2024年5月3日，电站开始发电。", "number"),
        ("当地最低气温为零下5摄氏度。", "当地最低气温为5摄氏度。", "number"),
        ("The lowest temperature was −5 °C.", "The lowest temperature was 5 °C.", "number"),
        ("Sand and cement are mixed 3:1.", "Sand and cement are mixed 1:3.", "number"),
        ("每片含有5毫克该成分。", "每片含有5克该成分。", "number"),
        ("Each tablet holds 5 mg of it.", "Each tablet holds 5 g of it.", "number"),
        ("The park covers 30 km² of it.", "The park covers 30 m² of it.", "number"),
        ("公园面积30平方公里。", "公园面积30平方米。", "number"),
        ("他出生在英国南部的海边。", "他出生在法国南部的海边。", "name"),
        ("清华大学发布了该模型。", "北京大学发布了该模型。", "name"),
        ("华为发布了新手机。", "小米发布了新手机。", "name"),
        ("该装置由张三发明。", "该装置由李四发明。", "name"),
        ("受访者中超过30%支持该方案。", "受访者中不足30%支持该方案。", "opposite"),
        ("参加该项目的农户至少有30户。", "参加该项目的农户至多有30户。", "opposite"),
        ("At most 30 farmers use the pump.", "At least 30 farmers use the pump.", "opposite"),
        ("华为公司收购小米公司。", "小米公司收购华为公司。", "order"),
        ("The share rose from 5 % to 10 %.", "The share rose from 10 % to 5 %.", "order"),
        ("All farmers use the pump.", "Some farmers use the pump.", "extent"),
        ("所有受访者支持该方案。", "部分受访者支持该方案。", "extent"),
    ],
)
def test_one_thing_that_is_another_in_the_passage_is_to_be_checked(
    sentence: str, passage: str, reason: str
) -> None:
    there = support(sentence, [ground(passage)])
    back = support(passage, [ground(sentence)])

    assert (there.support, there.reasons) == (Support.CHECK, (reason,))
    assert (back.support, back.reasons) == (Support.CHECK, (reason,))
    assert support(sentence, [ground(sentence)]).support is Support.SUPPORTED


@pytest.mark.parametrize(
    ("sentence", "passage"),
    [
        ("30 %的受访者支持该方案。", "三成的受访者支持该方案。"),
        ("一半的受访者支持该方案。", "50%的受访者支持该方案。"),
        ("About a third of the farmers use it.", "33 % of the farmers use it."),
        ("Half of the farmers use the pump.", "50 per cent of the farmers use the pump."),
        ("The plant opened on March 5, 2024.", "The plant opened on 5 March 2024."),
        ("2024年3月5日，电站开始发电。", "电站于2024-03-05开始发电。"),
        ("会议于3月5日举行。", "会议于3月5日至8日举行。"),
        ("Sand and cement are mixed 3:1.", "Sand and cement are mixed three to one."),
        ("It took 2½ hours to fill the dam.", "To fill the dam took two and a half hours."),
        ("Profits declined by 5 % in the year.", "In the year profits changed by −5 %."),
        ("Farmers and fishermen use the pump.", "Fishermen and farmers use the pump."),
        ("1966年朗斯电站建成。", "朗斯电站1966年建成。"),
    ],
)
def test_the_same_in_another_form_is_supported(sentence: str, passage: str) -> None:
    assert support(sentence, [ground(passage)]).reasons == ()


def test_a_direction_that_a_like_sentence_has_too_is_no_opposite() -> None:
    passage = "Fuel costs increased in Brittany. Fuel costs decreased in Wales."

    assert support("Fuel costs decreased.", [ground(passage)]).support is Support.SUPPORTED


def test_a_unit_is_compared_with_its_figure_and_is_no_name() -> None:
    passage = ground("The old plant at the bay produces 240 megawatts.")

    assert support("The plant at the bay produces 240 MW.", [passage]).reasons == ()
    assert support("The plant at the bay produces 240 kilowatts.", [passage]).reasons == ("number",)


def test_a_sentence_with_nothing_to_compare_is_not_called_supported() -> None:
    assert support("It is so.", [TIDES]).support is not Support.SUPPORTED


@pytest.mark.parametrize(
    ("sentence", "passage", "missing"),
    [
        ("In 1966 and 1984 Rennes grew.", "In 1966 Rennes had a port.", 1 / 3),
        ("The Rance fell in 1971.", "The Rance rose in 1966.", 1 / 2),
        ("The tide rises.", "The tide falls.", 0.0),
        ("1966年和1984年，该厂位于雷恩。", "该厂1966年建于圣马洛。", 2 / 3),
        ("1966年建成。", "1966年建成朗斯电站。", 0.0),
    ],
)
def test_the_share_of_figures_and_names_that_are_missing_is_told(
    sentence: str, passage: str, missing: float
) -> None:
    assert support(sentence, [ground(passage)]).missing == pytest.approx(missing)


LAND = (
    "The railway of the country gave the land for it in 1975. The park was opened in 1980.",
    "国家铁路局于1975年捐出了公园的土地。公园于1980年正式开放。游戏在中国大陆由盛大网络运营。该游戏在台湾由橘子互动运营。",
)


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("In 1980 the land was a gift of the country's railway.", "number"),
        ("1980年，国家铁路局为公园捐出土地。", "number"),
        ("台湾的游戏由盛大网络运营。", "name"),
    ],
)
def test_what_the_passage_says_of_something_else_is_worth_a_look(
    sentence: str, reason: str
) -> None:
    assert judged_by(LAND, sentence) == (reason,)


@pytest.mark.parametrize(
    "sentence",
    [
        "In 1975 the land was a gift of the country's railway, and in 1980 the park was opened.",
        "The park was opened in 1980, and the railway gave the land in 1975.",
        "1975年，国家铁路局为公园捐出土地，公园于1980年开放。",
        "台湾的游戏由橘子互动运营，大陆的由盛大网络运营。",
    ],
)
def test_what_two_of_its_sentences_say_together_is_carried(sentence: str) -> None:
    assert judged_by(LAND, sentence) == ()


def judged_by(passages: tuple[str, ...], sentence: str) -> tuple[str, ...]:
    return support(sentence, [ground(passage) for passage in passages]).reasons
