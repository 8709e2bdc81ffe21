"""What stands around the sections of an outline's sheet: titles above, sums below."""

import pytest

from tests.contract.test_outline_files import outline_of, told
from tests.samples.office import make_xlsx


@pytest.mark.parametrize("name", ["plan.xlsx", "大纲.xlsm", "plan", "大纲.v2"])
def test_a_sheet_is_one_whatever_its_file_is_called(name: str) -> None:
    rows = [["潮汐能大纲", ""], ["No.", "标题"], ["1", "背景"], ["1.1", "Sun"]]

    outline = outline_of(name, make_xlsx({"Sheet1": [*rows]}))

    assert outline.title == "潮汐能大纲"
    assert told(outline) == [("背景", "", "", 1), ("Sun", "", "", 2)]
