"""k of the published tables: the least count other than 0 that any of their cells shows."""

from collections.abc import Iterable, Sequence

from psycopg import sql

from snu_analytics.privacy.risk_measures import Measure

# The threshold of French statistical practice for counts of persons.
LEAST_CELL = 11

# Whatever stands in the schema and holds counts, not only the tables of this version; but national
# totals and what is made of them alone, which carry no attribute of anybody.
CELL_TABLES = sql.SQL(
    "SELECT table_name::text FROM information_schema.columns "
    "WHERE table_schema = 'published' AND column_name = 'value' "
    "AND table_name !~ '^((dai|week|month)ly|campaign)_total$' AND table_name <> 'flow' "
    "AND data_type IN ('smallint', 'integer', 'bigint') ORDER BY table_name"
)


def cell_query(tables: Sequence[str]) -> sql.Composed:
    """SQL with relation, measure and value for some tables of schema `published`.

    Masked cells are null and zeros tell of nobody: both are left out. A table without a cell of
    any other count has no `k_shown`.
    """
    return sql.SQL(
        "SELECT relation, measure, value::numeric FROM ({tables}) AS found "
        "CROSS JOIN LATERAL (VALUES ('k_shown', least), ('cells_shown', shown), "
        "('cells_below_11', small)) AS named (measure, value) WHERE value IS NOT NULL"
    ).format(tables=sql.SQL(" UNION ALL ").join(map(_found, tables)))


def small_cells(report: Iterable[Measure]) -> list[Measure]:
    """The tables that show a count of 1 to 10, by their least one: each is an alarm."""
    return [m for m in report if m.measure == "k_shown" and m.value < LEAST_CELL]


def _found(table: str) -> sql.Composed:
    return sql.SQL(
        "SELECT {relation} AS relation, min(value)::bigint AS least, count(*) AS shown, "
        "count(*) FILTER (WHERE value < {limit}) AS small FROM {table} WHERE value > 0"
    ).format(
        relation=f"published.{table}", limit=LEAST_CELL, table=sql.Identifier("published", table)
    )
