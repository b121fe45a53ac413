"""The pool on literal histories: exact movements, stocks and waiting times."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from snu_analytics.days import DayRange, consecutive
from snu_analytics.errors import WarehouseError
from snu_analytics.figures import load_objectives, load_progress, progress
from snu_analytics.figures.pool import (
    balance,
    closing_stock,
    compare_live,
    load_opening,
    load_pool,
    pool,
    recount,
)
from snu_analytics.pipeline import (
    PipelineContext,
    Staging,
    load_events,
    stage_patches,
    stage_snapshots,
)
from snu_analytics.privacy import erase_requested
from snu_analytics.questions import ask
from snu_analytics.source import open_source
from snu_analytics.warehouse import connect
from snu_analytics_tests.fixtures.histories import (
    APPLICATION,
    CATALOGUE,
    PSEUDONYMS,
    YOUNG,
    add,
    document,
    patch,
    replace,
    write_dump,
)
from snu_analytics_tests.fixtures.pipeline import rows
from snu_analytics_tests.fixtures.postgres import execute

START = date(2024, 3, 1)
ANNA, BORIS, CLAIRE = (f"65e1000000000000000000{n}" for n in ("0a", "0b", "0c"))


def day(number: int) -> date:
    return date(2024, 3, number)


def created(at: str, ref: str, status: str = "IN_PROGRESS", **fields: str) -> dict:
    state = {"gender": "female", "department": "Paris", "region": "Île-de-France"} | fields
    ops = (add(f"/{name}", value) for name, value in {"status": status, **state}.items())
    return patch(at, *ops, ref=ref)


def moved(at: str, ref: str, before: str, after: str, field: str = "status") -> dict:
    return patch(at, replace(f"/{field}", before, after), ref=ref)


def answer(url: str, name: str, *by: str, **asked) -> list[tuple]:
    """The answer to a question, as rows."""
    with connect(url) as connection:
        frame = ask(connection, name, by=by, **asked).astype(object)
    return [tuple(row) for row in frame.where(frame.notna(), None).itertuples(index=False)]


class Nights:
    """Days of a literal source, loaded in the order asked for."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self.context = PipelineContext(CATALOGUE, PSEUDONYMS, Staging(str(folder / "staging")))

    def source(self, **collections: Sequence[dict]):
        write_dump(self.folder / "dump", **collections)
        return open_source(f"bson://{self.folder}/dump", self.folder / "home")

    def load(self, *days: int, opening: bool = True, **collections: Sequence[dict]) -> None:
        """Days in ascending order are ranges, as in a backfill; others come one by one."""
        source = self.source(**collections)
        entity = APPLICATION if "application_patches" in collections else YOUNG
        ranges = [DayRange(day(number), day(number)) for number in days]
        if list(days) == sorted(days):
            ranges = consecutive(each.first for each in ranges)
        with connect(self.url) as connection:
            if opening:
                load_opening(self.context, entity, START, source, connection)
            for some in ranges:
                stage_patches(self.context, entity, some, source, connection)
                stage_snapshots(self.context, entity, some, source, connection)
                load_events(self.context, entity, some, connection)
                load_pool(entity, some, connection)
        source.close()

    def movements(self) -> list[tuple]:
        return rows(
            self.url,
            "SELECT extract(day FROM day)::int, status, department, entries, exits "
            "FROM analytics.pool_movement WHERE day >= %s ORDER BY day, status, department",
            START,
        )

    def stock(self, first: int, last: int, by: str | None = None, entity=YOUNG) -> list[tuple]:
        with connect(self.url) as connection:
            stocks = pool(connection, entity, DayRange(day(first), day(last)), by)
        stocks["day"] = [each.day for each in stocks["day"]]
        return list(stocks.itertuples(index=False, name=None))

    def balance(self, first: int, last: int, entity=YOUNG):
        with connect(self.url) as connection:
            return balance(entity, DayRange(day(first), day(last)), connection)


@pytest.fixture
def nights(tmp_path, warehouse_url) -> Nights:
    return Nights(tmp_path, warehouse_url)


HISTORY = [
    created("2024-03-01T10:00", ANNA),
    created("2024-03-01T11:00", BORIS),
    moved("2024-03-02T10:00", ANNA, "IN_PROGRESS", "WAITING_VALIDATION"),
    moved("2024-03-03T10:00", ANNA, "WAITING_VALIDATION", "VALIDATED"),
    moved("2024-03-03T11:00", BORIS, "IN_PROGRESS", "ABANDONED"),
]
STOCKS = [
    (1, "IN_PROGRESS", 0, 2, 0, 2),
    (2, "IN_PROGRESS", 2, 0, 1, 1),
    (2, "WAITING_VALIDATION", 0, 1, 0, 1),
    (3, "ABANDONED", 0, 1, 0, 1),
    (3, "IN_PROGRESS", 1, 0, 1, 0),
    (3, "VALIDATED", 0, 1, 0, 1),
    (3, "WAITING_VALIDATION", 1, 0, 1, 0),
]


def test_opening_and_entries_less_exits_are_the_closing_of_each_status(nights):
    nights.load(1, 2, 3, young_patches=HISTORY)
    assert nights.stock(1, 3) == STOCKS
    assert nights.stock(3, 3) == STOCKS[3:]


@pytest.mark.parametrize("order", [(3, 2, 1), (2, 3, 1), (1, 2, 3, 1, 2, 3)])
def test_days_are_loaded_in_any_order_and_again(nights, order):
    nights.load(*order, young_patches=HISTORY)
    assert nights.stock(1, 3) == STOCKS


@pytest.mark.parametrize(("by", "group"), [("department", "Paris"), ("source", None)])
def test_a_group_has_the_stocks_of_its_own(nights, by, group):
    nights.load(1, 2, 3, young_patches=HISTORY)
    assert nights.stock(1, 3, by) == [(*row[:2], group, *row[2:]) for row in STOCKS]
    assert answer(nights.url, "pool", by, first=day(1), last=day(3)) == [
        (day(number), group, "young", status, *counts) for number, status, *counts in STOCKS
    ]


def test_without_days_the_question_tells_the_last_day_that_is_known(nights):
    nights.load(1, 2, young_patches=HISTORY)
    last = [
        (day(2), "young", "IN_PROGRESS", 2, 0, 1, 1),
        (day(2), "young", "WAITING_VALIDATION", 0, 1, 0, 1),
    ]
    assert answer(nights.url, "pool") == last
    nights.load(1, 2, 4, young_patches=HISTORY)
    assert answer(nights.url, "pool") == last


def test_the_question_begins_a_campaign_with_the_stock_of_the_one_before(nights):
    nights.load(1, 2, 3, young_patches=HISTORY)
    for table in ("pool_movement", "pool_load"):
        # The campaign of 2024 ends between the second and the third day.
        later = f"UPDATE analytics.{table} SET day = day + (date '2024-08-30' - date '{START}')"
        execute(nights.url, later)
    assert answer(nights.url, "pool", first=date(2024, 9, 1)) == [
        (date(2024, 9, 1), "young", *row[1:]) for row in STOCKS[3:]
    ]


def test_a_move_to_another_department_leaves_one_cell_and_enters_another(nights):
    change = patch(
        "2024-03-02T10:00",
        replace("/department", "Paris", "Ain"),
        replace("/region", "Île-de-France", "Auvergne-Rhône-Alpes"),
        ref=ANNA,
    )
    nights.load(1, 2, young_patches=[created("2024-03-01T10:00", ANNA), change])
    assert nights.movements() == [
        (1, "IN_PROGRESS", "Paris", 1, 0),
        (2, "IN_PROGRESS", "Ain", 1, 0),
        (2, "IN_PROGRESS", "Paris", 0, 1),
    ]
    assert nights.stock(2, 2, "region") == [
        (2, "IN_PROGRESS", "Auvergne-Rhône-Alpes", 0, 1, 0, 1),
        (2, "IN_PROGRESS", "Île-de-France", 1, 0, 1, 0),
    ]


def test_a_change_that_stays_in_its_cell_moves_nothing(nights):
    step = patch("2024-03-02T10:00", add("/inscriptionStep2023", "DONE"), ref=ANNA)
    nights.load(1, 2, young_patches=[created("2024-03-01T10:00", ANNA), step])
    assert nights.movements() == [(1, "IN_PROGRESS", "Paris", 1, 0)]


def test_several_changes_of_one_day_each_count(nights):
    there = moved("2024-03-01T11:00", ANNA, "IN_PROGRESS", "WAITING_VALIDATION")
    back = moved("2024-03-01T12:00", ANNA, "WAITING_VALIDATION", "IN_PROGRESS")
    nights.load(1, young_patches=[created("2024-03-01T10:00", ANNA), there, back])
    assert nights.movements() == [
        (1, "IN_PROGRESS", "Paris", 2, 1),
        (1, "WAITING_VALIDATION", "Paris", 1, 1),
    ]


def test_a_change_that_is_no_event_leaves_its_subject_where_it_was(nights):
    later = [
        patch("2024-03-02T10:00", replace("/gender", "female", "male"), ref=ANNA),
        moved("2024-03-03T10:00", ANNA, "IN_PROGRESS", "VALIDATED"),
    ]
    nights.load(1, 2, 3, young_patches=[created("2024-03-01T10:00", ANNA), *later])
    assert nights.stock(2, 3, "gender") == [
        (2, "IN_PROGRESS", "female", 1, 0, 0, 1),
        (3, "IN_PROGRESS", "female", 1, 0, 0, 1),
        (3, "IN_PROGRESS", "male", 0, 0, 1, -1),
        (3, "VALIDATED", "male", 0, 1, 0, 1),
    ]


def test_an_application_has_the_region_of_the_department_copied_into_it(nights):
    ops = [add("/status", "WAITING_VALIDATION"), add("/youngDepartment", "Ain")]
    ops.append(add("/youngCohort", "Juin 2023"))
    nights.load(1, application_patches=[patch("2024-03-01T10:00", *ops, ref=CLAIRE)])
    groups = {
        "gender": None,
        "region": "Auvergne-Rhône-Alpes",
        "department": "Ain",
        "cohort": "Juin 2023",
        "source": None,
    }
    for by, group in groups.items():
        assert nights.stock(1, 1, by, entity=APPLICATION) == [
            (1, "WAITING_VALIDATION", group, 0, 1, 0, 1)
        ]


OLD = [
    created("2024-01-10T10:00", ANNA, cohort="Juin 2023"),
    moved("2024-02-29T22:59", ANNA, "IN_PROGRESS", "VALIDATED"),
    moved("2024-02-29T23:01", ANNA, "VALIDATED", "WITHDRAWN"),
]


def test_the_opening_stock_is_who_was_there_at_that_midnight_in_paris(nights):
    unborn = document(BORIS, status="VALIDATED", createdAt=day(2).strftime("%Y-%m-%dT10:00:00Z"))
    older = document("55a000000000000000000001", status="REFUSED", department="Ain")
    nights.load(1, 2, youngs=[unborn, older], young_patches=OLD)
    assert nights.stock(1, 2) == [
        (1, "REFUSED", 1, 0, 0, 1),
        (1, "VALIDATED", 1, 0, 1, 0),
        (1, "WITHDRAWN", 0, 1, 0, 1),
        (2, "REFUSED", 1, 0, 0, 1),
        (2, "VALIDATED", 0, 1, 0, 1),
        (2, "WITHDRAWN", 1, 0, 0, 1),
    ]
    assert nights.balance(1, 2) == ([], [], [], True)


def test_without_the_first_partition_stocks_are_not_known(nights):
    nights.load(1, 2, opening=False, young_patches=HISTORY)
    assert nights.stock(1, 2) == []
    assert nights.balance(1, 2) == ([], [], [], False)


def test_after_a_day_that_was_not_counted_stocks_are_not_known(nights):
    nights.load(1, 3, young_patches=HISTORY)
    assert nights.stock(1, 3) == STOCKS[:1]
    nights.load(2, opening=False, young_patches=HISTORY)
    assert nights.stock(1, 3) == STOCKS


def test_the_opening_stock_counted_again_replaces_the_former(nights):
    nights.load(1, young_patches=OLD)
    nights.load(opening=True, young_patches=OLD[:1])
    assert rows(
        nights.url,
        "SELECT day, status, entries FROM analytics.pool_movement WHERE day < %s",
        START,
    ) == [(START - timedelta(days=1), "IN_PROGRESS", 1)]


def test_a_day_whose_events_were_never_loaded_names_the_asset(nights):
    with connect(nights.url) as connection, pytest.raises(WarehouseError) as error:
        load_pool(YOUNG, DayRange(day(1), day(1)), connection)
    assert str(error.value) == (
        "analytics.young_event holds no load of 2024-03-01: materialise young/anonymized_events "
        "for that day first"
    )


def test_movements_that_are_not_those_of_the_events_do_not_balance(nights):
    nights.load(1, 2, 3, young_patches=HISTORY)
    with connect(nights.url) as connection:
        connection.execute(
            "UPDATE analytics.pool_movement SET department = 'Ain' WHERE day = '2024-03-02' "
            "AND status = 'WAITING_VALIDATION'"
        )
    balance = nights.balance(1, 3)
    assert (balance.unbalanced, balance.negative) == ([day(2)], [day(3)])


def test_a_history_that_changed_since_its_day_was_loaded_falls_below_nothing(nights):
    nights.load(1, 2, young_patches=HISTORY)
    late = moved("2024-03-02T11:00", ANNA, "WAITING_VALIDATION", "REFUSED")
    after = moved("2024-03-03T12:00", ANNA, "REFUSED", "VALIDATED")
    nights.load(3, opening=False, young_patches=[*HISTORY[:3], late, after])
    balance = nights.balance(3, 3)
    assert balance == ([], [day(3)], ["REFUSED", "WAITING_VALIDATION"], True)
    nights.load(2, opening=False, young_patches=[*HISTORY[:3], late, after])
    assert nights.balance(2, 3) == ([], [], [], True)


def test_a_soft_delete_that_takes_the_source_away_stays_above_nothing(nights):
    nights.load(1, young_patches=[created("2024-03-01T10:00", ANNA, source="CLE")])
    cut = [
        created("2024-03-01T10:00", ANNA),
        moved("2024-03-02T10:00", ANNA, "IN_PROGRESS", "DELETED"),
    ]
    gone = document(ANNA, status="DELETED", gender="female", department="Paris")
    nights.load(2, opening=False, youngs=[gone | {"region": "Île-de-France"}], young_patches=cut)
    assert nights.balance(1, 2) == ([], [], [], True)
    assert nights.stock(2, 2) == [(2, "DELETED", 0, 1, 0, 1), (2, "IN_PROGRESS", 1, 0, 1, 0)]


def test_whoever_is_erased_leaves_the_movements_of_all_days(nights):
    nights.load(1, 2, 3, young_patches=HISTORY)
    with connect(nights.url) as connection:
        erase_requested(nights.context, YOUNG, [ANNA], connection)
    assert nights.stock(1, 3) == [
        (1, "IN_PROGRESS", 0, 1, 0, 1),
        (2, "IN_PROGRESS", 1, 0, 0, 1),
        (3, "ABANDONED", 0, 1, 0, 1),
        (3, "IN_PROGRESS", 1, 0, 1, 0),
    ]


def test_whoever_is_erased_leaves_the_opening_stock_as_well(nights):
    other = created("2024-01-11T10:00", BORIS, cohort="Juin 2023")
    same = [moved("2024-02-20T22:59", BORIS, "IN_PROGRESS", "VALIDATED")]
    nights.load(1, young_patches=[*OLD, other, *same])
    assert nights.stock(1, 1)[0] == (1, "VALIDATED", 2, 0, 1, 1)
    with connect(nights.url) as connection:
        erase_requested(nights.context, YOUNG, [ANNA], connection)
    assert nights.stock(1, 1) == [(1, "VALIDATED", 1, 0, 0, 1)]


def test_the_opening_applications_of_whoever_is_erased_leave_too(nights):
    ops = [add("/status", "WAITING_VALIDATION"), add("/youngDepartment", "Ain")]
    applications = [
        patch("2024-01-10T10:00", *ops, add("/youngId", ANNA), ref=CLAIRE),
        moved("2024-03-01T10:00", CLAIRE, "WAITING_VALIDATION", "VALIDATED"),
    ]
    nights.load(1, application_patches=applications)
    assert nights.stock(1, 1, entity=APPLICATION) == [
        (1, "VALIDATED", 0, 1, 0, 1),
        (1, "WAITING_VALIDATION", 1, 0, 1, 0),
    ]
    with connect(nights.url) as connection:
        erase_requested(nights.context, YOUNG, [ANNA], connection)
    assert nights.stock(1, 1, entity=APPLICATION) == []


def test_whoever_was_erased_is_not_in_an_opening_stock_counted_anew(nights):
    nights.load(1, young_patches=OLD)
    with connect(nights.url) as connection:
        erase_requested(nights.context, YOUNG, [ANNA], connection)
    nights.load(1, young_patches=OLD)
    assert nights.stock(1, 1) == []


def test_a_recount_by_the_latest_events_finds_the_same_stock(nights):
    nights.load(1, 2, 3, youngs=[document(CLAIRE[:-1] + "d")], young_patches=[*OLD, *HISTORY[1:2]])
    with connect(nights.url) as connection:
        assert recount(YOUNG, day(3), connection) == dict(
            closing_stock(connection, "young", day(3))
        )


def test_the_last_of_two_changes_of_one_instant_is_the_latest(nights):
    twice = [
        moved("2024-03-02T10:00", ANNA, "IN_PROGRESS", "WAITING_VALIDATION"),
        moved("2024-03-02T10:00", ANNA, "WAITING_VALIDATION", "ABANDONED"),
    ]
    nights.load(1, 2, young_patches=[created("2024-03-01T10:00", ANNA), *twice])
    assert rows(
        nights.url,
        "SELECT to_value, change_order FROM analytics.young_event ORDER BY event_at, change_order",
    ) == [("IN_PROGRESS", 1), ("WAITING_VALIDATION", 1), ("ABANDONED", 2)]
    with connect(nights.url) as connection:
        assert recount(YOUNG, day(2), connection) == {"ABANDONED": 1}


def test_the_stock_is_held_against_the_source_and_what_differs_is_explained(nights):
    nights.load(1, 2, 3, young_patches=HISTORY)
    unrecorded = [document(ANNA, status="WITHDRAWN"), document(BORIS, status="PONY")]
    source = nights.source(youngs=unrecorded, young_patches=HISTORY)
    with connect(nights.url) as connection:
        connection.execute(
            "INSERT INTO analytics.history_audit VALUES "
            "('2024-02-01', 'young', 'drift', 'status', NULL, 9, 10), "
            "('2024-03-01', 'young', 'drift', 'status', NULL, 2, 2), "
            "('2024-03-01', 'young', 'drift', 'cohort', NULL, 1, 2)"
        )
        connection.execute(
            "INSERT INTO analytics.erasure_log (entity, reason, subjects, events, days) "
            "VALUES ('young', 'gone', 4, 9, 2)"
        )
        connection.commit()
        comparison = compare_live(nights.context, YOUNG, day(3), source, connection)
    expected = [("ABANDONED", 1, 0), ("OTHER", 0, 1), ("VALIDATED", 1, 0), ("WITHDRAWN", 0, 1)]
    assert comparison == (expected, 2, day(1), 4)
    stored = "SELECT status, closing, live FROM analytics.pool_difference ORDER BY status"
    assert rows(nights.url, stored) == expected


def test_a_file_waits_since_its_completion_corrections_included(nights):
    history = [
        created("2024-03-01T10:00", ANNA),
        moved("2024-03-02T10:00", ANNA, "IN_PROGRESS", "WAITING_VALIDATION"),
        moved("2024-03-03T10:00", ANNA, "WAITING_VALIDATION", "WAITING_CORRECTION"),
        moved("2024-03-05T10:00", ANNA, "WAITING_CORRECTION", "WAITING_VALIDATION"),
        created("2024-03-01T10:00", BORIS, department="Ain"),
        moved("2024-03-05T10:00", BORIS, "IN_PROGRESS", "WAITING_VALIDATION"),
        moved("2024-03-06T10:00", BORIS, "WAITING_VALIDATION", "VALIDATED"),
    ]
    nights.load(1, young_patches=history)
    assert answer(nights.url, "inscriptions_waiting") == [(0, None, None)]
    nights.load(2, 3, 5, young_patches=history)
    assert answer(nights.url, "inscriptions_waiting") == [(2, 1.5, 2.7)]
    assert answer(nights.url, "inscriptions_waiting", "department") == [
        ("Ain", 1, 0.0, 0.0),
        ("Paris", 1, 3.0, 3.0),
    ]
    nights.load(6, young_patches=history)
    assert answer(nights.url, "inscriptions_waiting") == [(1, 4.0, 4.0)]


def test_an_application_waits_since_it_reached_the_structure(nights):
    history = [
        patch("2024-03-01T10:00", add("/status", "WAITING_VALIDATION"), ref=ANNA),
        patch("2024-03-01T10:00", add("/status", "WAITING_VALIDATION"), ref=BORIS),
        moved("2024-03-03T10:00", BORIS, "WAITING_VALIDATION", "VALIDATED"),
    ]
    nights.load(1, 2, 3, application_patches=history)
    assert answer(nights.url, "applications_waiting") == [(1, 2.0, 2.0)]


GOALS = [
    {"cohort": "Juin 2023", "department": "PARIS", "max": 2},
    {"cohort": "Juin 2023", "department": "77", "max": None},
    {"cohort": "Juin 2023", "department": "Atlantide", "max": 1},
]


def achieved(nights: Nights, number: int) -> list[tuple]:
    with connect(nights.url) as connection:
        frame = progress(connection, day(number)).astype(object)
    chosen = frame[["cohort", "department", "achieved", "achieved_cle", "objective", "missing"]]
    return [tuple(r) for r in chosen.where(chosen.notna(), None).itertuples(index=False)]


def test_objectives_are_held_against_the_stock_the_opening_stock_included(nights):
    cle = created("2024-03-01T10:00", CLAIRE, "VALIDATED", cohort="Juin 2023", source="CLE")
    history = [*OLD, cle]
    nights.load(1, 2, young_patches=history)
    source = nights.source(inscriptiongoals=GOALS, young_patches=history)
    with connect(nights.url) as connection:
        read = load_objectives(nights.context, source, None, connection)
    assert read.problems == (
        "inscriptiongoals, document 3 (cohort Juin 2023, department Atlantide): "
        "the department is not known",
    )
    no_maximum = "the objective has no maximum"
    assert achieved(nights, 1) == [
        ("Juin 2023", "Paris", 1, 1, 2, None),
        ("Juin 2023", "Seine-et-Marne", 0, 0, None, no_maximum),
    ]
    unknown = "stocks are not known: a day, or the opening stock, was not counted"
    assert achieved(nights, 3) == [
        ("Juin 2023", "Paris", None, None, 2, unknown),
        ("Juin 2023", "Seine-et-Marne", None, None, None, f"{unknown}; {no_maximum}"),
    ]


def test_progress_is_told_by_cohort_region_department_and_year(nights):
    goals = [
        {"cohort": "Juin 2024", "department": "Paris", "max": 1},
        {"cohort": "Juin 2024", "department": "Ain", "max": 3},
        {"cohort": "Juillet 2024", "department": "Paris", "max": 4},
        {"cohort": "Juin 2023", "department": "Paris", "max": 4},
    ]
    alone = created("2024-03-01T10:00", ANNA, "VALIDATED", cohort="Juin 2024", source="VOLONTAIRE")
    cle = created("2024-03-01T11:00", BORIS, "VALIDATED", cohort="Juin 2024", source="CLE")
    nights.load(1, young_patches=[alone, cle])
    source = nights.source(inscriptiongoals=goals)
    with connect(nights.url) as connection:
        load_objectives(nights.context, source, None, connection)
        load_progress(connection)
    nobody = "nobody of the cohort is validated"
    assert answer(nights.url, "objectives")[0][1:3] == (2023, "Juin 2023")
    assert answer(nights.url, "objectives")[1:] == [
        (day(1), 2024, "Juillet 2024", 0, 0, 4, 0.0, False, 1, 0, nobody),
        (day(1), 2024, "Juin 2024", 2, 1, 4, 0.5, False, 2, 1, None),
    ]
    assert answer(nights.url, "objectives", "region", where={"region": ["Île-de-France"]})[1:] == [
        (day(1), "Île-de-France", 2024, "Juillet 2024", 0, 0, 4, 0.0, False, 1, 0, nobody),
        (day(1), "Île-de-France", 2024, "Juin 2024", 2, 1, 1, 2.0, True, 1, 1, None),
    ]
    assert answer(nights.url, "objectives", "department", where={"department": ["Paris"]})[1:] == [
        (day(1), "Paris", 2024, "Juillet 2024", 0, 0, 4, 0.0, False, 1, 0, nobody),
        (day(1), "Paris", 2024, "Juin 2024", 2, 1, 1, 2.0, True, 1, 1, None),
    ]
    assert answer(nights.url, "objectives", "year")[1:] == [
        (day(1), 2024, None, 2, 1, 8, 0.25, False, 3, 1, nobody)
    ]
    assert answer(nights.url, "departments_reached") == [(day(1), "Juin 2024", 1)]


def test_progress_is_that_of_the_last_day_counted_whichever_day_ran(nights):
    anna = created("2024-03-01T10:00", ANNA, "VALIDATED", cohort="Juin 2024")
    late = created("2024-03-01T11:00", BORIS, "VALIDATED", cohort="Juin 2024")
    source = nights.source(inscriptiongoals=[{"cohort": "Juin 2024", "department": "75", "max": 2}])
    with connect(nights.url) as connection:
        load_objectives(nights.context, source, None, connection)
        assert load_progress(connection) is None
        nights.load(2, opening=False, young_patches=[anna])
        assert load_progress(connection, day(2)) == day(2)
        missing = answer(nights.url, "objectives")[0][-1]
        assert missing == "stocks are not known: a day, or the opening stock, was not counted"
        nights.load(1, 2, young_patches=[anna])
        assert load_progress(connection) == day(2)
        assert answer(nights.url, "objectives")[0][:5] == (day(2), 2024, "Juin 2024", 1, 0)
        nights.load(1, opening=False, young_patches=[anna, late])
        load_progress(connection)
        assert answer(nights.url, "objectives")[0][:5] == (day(2), 2024, "Juin 2024", 2, 0)
        erase_requested(nights.context, YOUNG, [ANNA], connection)
    assert answer(nights.url, "objectives")[0][:5] == (day(2), 2024, "Juin 2024", 1, 0)


def test_a_file_takes_the_place_of_the_collection(nights, tmp_path):
    file = tmp_path / "objectives.csv"
    file.write_text("cohort;department;max\nJuin 2023;Ain;3\n", encoding="utf-8")
    source = nights.source(
        inscriptiongoals=GOALS, cohorts=[{"name": "Juin 2023", "objectifLevel": "regional"}]
    )
    with connect(nights.url) as connection:
        load_objectives(nights.context, source, None, connection)
        load_objectives(nights.context, source, file, connection)
    held = "SELECT cohort, department, region, year, level, objective FROM analytics.objective"
    assert rows(nights.url, held) == [
        ("Juin 2023", "Ain", "Auvergne-Rhône-Alpes", 2023, "regional", 3)
    ]
