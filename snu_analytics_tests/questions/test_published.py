"""The question that says of a published number whether it is masked, and why."""

import pytest

from snu_analytics.questions import ask
from snu_analytics.warehouse import connect
from snu_analytics_tests.fixtures.postgres import execute

MAY = "'month', '2024-05-01', 'inscription', 'created', 'region'"


@pytest.fixture(scope="module")
def answer(shared_warehouse_url):
    execute(
        shared_warehouse_url,
        "INSERT INTO published.breakdown (kind, period, phase, figure, breakdown, region, value, "
        f"masked, mask) VALUES ({MAY}, 'Bretagne', 40, false, NULL), "
        f"({MAY}, 'Corse', NULL, true, 'cell'), ({MAY}, 'Mayotte', NULL, true, 'group')",
    )
    execute(
        shared_warehouse_url,
        "INSERT INTO published.daily_total (phase, figure, day, value) "
        "VALUES ('inscription', 'created', '2024-05-13', 3), "
        "('inscription', 'created', '2024-05-21', 40)",
    )

    def answer(*by: str, **where: str) -> list[tuple]:
        allowed = {name: [value] for name, value in where.items()}
        with connect(shared_warehouse_url) as connection:
            frame = ask(connection, "published", by=by, where=allowed)
        return list(
            frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None)
        )

    return answer


def test_a_masked_number_says_why_and_a_shown_one_does_not(answer):
    assert [row[1:2] + row[-2:] for row in answer("region")] == [
        ("Bretagne", 40, None),
        ("Corse", None, "it is fewer than 11, or would give away one that is"),
        ("Mayotte", None, "a coarser count has too few to show its parts"),
    ]


def test_national_totals_are_never_masked(answer):
    assert [(str(day), value) for day, *_, value, _ in answer(kind="month")] == [("2024-05-01", 43)]
    assert [value for *_, value, _ in answer(kind="week")] == [3, 40]
