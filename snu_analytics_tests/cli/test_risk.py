"""The command `risk` as a person types it."""

import json

import pytest
from click.testing import CliRunner, Result

from snu_analytics.cli.main import main
from snu_analytics_tests.fixtures.pipeline import rows
from snu_analytics_tests.fixtures.postgres import execute
from snu_analytics_tests.privacy.risk_rows import insert_event


@pytest.fixture
def url(monkeypatch, warehouse_url) -> str:
    """A warehouse with three persons, two of them alike."""
    for person, gender in enumerate(("female", "female", "male")):
        insert_event(warehouse_url, person, gender=gender, status="VALIDATED")
    monkeypatch.setenv("SNU_WAREHOUSE_URL", warehouse_url)
    monkeypatch.setenv("COLUMNS", "160")
    return warehouse_url


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["risk", *arguments])


def lines(result: Result) -> list[str]:
    return [" ".join(line.split()) for line in result.output.splitlines()]


def test_each_measure_is_printed_with_what_it_tells(url):
    result = run("--entity", "young")
    assert "analytics.young_event, by person" in lines(result)
    words = " ".join(result.output.split())
    assert "k 1 the smallest group: nobody is hidden among fewer (k-anonymity)" in words
    assert "unique_share 33.33% share of persons alone in their group" in lines(result)
    assert result.exit_code == 0


def test_what_each_column_adds_and_tells_is_printed_by_column(url):
    printed = lines(run("--entity", "young"))
    assert "column unique_share_alone unique_share_without unique_share_added" in printed
    assert "gender 33.33% 0.00% 33.33%" in printed
    assert "status 1 100.00% 100.00% 1" in printed


def test_it_ends_with_a_verdict_of_five_sentences(url):
    words = " ".join(run().output.split())
    assert "1. analytics.young_event is pseudonymised personal data, not anonymous" in words
    assert words.endswith(
        "5. Age groups, regions and months would leave 33.3% of the rows to one person: coarser "
        "columns alone make no anonymous table. Hand out `published` alone, which shows no count "
        "below 11."
    )


def test_the_report_is_kept(url):
    run()
    assert rows(
        url,
        "SELECT relation, value::int FROM analytics.risk_report "
        "WHERE unit = 'person' AND measure = 'rows' ORDER BY 1",
    ) == [
        ("analytics.application_event", 0),
        ("analytics.mission_equivalence_event", 0),
        ("analytics.young_event", 3),
    ]


def test_json_is_for_programs(url):
    measures = json.loads(run("--entity", "young", "--format", "json").stdout)
    (share,) = [
        line for line in measures if (line["unit"], line["measure"]) == ("person", "unique_share")
    ]
    assert set(share) == {"measured_on", "relation", "unit", "measure", "column_name", "value"}
    assert (share["relation"], share["value"]) == ("analytics.young_event", 0.333333)


def test_a_small_count_published_is_told_and_ends_with_1(url):
    execute(url, "CREATE TABLE published.counts AS SELECT 4 AS value")
    result = run()
    assert "published.counts shows a count of 4: less than 11 must be masked" in lines(result)
    assert result.exit_code == 1


def test_an_entity_that_is_not_about_persons_is_refused(url):
    result = run("--entity", "mission")
    assert "'mission' is not one of 'young', 'application', 'mission_equivalence'" in result.output
    assert result.exit_code == 2


def test_a_warehouse_that_was_not_migrated_is_told(monkeypatch, empty_database_url):
    monkeypatch.setenv("SNU_WAREHOUSE_URL", empty_database_url)
    result = run()
    assert "run `snu-analytics migrate`" in " ".join(result.output.split())
    assert result.exit_code == 2
