"""k of the published tables of groups: the least count other than 0 that a cell shows."""

from collections.abc import Iterable, Sequence

from psycopg import sql

from snu_analytics.privacy.risk_measures import Measure

# The threshold of French statistical practice for counts of persons.
LEAST_CELL = 11

# Of the whole country: without an attribute of anybody they are shown whatever they are.
_NATIONAL = ("daily_total", "weekly_total", "monthly_total", "campaign_total", "flow")

# Whatever stands in the schema and holds counts of groups, not only the tables of this version.
CELL_TABLES = sql.SQL(
    "SELECT table_name::text FROM information_schema.columns "
    "WHERE table_schema = 'published' AND column_name = 'value' "
    "AND data_type IN ('smallint', 'integer', 'bigint') AND table_name NOT IN ({}) "
    "ORDER BY table_name"
).format(sql.SQL(", ").join(map(sql.Literal, _NATIONAL)))


def cell_query(tables: Sequence[str]) -> sql.Composed:
    """SQL with relation, measure and value for some tables of schema `published`.

    Masked cells are null and zeros concern nobody: both are left out. A table without a cell of
    any other count has no `k_shown`.
    """
    return sql.SQL(
        "SELECT relation, measure, value::numeric FROM ({tables}) AS counts "
        "CROSS JOIN LATERAL (VALUES ('k_shown', least), ('cells_shown', shown), "
        "('cells_below_11', small)) AS named (measure, value) WHERE value IS NOT NULL"
    ).format(tables=sql.SQL(" UNION ALL ").join(map(_counts, tables)))


def small_cells(report: Iterable[Measure]) -> list[Measure]:
    """The `k_shown` of the tables that show a count of 1 to 10: each is an alarm."""
    return [m for m in report if m.measure == "k_shown" and m.value < LEAST_CELL]


def _counts(table: str) -> sql.Composed:
    return sql.SQL(
        "SELECT {relation} AS relation, min(value)::bigint AS least, count(*) AS shown, "
        "count(*) FILTER (WHERE value < {limit}) AS small FROM {table} WHERE value > 0"
    ).format(
        relation=f"published.{table}", limit=LEAST_CELL, table=sql.Identifier("published", table)
    )
