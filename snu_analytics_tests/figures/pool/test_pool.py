"""The pool on literal histories: exact movements, stocks and waiting times."""

from datetime import date, timedelta

import pytest

from snu_analytics.days import DayRange
from snu_analytics.errors import WarehouseError
from snu_analytics.figures.pool import closing_stock, compare_live, load_pool, recount
from snu_analytics.privacy import erase_requested
from snu_analytics_tests.figures.pool.literal import (
    ANNA,
    BORIS,
    CLAIRE,
    OLD,
    START,
    answer,
    balanced,
    created,
    day,
    load,
    moved,
    movements,
    stock,
)
from snu_analytics_tests.fixtures.histories import APPLICATION, YOUNG, add, document, patch, replace
from snu_analytics_tests.fixtures.postgres import execute

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


def test_opening_and_entries_less_exits_are_the_closing_of_each_status(world):
    load(world, 1, 2, 3, young_patches=HISTORY)
    assert stock(world, 1, 3) == STOCKS
    assert stock(world, 3, 3) == STOCKS[3:]


@pytest.mark.parametrize("order", [(3, 2, 1), (2, 3, 1), (1, 2, 3, 1, 2, 3)])
def test_days_are_loaded_in_any_order_and_again(world, order):
    load(world, *order, young_patches=HISTORY)
    assert stock(world, 1, 3) == STOCKS


@pytest.mark.parametrize(("by", "group"), [("department", "Paris"), ("source", None)])
def test_a_group_has_the_stocks_of_its_own(world, by, group):
    load(world, 1, 2, 3, young_patches=HISTORY)
    assert stock(world, 1, 3, by) == [(*row[:2], group, *row[2:]) for row in STOCKS]
    assert answer(world, "pool", by, first=day(1), last=day(3)) == [
        (day(number), group, "young", status, *counts) for number, status, *counts in STOCKS
    ]


def test_without_days_the_question_tells_the_last_day_that_is_known(world):
    load(world, 1, 2, young_patches=HISTORY)
    last = [
        (day(2), "young", "IN_PROGRESS", 2, 0, 1, 1),
        (day(2), "young", "WAITING_VALIDATION", 0, 1, 0, 1),
    ]
    assert answer(world, "pool") == last
    load(world, 1, 2, 4, young_patches=HISTORY)
    assert answer(world, "pool") == last


def test_the_question_begins_a_campaign_with_the_stock_of_the_one_before(world):
    load(world, 1, 2, 3, young_patches=HISTORY)
    for table in ("pool_movement", "pool_load"):
        # The campaign of 2024 ends between the second and the third day.
        later = f"UPDATE analytics.{table} SET day = day + (date '2024-08-30' - date '{START}')"
        execute(world.url, later)
    assert answer(world, "pool", first=date(2024, 9, 1)) == [
        (date(2024, 9, 1), "young", *row[1:]) for row in STOCKS[3:]
    ]


def test_a_move_to_another_department_leaves_one_cell_and_enters_another(world):
    change = patch(
        "2024-03-02T10:00",
        replace("/department", "Paris", "Ain"),
        replace("/region", "Île-de-France", "Auvergne-Rhône-Alpes"),
        ref=ANNA,
    )
    load(world, 1, 2, young_patches=[created("2024-03-01T10:00", ANNA), change])
    assert movements(world) == [
        (1, "IN_PROGRESS", "Paris", 1, 0),
        (2, "IN_PROGRESS", "Ain", 1, 0),
        (2, "IN_PROGRESS", "Paris", 0, 1),
    ]
    assert stock(world, 2, 2, "region") == [
        (2, "IN_PROGRESS", "Auvergne-Rhône-Alpes", 0, 1, 0, 1),
        (2, "IN_PROGRESS", "Île-de-France", 1, 0, 1, 0),
    ]


def test_a_change_that_stays_in_its_cell_moves_nothing(world):
    step = patch("2024-03-02T10:00", add("/inscriptionStep2023", "DONE"), ref=ANNA)
    load(world, 1, 2, young_patches=[created("2024-03-01T10:00", ANNA), step])
    assert movements(world) == [(1, "IN_PROGRESS", "Paris", 1, 0)]


def test_several_changes_of_one_day_each_count(world):
    there = moved("2024-03-01T11:00", ANNA, "IN_PROGRESS", "WAITING_VALIDATION")
    back = moved("2024-03-01T12:00", ANNA, "WAITING_VALIDATION", "IN_PROGRESS")
    load(world, 1, young_patches=[created("2024-03-01T10:00", ANNA), there, back])
    assert movements(world) == [
        (1, "IN_PROGRESS", "Paris", 2, 1),
        (1, "WAITING_VALIDATION", "Paris", 1, 1),
    ]


def test_a_change_that_is_no_event_leaves_its_subject_where_it_was(world):
    later = [
        patch("2024-03-02T10:00", replace("/gender", "female", "male"), ref=ANNA),
        moved("2024-03-03T10:00", ANNA, "IN_PROGRESS", "VALIDATED"),
    ]
    load(world, 1, 2, 3, young_patches=[created("2024-03-01T10:00", ANNA), *later])
    assert stock(world, 2, 3, "gender") == [
        (2, "IN_PROGRESS", "female", 1, 0, 0, 1),
        (3, "IN_PROGRESS", "female", 1, 0, 0, 1),
        (3, "IN_PROGRESS", "male", 0, 0, 1, -1),
        (3, "VALIDATED", "male", 0, 1, 0, 1),
    ]


def test_an_application_has_the_region_of_the_department_copied_into_it(world):
    ops = [add("/status", "WAITING_VALIDATION"), add("/youngDepartment", "Ain")]
    ops.append(add("/youngCohort", "Juin 2023"))
    load(world, 1, application_patches=[patch("2024-03-01T10:00", *ops, ref=CLAIRE)])
    groups = {
        "gender": None,
        "region": "Auvergne-Rhône-Alpes",
        "department": "Ain",
        "cohort": "Juin 2023",
        "source": None,
    }
    for by, group in groups.items():
        assert stock(world, 1, 1, by, entity=APPLICATION) == [
            (1, "WAITING_VALIDATION", group, 0, 1, 0, 1)
        ]


def test_the_opening_stock_is_who_was_there_at_that_midnight_in_paris(world):
    unborn = document(BORIS, status="VALIDATED", createdAt=day(2).strftime("%Y-%m-%dT10:00:00Z"))
    older = document("55a000000000000000000001", status="REFUSED", department="Ain")
    load(world, 1, 2, youngs=[unborn, older], young_patches=OLD)
    assert stock(world, 1, 2) == [
        (1, "REFUSED", 1, 0, 0, 1),
        (1, "VALIDATED", 1, 0, 1, 0),
        (1, "WITHDRAWN", 0, 1, 0, 1),
        (2, "REFUSED", 1, 0, 0, 1),
        (2, "VALIDATED", 0, 1, 0, 1),
        (2, "WITHDRAWN", 1, 0, 0, 1),
    ]
    assert balanced(world, 1, 2) == ([], [], [], True)


def test_without_the_first_partition_stocks_are_not_known(world):
    load(world, 1, 2, opening=False, young_patches=HISTORY)
    assert stock(world, 1, 2) == []
    assert balanced(world, 1, 2) == ([], [], [], False)


def test_after_a_day_that_was_not_counted_stocks_are_not_known(world):
    load(world, 1, 3, young_patches=HISTORY)
    assert stock(world, 1, 3) == STOCKS[:1]
    load(world, 2, opening=False, young_patches=HISTORY)
    assert stock(world, 1, 3) == STOCKS


def test_the_opening_stock_counted_again_replaces_the_former(world):
    load(world, 1, young_patches=OLD)
    load(world, opening=True, young_patches=OLD[:1])
    assert world.rows(
        "SELECT day, status, entries FROM analytics.pool_movement WHERE day < %s",
        START,
    ) == [(START - timedelta(days=1), "IN_PROGRESS", 1)]


def test_a_day_whose_events_were_never_loaded_names_the_asset(world):
    with world.connect() as connection, pytest.raises(WarehouseError) as error:
        load_pool(YOUNG, DayRange(day(1), day(1)), connection)
    assert str(error.value) == (
        "analytics.young_event holds no load of 2024-03-01: materialise young/anonymized_events "
        "for that day first"
    )


def test_movements_that_are_not_those_of_the_events_do_not_balance(world):
    load(world, 1, 2, 3, young_patches=HISTORY)
    with world.connect() as connection:
        connection.execute(
            "UPDATE analytics.pool_movement SET department = 'Ain' WHERE day = '2024-03-02' "
            "AND status = 'WAITING_VALIDATION'"
        )
    balance = balanced(world, 1, 3)
    assert (balance.unbalanced, balance.negative) == ([day(2)], [day(3)])


def test_a_history_that_changed_since_its_day_was_loaded_falls_below_nothing(world):
    load(world, 1, 2, young_patches=HISTORY)
    late = moved("2024-03-02T11:00", ANNA, "WAITING_VALIDATION", "REFUSED")
    after = moved("2024-03-03T12:00", ANNA, "REFUSED", "VALIDATED")
    load(world, 3, opening=False, young_patches=[*HISTORY[:3], late, after])
    balance = balanced(world, 3, 3)
    assert balance == ([], [day(3)], ["REFUSED", "WAITING_VALIDATION"], True)
    load(world, 2, opening=False, young_patches=[*HISTORY[:3], late, after])
    assert balanced(world, 2, 3) == ([], [], [], True)


def test_a_soft_delete_that_takes_the_source_away_stays_above_nothing(world):
    load(world, 1, young_patches=[created("2024-03-01T10:00", ANNA, source="CLE")])
    cut = [
        created("2024-03-01T10:00", ANNA),
        moved("2024-03-02T10:00", ANNA, "IN_PROGRESS", "DELETED"),
    ]
    gone = document(ANNA, status="DELETED", gender="female", department="Paris")
    load(world, 2, opening=False, youngs=[gone | {"region": "Île-de-France"}], young_patches=cut)
    assert balanced(world, 1, 2) == ([], [], [], True)
    assert stock(world, 2, 2) == [(2, "DELETED", 0, 1, 0, 1), (2, "IN_PROGRESS", 1, 0, 1, 0)]


def test_whoever_is_erased_leaves_the_movements_of_all_days(world):
    load(world, 1, 2, 3, young_patches=HISTORY)
    with world.connect() as connection:
        erase_requested(world.context, YOUNG, [ANNA], connection)
    assert stock(world, 1, 3) == [
        (1, "IN_PROGRESS", 0, 1, 0, 1),
        (2, "IN_PROGRESS", 1, 0, 0, 1),
        (3, "ABANDONED", 0, 1, 0, 1),
        (3, "IN_PROGRESS", 1, 0, 1, 0),
    ]


def test_whoever_is_erased_leaves_the_opening_stock_as_well(world):
    other = created("2024-01-11T10:00", BORIS, cohort="Juin 2023")
    same = [moved("2024-02-20T22:59", BORIS, "IN_PROGRESS", "VALIDATED")]
    load(world, 1, young_patches=[*OLD, other, *same])
    assert stock(world, 1, 1)[0] == (1, "VALIDATED", 2, 0, 1, 1)
    with world.connect() as connection:
        erase_requested(world.context, YOUNG, [ANNA], connection)
    assert stock(world, 1, 1) == [(1, "VALIDATED", 1, 0, 0, 1)]


def test_the_opening_applications_of_whoever_is_erased_leave_too(world):
    ops = [add("/status", "WAITING_VALIDATION"), add("/youngDepartment", "Ain")]
    applications = [
        patch("2024-01-10T10:00", *ops, add("/youngId", ANNA), ref=CLAIRE),
        moved("2024-03-01T10:00", CLAIRE, "WAITING_VALIDATION", "VALIDATED"),
    ]
    load(world, 1, application_patches=applications)
    assert stock(world, 1, 1, entity=APPLICATION) == [
        (1, "VALIDATED", 0, 1, 0, 1),
        (1, "WAITING_VALIDATION", 1, 0, 1, 0),
    ]
    with world.connect() as connection:
        erase_requested(world.context, YOUNG, [ANNA], connection)
    assert stock(world, 1, 1, entity=APPLICATION) == []


def test_whoever_was_erased_is_not_in_an_opening_stock_counted_anew(world):
    load(world, 1, young_patches=OLD)
    with world.connect() as connection:
        erase_requested(world.context, YOUNG, [ANNA], connection)
    load(world, 1, young_patches=OLD)
    assert stock(world, 1, 1) == []


def test_a_recount_by_the_latest_events_finds_the_same_stock(world):
    load(world, 1, 2, 3, youngs=[document(CLAIRE[:-1] + "d")], young_patches=[*OLD, *HISTORY[1:2]])
    with world.connect() as connection:
        assert recount(YOUNG, day(3), connection) == dict(
            closing_stock(connection, "young", day(3))
        )


def test_the_last_of_two_changes_of_one_instant_is_the_latest(world):
    twice = [
        moved("2024-03-02T10:00", ANNA, "IN_PROGRESS", "WAITING_VALIDATION"),
        moved("2024-03-02T10:00", ANNA, "WAITING_VALIDATION", "ABANDONED"),
    ]
    load(world, 1, 2, young_patches=[created("2024-03-01T10:00", ANNA), *twice])
    assert world.rows(
        "SELECT to_value, event_order FROM analytics.young_event ORDER BY event_date, event_order",
    ) == [("IN_PROGRESS", 1), ("WAITING_VALIDATION", 1), ("ABANDONED", 2)]
    with world.connect() as connection:
        assert recount(YOUNG, day(2), connection) == {"ABANDONED": 1}


def test_the_stock_is_held_against_the_source_and_what_differs_is_explained(world):
    load(world, 1, 2, 3, young_patches=HISTORY)
    unrecorded = [document(ANNA, status="WITHDRAWN"), document(BORIS, status="PONY")]
    world.hold(youngs=unrecorded, young_patches=HISTORY)
    with world.source() as source, world.connect() as connection:
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
        comparison = compare_live(world.context, YOUNG, day(3), source, connection)
    expected = [("ABANDONED", 1, 0), ("OTHER", 0, 1), ("VALIDATED", 1, 0), ("WITHDRAWN", 0, 1)]
    assert comparison == (expected, 2, day(1), 4)
    stored = "SELECT status, closing, live FROM analytics.pool_difference ORDER BY status"
    assert world.rows(stored) == expected
