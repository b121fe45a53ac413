"""Figures of the warehouse to what readers see: rows, notes, and what a second run changes."""

from datetime import date, timedelta

import psycopg
import pytest

from snu_analytics.catalogue import load_catalogue
from snu_analytics.days import DayRange
from snu_analytics.errors import WarehouseError
from snu_analytics.publication import Published
from snu_analytics.publication import publish as publish_step
from snu_analytics.warehouse import connect
from snu_analytics_tests.fixtures.pipeline import rows

CATALOGUE = load_catalogue()
MONDAY = date(2024, 4, 1)
APRIL = DayRange(MONDAY, date(2024, 4, 30))
FIRST_DAY = DayRange(MONDAY, MONDAY)
FIRST_WEEK = DayRange(MONDAY, date(2024, 4, 7))


def load(url: str, days: DayRange, *groups: tuple) -> None:
    """The days as loaded; a group is the day of the month, gender, region, department, count."""
    relations = [entity.table for entity in CATALOGUE.entities.values() if entity.figures]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "DELETE FROM analytics.daily_figure WHERE day BETWEEN %s AND %s",
            [days.first, days.last],
        )
        for day in days:
            for relation in relations:
                connection.execute(
                    "INSERT INTO analytics.day_load VALUES (%s, %s, 1) ON CONFLICT DO NOTHING",
                    [relation, day],
                )
        for day, gender, region, department, value in groups:
            connection.execute(
                "INSERT INTO analytics.daily_figure VALUES "
                "(%s, 'inscription', 'created', %s, 16, %s, %s, 'Juin 2024', %s)",
                [MONDAY + timedelta(days=day - 1), gender, region, department, value],
            )


def publish(url: str, days: DayRange, threshold: int = 11) -> Published:
    with connect(url) as connection:
        return publish_step(CATALOGUE, days, connection, threshold)


def created(url: str, table: str, breakdown: str) -> list[tuple]:
    """The cells of the inscriptions created: period, dimensions that are told, value, masked."""
    period = {"daily": "day", "weekly": "week", "monthly": "month"}[table]
    return rows(
        url,
        f"SELECT extract(day FROM {period})::int, concat_ws(' ', gender, age, region, department, "
        f"cohort), value, masked FROM published.{table} WHERE phase = 'inscription' "
        "AND figure = 'created' AND breakdown = %s ORDER BY 1, 2",
        breakdown,
    )


def everything(url: str) -> list:
    """All that is published, with the transactions that wrote it."""
    names = ("daily", "weekly", "monthly", "publication")
    return [
        rows(url, f"SELECT xmin::text, t::text FROM published.{name} t ORDER BY 2")
        for name in names
    ]


def test_a_day_is_published_with_nulls_and_flags_for_what_is_masked(warehouse_url):
    load(
        warehouse_url,
        FIRST_DAY,
        (1, "female", "Normandie", "Orne", 30),
        (1, "male", "Normandie", "Orne", 5),
        (1, None, "Normandie", "Orne", 20),
    )
    publish(warehouse_url, FIRST_DAY)
    assert created(warehouse_url, "daily", "total") == [(1, "", 55, False)]
    assert created(warehouse_url, "daily", "gender") == [
        (1, "female", 30, False),
        (1, "male", None, True),
        (1, "unknown", None, True),
    ]
    assert created(warehouse_url, "daily", "department") == [(1, "Orne", 55, False)]


def test_known_categories_have_rows_of_zero(warehouse_url):
    load(warehouse_url, FIRST_DAY)
    publish(warehouse_url, FIRST_DAY)
    assert created(warehouse_url, "daily", "total") == [(1, "", 0, False)]
    assert [age for _, age, value, _ in created(warehouse_url, "daily", "age") if value == 0] == [
        "15",
        "16",
        "17",
        "18 and over",
        "under 15",
    ]
    regions = created(warehouse_url, "daily", "region")
    assert len(regions) >= 18
    assert created(warehouse_url, "daily", "department") == []


def test_a_figure_is_told_by_the_dimensions_it_has(warehouse_url):
    load(warehouse_url, FIRST_DAY)
    publish(warehouse_url, FIRST_DAY)
    assert rows(
        warehouse_url,
        "SELECT DISTINCT breakdown FROM published.daily WHERE figure = 'missions_created' "
        "ORDER BY 1",
    ) == [("region",), ("total",)]


def test_each_publication_counts_what_is_shown_and_masked(warehouse_url):
    load(warehouse_url, FIRST_DAY, (1, "female", "Normandie", "Orne", 4))
    published = publish(warehouse_url, FIRST_DAY)
    assert rows(
        warehouse_url,
        "SELECT kind, period, masked, withheld, threshold FROM published.publication "
        "WHERE phase = 'inscription' AND figure = 'created'",
    ) == [("day", MONDAY, 6, False, 11)]
    assert published.days[MONDAY]["masked"] == 6
    assert (published.counts["primary"], published.counts["secondary"]) == (6, 0)


def test_an_open_week_or_month_is_not_published(warehouse_url):
    load(warehouse_url, DayRange(MONDAY, date(2024, 4, 6)), (1, "female", "Corse", "Orne", 40))
    publish(warehouse_url, DayRange(MONDAY, date(2024, 4, 6)))
    assert created(warehouse_url, "weekly", "total") == []


def test_a_week_is_published_when_its_sunday_is(warehouse_url):
    load(warehouse_url, FIRST_WEEK, (1, "female", "Normandie", "Orne", 40))
    publish(warehouse_url, FIRST_WEEK)
    assert created(warehouse_url, "weekly", "total") == [(1, "", 40, False)]
    assert created(warehouse_url, "weekly", "gender × region") == [
        (1, "female Normandie", 40, False)
    ]
    assert created(warehouse_url, "monthly", "total") == []


def test_a_month_is_published_when_its_last_day_is(warehouse_url):
    load(warehouse_url, APRIL, (1, "female", "Normandie", "Orne", 40))
    publish(warehouse_url, DayRange(MONDAY, date(2024, 4, 29)))
    assert created(warehouse_url, "monthly", "total") == []
    publish(warehouse_url, DayRange(date(2024, 4, 30), date(2024, 4, 30)))
    assert created(warehouse_url, "monthly", "total") == [(1, "", 40, False)]
    assert created(warehouse_url, "monthly", "gender × age × region") == [
        (1, "female 16 Normandie", 40, False)
    ]


def test_publishing_twice_changes_nothing_at_all(warehouse_url):
    load(warehouse_url, FIRST_WEEK, (1, "female", "Corse", "Orne", 40), (2, "male", None, None, 3))
    publish(warehouse_url, FIRST_WEEK)
    before = everything(warehouse_url)
    published = publish(warehouse_url, FIRST_WEEK)
    assert everything(warehouse_url) == before
    assert published.counts["audited"] == 0


def test_a_day_whose_counts_have_changed_is_published_anew_with_its_week(warehouse_url):
    load(warehouse_url, FIRST_WEEK, (1, "female", "Corse", "Orne", 40))
    publish(warehouse_url, FIRST_WEEK)
    load(warehouse_url, FIRST_WEEK, (1, "female", "Corse", "Orne", 44))
    publish(warehouse_url, FIRST_DAY)
    assert created(warehouse_url, "daily", "total")[0] == (1, "", 44, False)
    assert created(warehouse_url, "weekly", "total") == [(1, "", 44, False)]


def test_other_figures_keep_their_rows_when_one_changes(warehouse_url):
    load(warehouse_url, FIRST_DAY, (1, "female", "Corse", "Orne", 40))
    publish(warehouse_url, FIRST_DAY)
    told = "SELECT figure, xmin::text FROM published.publication ORDER BY 1, 2"
    before = rows(warehouse_url, told)
    load(warehouse_url, FIRST_DAY, (1, "female", "Corse", "Orne", 44))
    publish(warehouse_url, FIRST_DAY)
    assert len(set(rows(warehouse_url, told)) - set(before)) == 1


def test_a_mask_stands_when_its_count_grows(warehouse_url):
    load(warehouse_url, FIRST_DAY, (1, "female", "Corse", "Orne", 7))
    publish(warehouse_url, FIRST_DAY)
    load(warehouse_url, FIRST_DAY, (1, "female", "Corse", "Orne", 70))
    publish(warehouse_url, FIRST_DAY)
    assert created(warehouse_url, "daily", "total") == [(1, "", None, True)]


def test_a_mask_stands_when_nothing_is_left(warehouse_url):
    load(warehouse_url, FIRST_WEEK, (1, "female", "Normandie", "Orne", 7))
    publish(warehouse_url, FIRST_WEEK)
    load(warehouse_url, FIRST_WEEK)
    published = publish(warehouse_url, FIRST_WEEK)
    assert created(warehouse_url, "daily", "total")[0] == (1, "", None, True)
    assert published.recoverable == []


def test_a_day_that_cannot_be_told_safely_any_more_keeps_its_former_cells(warehouse_url):
    load(warehouse_url, FIRST_WEEK, (1, "female", "nowhere", "nor here", 7))
    publish(warehouse_url, FIRST_WEEK)
    load(warehouse_url, FIRST_WEEK)
    published = publish(warehouse_url, FIRST_DAY)
    assert created(warehouse_url, "daily", "total")[0] == (1, "", None, True)
    assert "day 2024-04-01 inscription created" in published.recoverable


def test_a_higher_threshold_publishes_anew(warehouse_url):
    load(warehouse_url, FIRST_DAY, (1, "female", "Corse", "Orne", 15))
    publish(warehouse_url, FIRST_DAY)
    publish(warehouse_url, FIRST_DAY, threshold=20)
    assert created(warehouse_url, "daily", "total") == [(1, "", None, True)]


def test_days_that_were_not_loaded_are_left_out(warehouse_url):
    load(warehouse_url, FIRST_DAY, (1, "female", "Corse", "Orne", 15))
    published = publish(warehouse_url, FIRST_WEEK)
    assert list(published.days) == [MONDAY]


def test_when_no_day_was_loaded_the_asset_to_run_is_named(warehouse_url):
    with pytest.raises(WarehouseError, match="holds no load of 2024-04-01: materialise"):
        publish(warehouse_url, FIRST_DAY)


def test_nothing_that_readers_see_tells_a_masked_count(warehouse_url):
    load(warehouse_url, FIRST_DAY, (1, "female", "Corse", "Orne", 7))
    publish(warehouse_url, FIRST_DAY)
    columns = rows(
        warehouse_url,
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_schema = 'published' AND table_name = 'publication' ORDER BY 1",
    )
    assert [name for (name,) in columns] == [
        *("figure", "kind", "masked", "period", "phase"),
        *("published_at", "shown", "threshold", "withheld"),
    ]
    assert (7,) not in rows(warehouse_url, "SELECT value FROM published.daily")


def test_the_cells_are_unique_with_their_unused_dimensions(warehouse_url):
    load(warehouse_url, FIRST_DAY)
    publish(warehouse_url, FIRST_DAY)
    with (
        psycopg.connect(warehouse_url) as connection,
        pytest.raises(psycopg.errors.UniqueViolation),
    ):
        connection.execute(
            "INSERT INTO published.daily (day, phase, figure, breakdown, value, masked) "
            "SELECT day, phase, figure, breakdown, value, masked FROM published.daily "
            "WHERE breakdown = 'total' LIMIT 1"
        )


def test_every_published_table_and_column_has_a_comment(warehouse_url):
    assert (
        rows(
            warehouse_url,
            "SELECT relname, attname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid "
            "WHERE relnamespace = 'published'::regnamespace AND relkind = 'r' AND attnum > 0 "
            "AND (col_description(attrelid, attnum) IS NULL "
            "OR obj_description(pg_class.oid, 'pg_class') IS NULL)",
        )
        == []
    )


GIRLS = (1, "female", "Normandie", "Orne")
BOYS = (1, "male", "Bretagne", "Finistère")


def found(url: str, count: int | None) -> None:
    """So many patches of each loaded day are known."""
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE analytics.day_load SET patch_count = %s", [count])


def erased(url: str, entity: str, day: date) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(
            "INSERT INTO analytics.erasure_log (entity, reason, subjects, events, days, first_day, "
            "last_day) VALUES (%s, 'request', 1, 1, 1, %s, %s)",
            [entity, day, day],
        )


def revisions(url: str) -> list[tuple]:
    """The log: kind, category or total, former value, new one, cause."""
    return rows(
        url,
        "SELECT kind, coalesce(gender, age, region, department, cohort, breakdown), former, value, "
        "cause FROM published.revision WHERE figure = 'created' ORDER BY 1, revised_at, 2",
    )


def test_late_patches_are_told_in_the_log_with_the_old_value_and_the_new_one(warehouse_url):
    load(warehouse_url, FIRST_DAY, (*GIRLS, 31))
    found(warehouse_url, 31)
    publish(warehouse_url, FIRST_DAY)
    load(warehouse_url, FIRST_DAY, (*GIRLS, 45))
    found(warehouse_url, 45)
    publish(warehouse_url, FIRST_DAY)
    assert revisions(warehouse_url) == [
        ("day", "16", 31, 45, "late patches"),
        ("day", "Juin 2024", 31, 45, "late patches"),
        ("day", "Normandie", 31, 45, "late patches"),
        ("day", "female", 31, 45, "late patches"),
        ("day", "total", 31, 45, "late patches"),
    ]
    assert rows(warehouse_url, "SELECT DISTINCT period, phase, figure FROM published.revision") == [
        (MONDAY, "inscription", "created")
    ]


def test_a_first_publication_logs_nothing(warehouse_url):
    load(warehouse_url, APRIL, (*GIRLS, 31))
    publish(warehouse_url, APRIL)
    assert revisions(warehouse_url) == []


def test_the_same_counts_again_log_nothing(warehouse_url):
    load(warehouse_url, FIRST_DAY, (*GIRLS, 31))
    publish(warehouse_url, FIRST_DAY)
    found(warehouse_url, 99)
    publish(warehouse_url, FIRST_DAY)
    assert revisions(warehouse_url) == []


def test_a_small_change_is_logged_of_the_total_alone(warehouse_url):
    load(warehouse_url, FIRST_DAY, (*GIRLS, 31))
    publish(warehouse_url, FIRST_DAY)
    load(warehouse_url, FIRST_DAY, (*GIRLS, 32))
    publish(warehouse_url, FIRST_DAY)
    assert revisions(warehouse_url) == [("day", "total", 31, 32, "mended data")]


def test_an_erasure_from_the_day_since_it_was_published_is_the_cause(warehouse_url):
    load(warehouse_url, FIRST_DAY, (*GIRLS, 31))
    publish(warehouse_url, FIRST_DAY)
    erased(warehouse_url, "young", MONDAY)
    load(warehouse_url, FIRST_DAY, (*GIRLS, 30))
    publish(warehouse_url, FIRST_DAY)
    assert revisions(warehouse_url) == [("day", "total", 31, 30, "erasure")]


def test_an_erasure_of_before_of_another_day_or_entity_is_not_the_cause(warehouse_url):
    load(warehouse_url, FIRST_DAY, (*GIRLS, 31))
    erased(warehouse_url, "young", MONDAY)
    publish(warehouse_url, FIRST_DAY)
    erased(warehouse_url, "young", date(2024, 4, 2))
    erased(warehouse_url, "structure", MONDAY)
    load(warehouse_url, FIRST_DAY, (*GIRLS, 30))
    publish(warehouse_url, FIRST_DAY)
    assert revisions(warehouse_url) == [("day", "total", 31, 30, "mended data")]


def test_more_patches_go_before_an_erasure_as_the_cause(warehouse_url):
    load(warehouse_url, FIRST_DAY, (*GIRLS, 31))
    found(warehouse_url, 31)
    publish(warehouse_url, FIRST_DAY)
    erased(warehouse_url, "young", MONDAY)
    load(warehouse_url, FIRST_DAY, (*GIRLS, 33))
    found(warehouse_url, 34)
    publish(warehouse_url, FIRST_DAY)
    assert revisions(warehouse_url) == [("day", "total", 31, 33, "late patches")]


@pytest.mark.parametrize("counts", [(31, 31), (31, 30), (None, 45), (31, None)])
def test_without_more_patches_than_before_the_data_were_mended(warehouse_url, counts):
    for patches, value in zip(counts, (31, 45), strict=True):
        load(warehouse_url, FIRST_DAY, (*GIRLS, value))
        found(warehouse_url, patches)
        publish(warehouse_url, FIRST_DAY)
    assert ("day", "total", 31, 45, "mended data") in revisions(warehouse_url)


def test_the_week_and_the_month_are_logged_by_their_totals(warehouse_url):
    load(warehouse_url, APRIL, (*GIRLS, 31))
    found(warehouse_url, 5)
    publish(warehouse_url, APRIL)
    load(warehouse_url, APRIL, (*GIRLS, 45))
    found(warehouse_url, 6)
    publish(warehouse_url, FIRST_DAY)
    assert [row for row in revisions(warehouse_url) if row[0] != "day"] == [
        ("month", "total", 31, 45, "late patches"),
        ("week", "total", 31, 45, "late patches"),
    ]


def test_no_days_small_change_is_the_difference_of_its_week_and_another_day(warehouse_url):
    """14 girls came late on Monday and one on Tuesday: who hers are, the week must not tell."""
    on_tuesday = (2, *GIRLS[1:])
    load(warehouse_url, FIRST_WEEK, (*GIRLS, 31), (*on_tuesday, 40))
    publish(warehouse_url, FIRST_WEEK)
    load(warehouse_url, FIRST_WEEK, (*GIRLS, 45), (*on_tuesday, 41))
    publish(warehouse_url, FIRST_WEEK)
    assert rows(
        warehouse_url,
        "SELECT kind, extract(day FROM period)::int, value - former, array_agg(breakdown "
        "ORDER BY breakdown) FROM published.revision GROUP BY 1, 2, 3 ORDER BY 1, 2",
    ) == [
        ("day", 1, 14, ["age", "cohort", "gender", "region", "total"]),
        ("day", 2, 1, ["total"]),
        ("week", 1, 15, ["total"]),
    ]


def test_a_later_small_change_takes_the_earlier_ones_but_those_of_the_total(warehouse_url):
    """Else the last value of the log, beside the published one, would give it."""
    for value in (31, 45, 46):
        load(warehouse_url, FIRST_DAY, (*GIRLS, value))
        publish(warehouse_url, FIRST_DAY)
    assert revisions(warehouse_url) == [
        ("day", "total", 31, 45, "mended data"),
        ("day", "total", 45, 46, "mended data"),
    ]


def test_a_later_large_change_leaves_the_earlier_ones(warehouse_url):
    for value in (31, 45, 80):
        load(warehouse_url, FIRST_DAY, (*GIRLS, value))
        publish(warehouse_url, FIRST_DAY)
    assert [row[1:4] for row in revisions(warehouse_url) if row[1] in ("female", "total")] == [
        ("female", 31, 45),
        ("total", 31, 45),
        ("female", 45, 80),
        ("total", 45, 80),
    ]


def test_a_breakdown_with_a_cell_masked_later_leaves_the_log(warehouse_url):
    load(warehouse_url, FIRST_DAY, (*GIRLS, 31), (*BOYS, 20))
    publish(warehouse_url, FIRST_DAY)
    load(warehouse_url, FIRST_DAY, (*GIRLS, 45), (*BOYS, 20))
    publish(warehouse_url, FIRST_DAY)
    assert {row[1] for row in revisions(warehouse_url)} >= {"female", "Normandie", "total"}
    moved = (1, "male", "Normandie", "Orne", 15)
    load(warehouse_url, FIRST_DAY, (*GIRLS, 45), (*BOYS, 5), moved)
    publish(warehouse_url, FIRST_DAY)
    assert (1, "Normandie", None, True) in created(warehouse_url, "daily", "region")
    assert {row[1] for row in revisions(warehouse_url)} == {"16", "Juin 2024", "female", "total"}


def test_a_total_masked_later_leaves_the_log_with_everything(warehouse_url):
    for value in (31, 45, 7):
        load(warehouse_url, FIRST_DAY, (*GIRLS, value))
        publish(warehouse_url, FIRST_DAY)
    assert created(warehouse_url, "daily", "total") == [(1, "", None, True)]
    assert revisions(warehouse_url) == []


def test_a_higher_threshold_is_no_change(warehouse_url):
    load(warehouse_url, FIRST_DAY, (*GIRLS, 31))
    publish(warehouse_url, FIRST_DAY)
    publish(warehouse_url, FIRST_DAY, threshold=20)
    assert revisions(warehouse_url) == []


def test_readers_see_the_log_which_holds_no_value_of_a_masked_cell(warehouse_url):
    other = (1, "male", "Corse", "Corse-du-Sud", 4)
    for value in (131, 145, 190):
        load(warehouse_url, FIRST_DAY, (*GIRLS, value), (*BOYS, 50), other)
        publish(warehouse_url, FIRST_DAY)
    with psycopg.connect(warehouse_url) as connection:
        connection.execute("SET ROLE snu_reader")
        masked = connection.execute("SELECT FROM published.daily WHERE masked").fetchall()
        logged = connection.execute("SELECT FROM published.revision").fetchall()
        both = connection.execute(
            "SELECT r.* FROM published.revision r JOIN published.daily d ON d.day = r.period "
            "AND (d.phase, d.figure, d.breakdown) = (r.phase, r.figure, r.breakdown) "
            "AND row(d.gender, d.age, d.region, d.department, d.cohort) IS NOT DISTINCT FROM "
            "row(r.gender, r.age, r.region, r.department, r.cohort) WHERE d.masked"
        ).fetchall()
    assert masked
    assert logged
    assert both == []
