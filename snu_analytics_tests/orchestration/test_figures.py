"""The flows, the pool and the objectives as Dagster runs them."""

from datetime import date, timedelta

import dagster as dg
import pytest

from snu_analytics.days import DayRange, paris_today
from snu_analytics.figures.pool import Balance, Difference, Explained
from snu_analytics.orchestration.check_warnings import warning_sentences
from snu_analytics.orchestration.objectives import objectives_asset
from snu_analytics.orchestration.partitions import daily_partitions
from snu_analytics.orchestration.pool import balances_result, difference_metadata, pool_asset
from snu_analytics.orchestration.runs import run_days
from snu_analytics_tests.fixtures.histories import (
    CATALOGUE,
    add,
    document,
    patch,
    replace,
    write_dump,
)
from snu_analytics_tests.fixtures.pipeline import rows

REF = "60c000000000000000000001"
FIRST = date(2021, 6, 18)
DAYS = DayRange(FIRST, FIRST + timedelta(days=1))
HISTORY = [
    patch("2021-06-18T10:00", add("/status", "IN_PROGRESS"), add("/department", "Ain"), ref=REF),
    patch("2021-06-19T10:00", replace("/status", "IN_PROGRESS", "VALIDATED"), ref=REF),
]
OLDER = document("55a000000000000000000001", status="REFUSED")
GOALS: list[dict] = [{"cohort": "2021", "department": "Ain", "max": 2}, {"department": "Atlantide"}]


@pytest.fixture
def defs(definitions, tmp_path):
    youngs = [OLDER, document(REF, status="VALIDATED", department="Ain")]
    url = write_dump(
        tmp_path / "dump", youngs=youngs, young_patches=HISTORY, inscriptiongoals=GOALS
    )
    return definitions(url)


def metadata(instance, asset: str, day: date) -> dict:
    event = instance.get_latest_data_version_record(
        dg.AssetKey(["figures", asset]), partition_key=str(day)
    )
    shown = event.event_log_entry.dagster_event.step_materialization_data.materialization.metadata
    return {
        name: value.records if isinstance(value, dg.TableMetadataValue) else value.value
        for name, value in shown.items()
    }


def test_the_first_partition_counts_who_was_there_before(instance, defs, warehouse_url):
    outcome = run_days(instance, defs, DAYS)
    assert outcome.faults == ()
    assert warning_sentences(outcome.warnings) == [
        "figures/objectives: check objectives_complete failed"
    ]
    assert rows(
        warehouse_url,
        "SELECT day::text, status, entries, exits FROM analytics.pool_movement "
        "WHERE entity = 'young' ORDER BY day, status",
    ) == [
        ("2021-06-17", "REFUSED", 1, 0),
        ("2021-06-18", "IN_PROGRESS", 1, 0),
        ("2021-06-19", "IN_PROGRESS", 0, 1),
        ("2021-06-19", "VALIDATED", 1, 0),
    ]
    shown = metadata(instance, "pool", DAYS.last)
    assert {n: shown[n] for n in ("young_entries", "young_exits", "application_entries")} == {
        "young_entries": 1,
        "young_exits": 1,
        "application_entries": 0,
    }
    assert rows(warehouse_url, "SELECT department, objective FROM analytics.objective") == [
        ("Ain", 2)
    ]


def test_a_day_shows_its_stock_and_what_was_achieved(instance, defs):
    assert run_days(instance, defs, DayRange(FIRST, FIRST)).ok
    picture = "](data:image/png;base64,"
    assert picture in metadata(instance, "pool", FIRST)["young_stock"]
    flows = metadata(instance, "flows", FIRST)
    assert picture in flows["inscription_per_day"]
    assert flows["events_counted"] == 1
    shown = metadata(instance, "objectives", FIRST)
    assert picture in shown["achieved_of_objectives"]
    assert (shown["rows"], shown["objective"], shown["reached"]) == (1, 2, 0)
    assert [record.data for record in shown["missing"]] == [
        {"cohort": "2021", "missing": "nobody of this cohort is validated yet", "rows": 1}
    ]


def test_movements_that_do_not_balance_are_an_error_and_a_stock_below_nothing_a_warning():
    wrong = balances_result({"young": Balance([FIRST], [], [], True)})
    assert (wrong.passed, wrong.severity) == (False, dg.AssetCheckSeverity.ERROR)
    below = balances_result(
        {
            "young": Balance([], [FIRST], ["VALIDATED"], True),
            "application": Balance([], [], [], False),
        }
    )
    assert (below.passed, below.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert below.metadata["days"].value == "2021-06-18"
    assert below.metadata["other_than_recounted"].value == "young VALIDATED"
    assert below.metadata["incomplete"].value == "application"


def test_the_last_partition_is_held_against_the_source(instance, defs, warehouse_url):
    yesterday = paris_today() - timedelta(days=1)
    outcome = run_days(instance, defs, DayRange(yesterday, yesterday))
    assert outcome.faults == ()
    records = metadata(instance, "pool", yesterday)["young_against_the_source"]
    assert [record.data for record in records] == [
        {"status": status, "closing": 0, "live": 1, "difference": 1}
        for status in ("REFUSED", "VALIDATED")
    ]
    assert rows(
        warehouse_url, "SELECT DISTINCT day, entity FROM analytics.pool_difference ORDER BY 2"
    ) == [(yesterday, "young")]


def test_a_difference_names_its_possible_causes():
    differences = [Difference("VALIDATED", 10, 12), Difference(None, 0, 1)]
    shown = difference_metadata("young", Explained(differences, 2, date(2024, 3, 1), 4))
    assert [tuple(r.data.values()) for r in shown["young_against_the_source"].records] == [
        ("VALIDATED", 10, 12, 2),
        (None, 0, 1, 1),
    ]
    assert shown["young_differences_explained"] == (
        "Documents whose status was written without a patch: 2 (audit of 2024-03). "
        "Subjects erased so far: 4. Changes since midnight are in the source alone."
    )


def test_flows_come_after_the_figures_the_pool_after_events_and_objectives_after_the_pool(
    instance, defs
):
    deps = {
        spec.key.path[1]: {dep.asset_key.to_user_string() for dep in spec.deps}
        for spec in defs.resolve_all_asset_specs()
        if spec.key.path[0] == "figures"
    }
    figures = [entity for entity in CATALOGUE.entities.values() if entity.figures]
    assert deps == {
        "flows": {f"{entity.name}/daily_aggregates" for entity in figures},
        "pool": {"young/anonymized_events", "application/anonymized_events"},
        "objectives": {"figures/pool"},
        "projections": {"young/daily_aggregates", "figures/objectives"},
    }


def test_the_check_of_the_pool_blocks_and_that_of_the_objectives_does_not():
    partitions = daily_partitions(FIRST)
    assets = [pool_asset(CATALOGUE, partitions), objectives_asset(partitions)]
    assert [[(s.name, s.blocking) for s in asset.check_specs] for asset in assets] == [
        [("pool_balances", True)],
        [("objectives_complete", False)],
    ]


def test_assets_with_nothing_to_do_for_want_of_a_collection_say_so(instance, definitions, tmp_path):
    url = write_dump(tmp_path / "dump", young_patches=HISTORY)
    for name in ("missionequivalences", "missionequivalence_patches"):
        (tmp_path / "dump" / f"{name}.bson").unlink()
    assert run_days(instance, definitions(url), DayRange(FIRST, FIRST)).faults == ()

    def said(*path: str) -> str:
        event = instance.get_latest_materialization_event(dg.AssetKey(path))
        return event.asset_materialization.metadata["nothing_to_do"].value

    assert said("mission_equivalence", "raw_patches") == (
        "the source has no collection missionequivalences and missionequivalence_patches"
    )
    assert said("mission_equivalence", "anonymized_events") == (
        "no change on these days, see mission_equivalence/raw_patches"
    )
    assert said("figures", "objectives").startswith("no objectives: the source has no collection")
