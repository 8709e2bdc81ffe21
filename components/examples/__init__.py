"""Examples for the first page: a prompt and a file each, which work with no model or network."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.domain.documents import Language


@dataclass(frozen=True, slots=True)
class BundledExample:
    """An example in its own language."""

    title: str
    language: Language
    prompt: str
    file_name: str

    def content(self) -> bytes:
        return Path(__file__).with_name(self.file_name).read_bytes()


EXAMPLES: Mapping[str, BundledExample] = {
    "grid": BundledExample(
        "Grid storage to 2030",
        "en",
        "A report on grid storage for the members of a regional energy board: which technologies "
        "there are, what they are good for, and what to consider before building.",
        "grid-storage.md",
    ),
    "flood": BundledExample(
        "Flood plan for a small town",
        "en",
        "A flood plan for a small town, for its council and its volunteers: risks, warning, "
        "who does what, and recovery.",
        "flood-plan.md",
    ),
    "evaluation": BundledExample(
        "大模型评测方法综述",
        "zh",
        "写一份关于大语言模型评测方法的综述，面向准备选型的技术团队：评测什么、如何评测、有哪些局限。",
        "llm-evaluation.zh.md",
    ),
    "renewal": BundledExample(
        "老旧小区更新方案",
        "zh",
        "为街道办事处起草一份老旧小区更新方案：现状问题、更新内容、居民参与、资金与实施步骤。",
        "urban-renewal.zh.md",
    ),
}
