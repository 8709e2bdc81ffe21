from datetime import timedelta

from pipeline.domain.job_list import JobPlace
from pipeline.domain.jobs import JobKind
from tests.running import REQUEST, a_job, a_store, utc_now


def test_jobs_of_one_moment_are_listed_page_by_page_without_gap_or_duplicate(any_url: str) -> None:
    store, moment = a_store(any_url), utc_now()
    made = []
    for number in range(120):
        at = moment + timedelta(seconds=number // 110)
        made.append(store.create(a_job(f"j{number:03}", created_at=at), REQUEST, "fingerprint"))
    listed = [job.id for job in store.recent(limit=1000)]

    paged: list[str] = []
    place: JobPlace | None = None
    while page := store.recent(limit=7, before=place):
        paged += [job.id for job in page]
        place = JobPlace.of(page[-1])

    assert paged == listed == [job.id for job in reversed(made)]


def test_a_page_of_one_kind_goes_on_behind_its_last_job(any_url: str) -> None:
    store, moment = a_store(any_url), utc_now()
    for number in range(6):
        kind = JobKind.DOCUMENT if number % 2 else JobKind.OUTLINE
        at = moment + timedelta(milliseconds=number)
        store.create(a_job(f"j{number}", kind=kind, created_at=at), REQUEST, "fingerprint")

    first = store.recent(limit=2, kind=JobKind.OUTLINE)
    rest = store.recent(limit=2, kind=JobKind.OUTLINE, before=JobPlace.of(first[-1]))

    assert [job.id for job in (*first, *rest)] == ["j4", "j2", "j0"]
