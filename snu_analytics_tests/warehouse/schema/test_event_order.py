"""A literal event table of before `event_order`, upgraded with its rows."""

import psycopg
import pytest

from snu_analytics.catalogue import load_catalogue
from snu_analytics.errors import WarehouseError
from snu_analytics_tests.fixtures.postgres import execute
from snu_analytics_tests.fixtures.warehouse import migrate, pending_changes
from snu_analytics_tests.warehouse.lines import rows

CATALOGUE = load_catalogue()

FORMER = """
    CREATE SCHEMA analytics;
    CREATE TABLE analytics.young_event (
        event_id uuid PRIMARY KEY, change_id uuid NOT NULL, subject_id uuid NOT NULL,
        event_date date NOT NULL, event_at timestamptz NOT NULL, phase text NOT NULL,
        event_name text NOT NULL, field text, from_value text, to_value text,
        state_before jsonb NOT NULL, state_after jsonb NOT NULL, quality text NOT NULL,
        doubts_before jsonb, doubts_after jsonb, change_order smallint, key_id text
    );
    CREATE INDEX young_event_subject_id_event_at_idx
        ON analytics.young_event (subject_id, event_at);
    CREATE VIEW analytics.inscriptions_waiting AS SELECT event_at FROM analytics.young_event;
    COMMENT ON RULE "_RETURN" ON analytics.inscriptions_waiting IS 'snu_analytics former digest'
"""

ANNA, BORIS = "0" * 31 + "a", "0" * 31 + "b"
CLASSE = "8c9a4c1e-0000-4000-8000-1234567890ab"
STATE = '{"status": "VALIDATED", "createdAt": "2024-03-01", "lastStatusAt": "2024-03-01"%s}'
IN_CLASS = STATE % f', "classeId": "{CLASSE}", "sessionPhase1Id": ""'

# Number of event and of change, subject, instant (UTC), change_order.
CHANGES = [
    (9, 1, ANNA, "2024-03-01 10:00", 1),
    (8, 1, ANNA, "2024-03-01 10:00", 1),
    (7, 2, ANNA, "2024-03-01 10:00", 2),
    (6, 3, ANNA, "2024-03-01 11:00", None),
    (5, 4, ANNA, "2024-03-01 11:00", None),
    (4, 5, ANNA, "2024-03-02 09:00", 1),
    (3, 6, BORIS, "2024-03-01 12:00", 1),
]


@pytest.fixture
def former_url(empty_database_url):
    """The url of a database of a former version, its rows in the order of their instants."""
    execute(empty_database_url, FORMER)
    with psycopg.connect(empty_database_url) as connection:
        connection.cursor().executemany(
            "INSERT INTO analytics.young_event VALUES (%s, %s, %s, left(%s, 10)::date, %s, "
            "'inscription', 'inscription_validated', 'status', NULL, 'VALIDATED', %s, %s, "
            """'recorded', NULL, '{"createdAt": "inferred"}', %s, 'first')""",
            [
                (f"{event:032}", f"{change:032}", who, at, f"{at}+00", STATE % "", state, order)
                for event, change, who, at, order in CHANGES
                for state in [IN_CLASS if who == BORIS else STATE % ""]
            ],
        )
    return empty_database_url


def test_the_order_of_a_subjects_changes_takes_the_place_of_their_instants(former_url):
    migrate(former_url, CATALOGUE)
    assert rows(
        former_url,
        "SELECT right(event_id::text, 1)::int, event_date::text, event_order "
        "FROM analytics.young_event ORDER BY event_date, subject_id, event_order, event_id DESC",
    ) == [
        (9, "2024-03-01", 1),
        (8, "2024-03-01", 1),
        (7, "2024-03-01", 2),
        (6, "2024-03-01", 3),
        (5, "2024-03-01", 4),
        (3, "2024-03-01", 1),
        (4, "2024-03-02", 1),
    ]


def test_no_column_of_instants_and_no_dead_row_is_left(former_url):
    (before,) = rows(former_url, "SELECT pg_relation_filenode('analytics.young_event')")
    migrate(former_url, CATALOGUE)
    assert (
        rows(
            former_url,
            "SELECT attname FROM pg_attribute WHERE attrelid = 'analytics.young_event'::regclass "
            "AND attname IN ('event_at', 'change_order')",
        )
        == []
    )
    assert rows(former_url, "SELECT pg_relation_filenode('analytics.young_event')") != [before]
    places = "SELECT right(event_id::text, 1)::int, ctid::text FROM analytics.young_event"
    assert rows(former_url, f"{places} ORDER BY ctid") == [
        (number, f"(0,{number - 2})") for number in (3, 4, 5, 6, 7, 8, 9)
    ]


def test_the_states_lose_what_columns_show_and_memberships_move(former_url):
    migrate(former_url, CATALOGUE)
    assert rows(
        former_url,
        "SELECT DISTINCT state_before, state_after, doubts_after FROM analytics.young_event",
    ) == [({"status": "VALIDATED"}, {"status": "VALIDATED"}, None)]
    assert rows(
        former_url,
        "SELECT right(event_id::text, 1)::int, replace(subject_id::text, '-', ''), "
        "event_date::text, classe_id::text, etablissement_id, session_phase1_id, key_id "
        "FROM analytics.young_membership",
    ) == [(3, BORIS, "2024-03-01", CLASSE, None, None, "first")]


def test_the_report_names_what_was_done_and_a_second_migration_does_nothing(former_url):
    pending = pending_changes(former_url, CATALOGUE)
    done = migrate(former_url, CATALOGUE)
    assert [change.subject for change in done] == [change.subject for change in pending]
    sentences = [change.sentence for change in done]
    assert (
        "table analytics.young_event is written anew, by event_id: event_order takes the place of "
        "event_at and change_order; its states are without inscriptionDoneDate, lastStatusAt, "
        "statusPhase2OpenedAt, createdAt, deletedAt, classeId, etablissementId, sessionPhase1Id"
    ) in sentences
    assert "table analytics.young_membership is created, filled from the states" in sentences
    assert migrate(former_url, CATALOGUE) == []


def test_a_view_of_others_on_the_instants_is_named_and_nothing_is_done(former_url):
    execute(former_url, "CREATE VIEW public.hours AS SELECT event_at FROM analytics.young_event")
    with pytest.raises(WarehouseError, match=r"DROP VIEW hours;"):
        migrate(former_url, CATALOGUE)
    assert rows(former_url, "SELECT count(*), min(event_at)::text FROM analytics.young_event") == [
        (7, "2024-03-01 10:00:00+00")
    ]
