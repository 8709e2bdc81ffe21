"""What a sweep counts, and what each count must be."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.crash.engines import LEASE, NODES, text_of
from tests.crash.readers import ENDS

Event = dict[str, Any]

MOST_TAKEOVER_S = LEASE.total_seconds() + 2
MOST_CANCEL_S = 0.5


@dataclass
class Tally:
    """What the sweep counted."""

    kills: Counter[str] = field(default_factory=Counter)
    drains: int = 0
    drains_that_hung: int = 0
    died: int = 0
    """Engines that ended by themselves."""
    cancels: int = 0
    retries: int = 0
    jobs: int = 0
    completed: int = 0
    cancelled: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    """Codes of jobs that ended otherwise."""
    takeovers: int = 0
    sections: int = 0
    written: int = 0
    redone: int = 0
    stale: int = 0
    """Begun again by an engine that had lost the job and did not know it yet."""
    hung: int = 0
    endings: Counter[int] = field(default_factory=Counter)
    """Jobs by their number of terminal events."""
    gaps: int = 0
    """Events that a reader who was there all along did not see."""
    doubles: int = 0
    """Events that it saw twice, or out of order."""
    lost_deltas: int = 0
    """Sections whose pieces, as a reader saw them, are not their text."""
    wrong_texts: int = 0
    """Sections and nodes that stand in the result otherwise than they were made."""
    incomplete: int = 0
    """Sections of completed documents that stand as gaps."""
    takeover_s: list[float] = field(default_factory=list)
    """From the kill of an engine to the next start of each of its jobs."""
    handover_s: list[float] = field(default_factory=list)
    """The same of an engine that was asked to stop."""
    cancel_s: list[float] = field(default_factory=list)
    """From the asking to the terminal event, of jobs whose engine and Redis lived."""

    def rows(self) -> list[tuple[str, str, str]]:
        """What, how many, and what it must be."""
        return [
            ("kills of engines", str(self.kills["engine"]), ""),
            ("kills of Redis", str(self.kills["redis"]), ""),
            ("of these, both at once", str(self.kills["both"]), ""),
            ("engines that were asked to stop", str(self.drains), ""),
            ("of these, still there at the end", str(self.drains_that_hung), "0"),
            ("engines that ended by themselves", str(self.died), "0"),
            ("jobs", str(self.jobs), ""),
            ("of these, tried again after a cancel", str(self.retries), ""),
            ("jobs completed", str(self.completed), "all but those cancelled"),
            ("jobs cancelled", f"{self.cancelled} of {self.cancels} asked", ""),
            ("jobs that failed otherwise", _spread(self.failed), "none"),
            ("jobs that hung", str(self.hung), "0"),
            ("takeovers", str(self.takeovers), ""),
            ("terminal events per job", _spread(self.endings), "1"),
            ("sections and outlines finished", str(self.sections), ""),
            ("the same begun, and chapters fused", str(self.written), ""),
            ("written again after they were finished", str(self.redone), "0"),
            ("the same by an engine about to be fenced", str(self.stale), ""),
            ("events that a reader missed", str(self.gaps), "0"),
            ("events that a reader saw twice", str(self.doubles), "0"),
            ("sections with lost deltas", str(self.lost_deltas), "0"),
            ("otherwise in the result than made", str(self.wrong_texts), "0"),
            ("sections that were lost", str(self.incomplete), "0"),
            ("kill to takeover, median and longest", _times(self.takeover_s), "lease 0.5 + 2 s"),
            ("drain to next start, median and longest", _times(self.handover_s), ""),
            ("cancel to its event, median and longest", _times(self.cancel_s), "0.5 s"),
        ]

    def __str__(self) -> str:
        return "\n".join(f"{what:45s} {value:28s} {goal}" for what, value, goal in self.rows())

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost, doubled, redone or left hanging."""
        faults = (self.hung, self.redone, self.gaps, self.doubles, self.lost_deltas)
        others = (self.wrong_texts, self.incomplete, self.drains_that_hung, self.died)
        ended = self.completed + self.cancelled == self.jobs
        return (
            not any((*faults, *others, self.failed.total())) and ended and set(self.endings) == {1}
        )

    @property
    def is_quick(self) -> bool:
        """Whether takeovers and cancels took no longer than they may."""
        takeover_s, cancel_s = max(self.takeover_s, default=0), max(self.cancel_s, default=0)
        return takeover_s <= MOST_TAKEOVER_S and cancel_s <= MOST_CANCEL_S

    def add_job(
        self, stored: Sequence[tuple[str, Event]], seen: Sequence[tuple[str, Event]]
    ) -> None:
        """Count what a job's stream holds, and what its reader saw of it."""
        ids = [event_id for event_id, _ in seen]
        events = [event for _, event in stored]
        starts = [event["attempt"] for event in events if event["type"] == "task_started"]
        self.jobs += 1
        self.endings[sum(event["type"] in ENDS for event in events)] += 1
        self.takeovers += max(starts, default=1) - 1
        self.doubles += len(ids) - len(set(ids)) + (ids != sorted(ids, key=_place))
        self.gaps += len({event_id for event_id, _ in stored} - set(ids))
        self.sections += len(texts_done(events)) + any(
            event["type"] == "outline_targets" for event in events
        )
        self.lost_deltas += _with_lost_deltas([event for _, event in seen])
        last = events[-1] if events else {}
        if last.get("type") == "task_failed":
            if last["code"] == "cancelled":
                self.cancelled += 1
            else:
                self.failed[last["code"]] += 1

    def add_result(self, result: Event, events: Sequence[Event], *, is_retry: bool) -> None:
        """Compare what was stored with what was made and told."""
        self.completed += 1
        if "outline" in result:
            nodes = {node["id"]: node["title"] for node in result["outline"]["nodes"]}
            # one that was tried again when its outline was there already tells no nodes
            told = _announced(events) or (nodes if is_retry else {})
            self.wrong_texts += list(nodes.values()) != NODES or told != nodes
            return
        done = texts_done(events)
        for section in result["document"]["sections"]:
            self.incomplete += section["status"] != "done"
            if section["id"] in done:
                self.wrong_texts += text_of(section["title"]) != section["content"]


def texts_done(events: Sequence[Event]) -> dict[str, str]:
    return {
        event["section_id"]: event["content"]
        for event in events
        if event["type"] == "section_state" and event["state"] == "done"
    }


def _announced(events: Sequence[Event]) -> dict[str, str]:
    """Nodes as a page shows them while the outline grows."""
    nodes: dict[str, str] = {}
    for event in events:
        if event["type"] == "outline_reset":
            nodes = {}
        elif event["type"] == "outline_node":
            nodes[event["node_id"]] = event["title"]
    return nodes


def _with_lost_deltas(events: Sequence[Event]) -> int:
    """Sections that became done with other pieces than their text, as a page would show them."""
    pieces: dict[str, str] = {}
    lost = 0
    for event in events:
        if event["type"] == "text_delta":
            for section, text in event["sections"].items():
                pieces[section] = pieces.get(section, "") + text
        elif event["type"] == "section_state" and event["state"] == "writing":
            pieces[event["section_id"]] = ""
        elif event["type"] == "section_state" and event["state"] == "done":
            shown = pieces.pop(event["section_id"], None)
            lost += shown is not None and shown != text_of(event["title"])
    return lost


def _place(event_id: str) -> tuple[int, ...]:
    return tuple(map(int, event_id.split("-")))


def _spread(counts: Counter[Any]) -> str:
    return ", ".join(f"{what}: {jobs} jobs" for what, jobs in sorted(counts.items())) or "none"


def _times(seconds: Sequence[float]) -> str:
    if not seconds:
        return "none"
    ordered = sorted(seconds)
    return f"{ordered[len(ordered) // 2]:.2f} s, {ordered[-1]:.2f} s of {len(ordered)}"
