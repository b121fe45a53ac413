import dataclasses
import threading

import psycopg
import pytest

from snu_analytics.catalogue import Column, load_catalogue
from snu_analytics.errors import WarehouseUnavailable
from snu_analytics.warehouse import Change, claimed_key, connect
from snu_analytics_tests.fixtures.postgres import execute
from snu_analytics_tests.fixtures.warehouse import migrate, pending_changes
from snu_analytics_tests.warehouse.lines import event, load, load_day, rows, until

CATALOGUE = load_catalogue()


def with_columns(**columns: Column):
    """The catalogue with other key columns of the young."""
    young = CATALOGUE.entities["young"].model_copy(update={"columns": columns})
    return dataclasses.replace(CATALOGUE, entities={**CATALOGUE.entities, "young": young})


KEYS = CATALOGUE.entities["young"].columns
ONE_MORE = with_columns(**KEYS, jdc=Column(field="jdc"))
ONE_LESS = with_columns(**{name: column for name, column in KEYS.items() if name != "grade"})


def test_the_first_migration_lists_each_table(empty_database_url):
    changes = migrate(empty_database_url, CATALOGUE)
    created = [c.subject for c in changes if c.kind == "created"]
    assert [subject for subject in created if subject.startswith("table ")] == [
        "table analytics.alert_due",
        "table analytics.application_event",
        "table analytics.audited_day",
        "table analytics.classe_event",
        "table analytics.classe_membership",
        "table analytics.closed_count",
        "table analytics.daily_figure",
        "table analytics.day_load",
        "table analytics.erased_subject",
        "table analytics.erasure_due",
        "table analytics.erasure_log",
        "table analytics.flow",
        "table analytics.frozen_month",
        "table analytics.history_audit",
        "table analytics.mission_equivalence_event",
        "table analytics.mission_event",
        "table analytics.named_lock",
        "table analytics.objective",
        "table analytics.objective_progress",
        "table analytics.open_failure",
        "table analytics.pool_difference",
        "table analytics.pool_load",
        "table analytics.pool_movement",
        "table analytics.projection",
        "table analytics.pseudonym_key",
        "table analytics.quarantine",
        "table analytics.risk_report",
        "table analytics.structure_event",
        "table analytics.watch",
        "table analytics.withheld",
        "table analytics.young_event",
        "table analytics.young_membership",
        "table published.breakdown",
        "table published.campaign_revision",
        "table published.closed_month",
        "table published.daily_total",
        "table published.dim_calendar",
        "table published.dim_cohort",
        "table published.dim_figure",
        "table published.dim_region",
        "table published.dim_status",
        "table published.revised_cell",
        "table published.dim_department",
    ]


def test_a_second_migration_changes_nothing(empty_database_url):
    migrate(empty_database_url, CATALOGUE)
    assert migrate(empty_database_url, CATALOGUE) == []


OLD_TABLES = """
    CREATE TABLE published.daily (day date, phase text, figure text, value integer);
    CREATE TABLE published.publication (period date, published_at timestamptz);
    CREATE TABLE analytics.publication_input (period date, digest text);
    INSERT INTO published.daily VALUES ('2024-05-13', 'inscription', 'created', 30);
"""


def test_tables_that_nobody_fills_are_dropped_and_their_copies_void(warehouse_url):
    execute(warehouse_url, OLD_TABLES)
    changes = [c for c in migrate(warehouse_url, CATALOGUE) if c.subject.startswith("table ")]
    assert [change.subject for change in changes] == [
        "table published.daily",
        "table published.publication",
        "table analytics.publication_input",
    ]
    assert "readers' copies of it are void" in changes[0].sentence
    assert rows(warehouse_url, "SELECT to_regclass('published.daily')::text") == [(None,)]
    assert migrate(warehouse_url, CATALOGUE) == []


def test_an_old_table_under_somebodys_view_is_left_and_named(warehouse_url):
    execute(warehouse_url, OLD_TABLES + "CREATE VIEW mine AS SELECT * FROM published.daily")
    changes = {change.subject: change.kind for change in migrate(warehouse_url, CATALOGUE)}
    assert changes["table published.daily"] == "left"
    assert changes["table published.publication"] == "changed"
    assert rows(warehouse_url, "SELECT value FROM mine") == [(30,)]


def test_pending_changes_are_listed_and_not_done(empty_database_url):
    pending = pending_changes(empty_database_url, CATALOGUE)
    assert rows(empty_database_url, "SELECT to_regnamespace('analytics')::text") == [(None,)]
    assert migrate(empty_database_url, CATALOGUE) == pending


def test_one_more_key_column_is_one_change(warehouse_url):
    assert migrate(warehouse_url, ONE_MORE) == [
        Change(
            "created",
            "column analytics.young_event.jdc",
            "column analytics.young_event.jdc is added",
        )
    ]
    assert rows(
        warehouse_url,
        "SELECT pg_typeof(jdc)::text FROM analytics.young_event RIGHT JOIN (SELECT 1) o ON true",
    ) == [("text",)]
    assert migrate(warehouse_url, ONE_MORE) == []


def test_a_new_column_on_a_table_with_rows_asks_for_a_backfill(warehouse_url):
    load_day(warehouse_url, event(1))
    (change,) = migrate(warehouse_url, ONE_MORE)
    assert change.sentence == (
        "column analytics.young_event.jdc is added, "
        "null in the rows that are there: a backfill of their days fills it"
    )


def test_a_warehouse_of_before_key_ids_is_upgraded_with_its_rows(warehouse_url):
    with connect(warehouse_url) as connection, claimed_key(connection, "first"):
        load(connection, event(1))
    for statement in (
        "ALTER TABLE analytics.young_event DROP COLUMN key_id",
        "ALTER TABLE analytics.quarantine DROP COLUMN key_id",
        "ALTER TABLE analytics.day_load DROP COLUMN key_id",
        "ALTER TABLE analytics.audited_day DROP COLUMN key_id",
        "ALTER TABLE analytics.pseudonym_key DROP COLUMN state",
    ):
        execute(warehouse_url, statement)
    assert [(c.kind, c.subject) for c in migrate(warehouse_url, CATALOGUE)] == [
        ("created", "column analytics.audited_day.key_id"),
        ("created", "column analytics.day_load.key_id"),
        ("created", "column analytics.pseudonym_key.state"),
        ("changed", "index analytics.pseudonym_key_one_in_use"),
        ("created", "column analytics.quarantine.key_id"),
        ("created", "column analytics.young_event.key_id"),
    ]
    assert migrate(warehouse_url, CATALOGUE) == []
    assert rows(warehouse_url, "SELECT fingerprint, state FROM analytics.pseudonym_key") == [
        ("first", "current")
    ]
    assert rows(warehouse_url, "SELECT key_id FROM analytics.young_event") == [(None,)]


def test_days_found_by_audits_of_a_former_version_become_audited_days(warehouse_url):
    execute(
        warehouse_url,
        "INSERT INTO analytics.audited_day VALUES ('young', '2024-03-01', 7, 'digest', 'first')",
    )
    execute(warehouse_url, "ALTER TABLE analytics.audited_day RENAME TO day_found")
    execute(warehouse_url, "ALTER INDEX analytics.audited_day_pkey RENAME TO day_found_pkey")
    assert migrate(warehouse_url, CATALOGUE) == [
        Change(
            "changed",
            "table analytics.audited_day",
            "table analytics.day_found is renamed audited_day, its rows stay",
        )
    ]
    assert rows(warehouse_url, "SELECT entity, patch_count FROM analytics.audited_day") == [
        ("young", 7)
    ]
    assert rows(warehouse_url, "SELECT to_regclass('analytics.audited_day_pkey') IS NULL") == [
        (False,)
    ]
    assert migrate(warehouse_url, CATALOGUE) == []


def test_a_column_no_longer_in_the_catalogue_is_left_with_its_sql(warehouse_url):
    left = Change(
        "left",
        "column analytics.young_event.grade",
        "column analytics.young_event.grade is no longer in the catalogue; if nobody needs it: "
        "ALTER TABLE analytics.young_event DROP COLUMN grade;",
    )
    assert migrate(warehouse_url, ONE_LESS) == [left]
    assert migrate(warehouse_url, ONE_LESS) == [left]
    assert rows(warehouse_url, "SELECT grade FROM analytics.young_event") == []


def test_a_table_no_longer_in_the_catalogue_is_left_with_its_sql(warehouse_url):
    others = {name: e for name, e in CATALOGUE.entities.items() if name != "application"}
    less = dataclasses.replace(CATALOGUE, entities=others)
    (left,) = [c for c in migrate(warehouse_url, less) if c.kind == "left"]
    assert left.subject == "table analytics.application_event"
    assert left.sentence.endswith("; DROP TABLE analytics.application_event;")


def test_a_changed_type_is_left_with_its_sql(warehouse_url):
    execute(warehouse_url, "ALTER TABLE analytics.mission_event ALTER places_left TYPE text")
    (left,) = migrate(warehouse_url, CATALOGUE)
    assert (left.kind, left.subject) == ("left", "column analytics.mission_event.places_left")
    assert "ALTER COLUMN places_left TYPE NUMERIC" in left.sentence


def test_a_changed_comment_is_renewed(warehouse_url):
    execute(warehouse_url, "COMMENT ON COLUMN analytics.young_event.age IS 'former'")
    assert [c.sentence for c in migrate(warehouse_url, CATALOGUE)] == [
        "the comment of analytics.young_event.age is renewed"
    ]
    assert migrate(warehouse_url, CATALOGUE) == []


def test_an_index_of_an_administrator_stands(warehouse_url):
    execute(warehouse_url, "CREATE INDEX by_region ON analytics.young_event (region)")
    assert migrate(warehouse_url, CATALOGUE) == []
    assert rows(warehouse_url, "SELECT to_regclass('analytics.by_region')::text") == [
        ("analytics.by_region",)
    ]


def test_a_lost_index_is_made_anew(warehouse_url):
    execute(warehouse_url, "DROP INDEX analytics.daily_figure_key")
    assert [c.subject for c in migrate(warehouse_url, CATALOGUE)] == [
        "index analytics.daily_figure_key"
    ]
    assert migrate(warehouse_url, CATALOGUE) == []


def test_two_migrations_at_once_both_end_well(empty_database_url):
    changes: list[list[Change]] = []
    both = [
        threading.Thread(target=lambda: changes.append(migrate(empty_database_url, CATALOGUE)))
        for _ in range(2)
    ]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert [len(done) > 0 for done in changes] == [True, False]


def test_looking_for_changes_does_not_wait_for_a_load(warehouse_url):
    with psycopg.connect(warehouse_url) as load:
        load.execute("LOCK TABLE analytics.young_event IN ROW EXCLUSIVE MODE")
        assert pending_changes(warehouse_url, CATALOGUE) == []
        with pytest.raises(WarehouseUnavailable, match="LockNotAvailable"):
            pending_changes(warehouse_url, ONE_MORE)


def test_a_migration_waits_for_a_load_to_end(warehouse_url):
    changes: list[Change] = []
    with psycopg.connect(warehouse_url) as load:
        load.execute("LOCK TABLE analytics.young_event IN ROW EXCLUSIVE MODE")
        waiting = threading.Thread(target=lambda: changes.extend(migrate(warehouse_url, ONE_MORE)))
        waiting.start()
        until(
            warehouse_url,
            "SELECT count(*) = 1 FROM pg_locks "
            "WHERE NOT granted AND relation = 'analytics.young_event'::regclass",
        )
    waiting.join()
    assert [c.subject for c in changes] == ["column analytics.young_event.jdc"]
