"""How a backfill is shared out."""

from datetime import date

from snu_analytics.days import DayRange
from snu_analytics.orchestration.backfill import PROCESSES, chunks_of

DAYS = DayRange(date(2024, 1, 1), date(2024, 12, 31))


def test_a_short_history_is_one_chunk_for_each_process():
    assert len(chunks_of(DAYS, {})) == PROCESSES


def test_chunks_follow_the_patches_of_their_days():
    busy = DayRange(date(2024, 3, 1), date(2024, 3, 31))
    chunks = chunks_of(DAYS, dict.fromkeys(busy, 30_000))
    within = [sum(day in set(busy) for day in chunk) for chunk in chunks]
    assert max(within) <= 6
    assert sum(within) == len(busy)
    assert len(chunks) % PROCESSES == 0


def test_a_day_is_never_cut():
    day = DayRange(date(2024, 3, 1), date(2024, 3, 1))
    assert chunks_of(day, {day.first: 1_000_000}) == [day]
