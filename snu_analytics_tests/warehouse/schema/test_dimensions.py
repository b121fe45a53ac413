"""The dimension tables hold what the package says, and a migration writes what differs alone."""

from datetime import date

from snu_analytics.catalogue import load_catalogue
from snu_analytics.warehouse import Change
from snu_analytics_tests.fixtures.postgres import execute
from snu_analytics_tests.fixtures.warehouse import migrate
from snu_analytics_tests.warehouse.lines import rows

CATALOGUE = load_catalogue()


def test_the_tables_are_filled(warehouse_url):
    assert rows(
        warehouse_url,
        "SELECT (SELECT count(*) FROM published.dim_calendar), "
        "(SELECT count(*) FROM published.dim_region), "
        "(SELECT count(*) FROM published.dim_department), "
        "(SELECT count(*) FROM published.dim_cohort), "
        "(SELECT count(*) FROM published.dim_status)",
    ) == [(2922, 23, 110, 22, 66)]


def test_a_day_of_the_calendar(warehouse_url):
    assert rows(warehouse_url, "SELECT * FROM published.dim_calendar WHERE day = '2024-05-09'") == [
        (
            *(date(2024, 5, 9), date(2024, 5, 6), date(2024, 5, 1), 2024, 4, False),
            *("Ascension", True, True, True, "Pont de l'Ascension"),
        )
    ]


def test_every_table_has_a_key_and_every_column_its_comment(warehouse_url):
    assert (
        rows(
            warehouse_url,
            "SELECT c.relname FROM pg_class c WHERE c.relname LIKE 'dim_%%' AND c.relkind = 'r' "
            "AND NOT EXISTS (SELECT FROM pg_constraint k "
            "WHERE k.conrelid = c.oid AND k.contype = 'p')",
        )
        == []
    )
    assert (
        rows(
            warehouse_url,
            "SELECT a.attrelid::regclass, a.attname FROM pg_attribute a JOIN pg_class c "
            "ON c.oid = a.attrelid WHERE c.relname LIKE 'dim_%%' AND c.relkind = 'r' "
            "AND a.attnum > 0 AND col_description(a.attrelid, a.attnum) IS NULL",
        )
        == []
    )


def test_rows_that_differ_are_written_and_others_are_not_touched(warehouse_url):
    before = rows(
        warehouse_url, "SELECT xmin::text FROM published.dim_region WHERE region = 'Corse'"
    )
    execute(
        warehouse_url, "UPDATE published.dim_region SET insee_code = 'x' WHERE region = 'Bretagne'"
    )
    execute(warehouse_url, "DELETE FROM published.dim_cohort WHERE cohort = '2019'")
    execute(
        warehouse_url, "INSERT INTO published.dim_status VALUES ('young', 'status', 'X', 'X', 99)"
    )
    assert migrate(warehouse_url, CATALOGUE) == [
        Change("changed", f"table published.dim_{name}", f"published.dim_{name}: {counts}")
        for name, counts in (
            ("region", "1 rows written, 0 dropped"),
            ("cohort", "1 rows written, 0 dropped"),
            ("status", "0 rows written, 1 dropped"),
        )
    ]
    assert migrate(warehouse_url, CATALOGUE) == []
    assert rows(
        warehouse_url, "SELECT insee_code FROM published.dim_region WHERE region = 'Bretagne'"
    ) == [("53",)]
    assert before == rows(
        warehouse_url, "SELECT xmin::text FROM published.dim_region WHERE region = 'Corse'"
    )


def test_a_department_refers_to_its_region(warehouse_url):
    assert rows(
        warehouse_url,
        "SELECT r.insee_code FROM published.dim_department d JOIN published.dim_region r "
        "USING (region) WHERE d.code = '29'",
    ) == [("53",)]
