"""What is published: read as it stands, and replaced period by period."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import NamedTuple

import polars as pl
import psycopg
from psycopg import sql

from snu_analytics.warehouse.copy_text import copy_blocks, copy_text
from snu_analytics.warehouse.faults import mapped_errors
from snu_analytics.warehouse.locks import table_locked
from snu_analytics.warehouse.schema import ANALYTICS, PUBLISHED, PUBLISHED_TABLES

_DIMENSIONS = ("gender", "age", "region", "department", "cohort")
_CELLS = ("period", "phase", "figure", "breakdown", *_DIMENSIONS, "value", "masked")
_TEXTS = ("phase", "figure", "breakdown", *_DIMENSIONS)
_CHANGES = (*_TEXTS, "former", "value", "cause")
_CELL_TYPES = {
    "period": pl.Date,
    **dict.fromkeys(_TEXTS, pl.String),
    "value": pl.Int64,
    "masked": pl.Boolean,
}

# Phase and figure.
Name = tuple[str, str]


class Publication(NamedTuple):
    """One figure of one period as it was last published."""

    kind: str
    period: date
    phase: str
    figure: str
    shown: int
    masked: int
    withheld: bool
    threshold: int
    digest: str
    patch_count: int | None = None


class Revisions(NamedTuple):
    """What new publications change in the log of changes.

    `changes` has the columns phase, figure, breakdown, the five dimensions, former, value, cause;
    `standing` are phase, figure and breakdown of those whose earlier changes stay.
    """

    changes: pl.DataFrame
    standing: Collection[tuple[str, str, str]]


@contextmanager
def publishing(connection: psycopg.Connection) -> Iterator[None]:
    """A block in which nobody else publishes; another one waits.

    What is masked depends on what was published before.
    """
    with table_locked(connection, "publication_input", "SHARE UPDATE EXCLUSIVE"):
        yield


def publications(connection: psycopg.Connection, first: date, last: date) -> list[Publication]:
    """What is published of the periods that begin on the days, both ends included."""
    with mapped_errors():
        found = connection.execute(
            "SELECT kind, period, phase, figure, shown, masked, withheld, threshold, digest, "
            "patch_count "
            "FROM published.publication JOIN analytics.publication_input "
            "USING (kind, period, phase, figure) "
            "WHERE period BETWEEN %s AND %s ORDER BY kind, period, phase, figure",
            [first, last],
        ).fetchall()
    return [Publication(*row) for row in found]


def published_cells(
    connection: psycopg.Connection, kind: str, first: date, last: date
) -> pl.DataFrame:
    """The cells, but for zeros, of the periods of a kind that begin on the days.

    Columns period, phase, figure, breakdown, the five dimensions, value, masked.
    """
    table, period = PUBLISHED_TABLES[kind]
    query = sql.SQL(
        "SELECT {period}, {texts}, value, masked FROM {table} "
        "WHERE {period} BETWEEN %s AND %s AND (masked OR value > 0)"
    ).format(
        period=sql.Identifier(period),
        texts=sql.SQL(", ").join(map(sql.Identifier, _TEXTS)),
        table=sql.Identifier(PUBLISHED, table),
    )
    with mapped_errors():
        found = connection.execute(query, [first, last]).fetchall()
    return pl.DataFrame(found, _CELL_TYPES, orient="row")


def fine_counts(connection: psycopg.Connection, first: date, last: date) -> pl.DataFrame:
    """The fine counts of the days, both ends included, as `analytics.daily_figure` holds them."""
    schema = {"day": pl.Date, "phase": pl.String, "figure": pl.String}
    schema |= dict.fromkeys(_DIMENSIONS, pl.String) | {"age": pl.Int64, "value": pl.Int64}
    with mapped_errors():
        found = connection.execute(
            f"SELECT {', '.join(schema)} FROM analytics.daily_figure WHERE day BETWEEN %s AND %s",
            [first, last],
        ).fetchall()
    return pl.DataFrame(found, schema, orient="row")


def patch_counts(
    connection: psycopg.Connection, first: date, last: date
) -> dict[tuple[str, date], int | None]:
    """How many patches each table's days were made of, as far as known, by table and day."""
    with mapped_errors():
        found = connection.execute(
            "SELECT relation, day, patch_count FROM analytics.day_load WHERE day BETWEEN %s AND %s",
            [first, last],
        ).fetchall()
    return {(relation, day): count for relation, day, count in found}


def erased_since(
    connection: psycopg.Connection,
    kind: str,
    first: date,
    last: date,
    entities: Mapping[Name, str],
) -> set[Name]:
    """Those figures from whose days someone was erased since the period was published.

    `first` and `last` are the days of the period, `entities` the entity behind each figure.
    """
    columns = [list(names) for names in zip(*entities, strict=True)]
    with mapped_errors():
        found = connection.execute(
            "SELECT phase, figure FROM published.publication "
            "JOIN unnest(%s::text[], %s::text[], %s::text[]) AS named (phase, figure, entity) "
            "USING (phase, figure) WHERE kind = %s AND period = %s AND EXISTS "
            "(SELECT FROM analytics.erasure_log e WHERE e.entity = named.entity "
            "AND e.erased_at > published_at AND e.first_day <= %s AND e.last_day >= %s)",
            [*columns, list(entities.values()), kind, first, last, first],
        ).fetchall()
    return set(found)


def replace_publications(
    connection: psycopg.Connection,
    told: Sequence[Publication],
    cells: pl.DataFrame,
    revisions: Revisions | None = None,
) -> None:
    """Replace what is published of some figures in one period, in one transaction.

    `told` are all of one kind and period, `cells` their rows, as `published_cells` gives them but
    with zeros. The log takes up the revisions, and lets go of every earlier change of these figures
    that is not to stand. Raises as `replace_day` does; then the former rows stand.
    """
    kind, period = told[0].kind, told[0].period
    table, column = PUBLISHED_TABLES[kind]
    figures = [list(names) for names in zip(*((p.phase, p.figure) for p in told), strict=True)]
    chosen = "(phase, figure) IN (SELECT * FROM unnest(%s::text[], %s::text[]))"
    delete = sql.SQL("DELETE FROM {} WHERE {} = %s AND " + chosen)
    identified = sql.SQL("DELETE FROM {} WHERE kind = %s AND period = %s AND " + chosen)
    copy = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(PUBLISHED, table),
        sql.SQL(", ").join(sql.Identifier(column if c == "period" else c) for c in _CELLS),
    )
    with mapped_errors(), connection.transaction(), connection.cursor() as cursor:
        cursor.execute(
            delete.format(sql.Identifier(PUBLISHED, table), sql.Identifier(column)),
            [period, *figures],
        )
        for place in ((PUBLISHED, "publication"), (ANALYTICS, "publication_input")):
            cursor.execute(identified.format(sql.Identifier(*place)), [kind, period, *figures])
        if len(cells):
            with cursor.copy(copy) as stream:
                for block in copy_blocks(copy_text(cells.select(_CELLS))):
                    stream.write(block)
        cursor.executemany(
            "INSERT INTO published.publication "
            "(kind, period, phase, figure, shown, masked, withheld, threshold) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [one[:8] for one in told],
        )
        cursor.executemany(
            "INSERT INTO analytics.publication_input "
            "(kind, period, phase, figure, digest, patch_count) VALUES (%s, %s, %s, %s, %s, %s)",
            [(*one[:4], one.digest, one.patch_count) for one in told],
        )
        standing = revisions.standing if revisions else []
        cursor.execute(
            identified.format(sql.Identifier(PUBLISHED, "revision"))
            + sql.SQL(
                " AND (phase, figure, breakdown) NOT IN "
                "(SELECT * FROM unnest(%s::text[], %s::text[], %s::text[]))"
            ),
            [kind, period, *figures, *([names[n] for names in standing] for n in range(3))],
        )
        if revisions:
            cursor.executemany(
                f"INSERT INTO published.revision (kind, period, {', '.join(_CHANGES)}) "
                f"VALUES (%s, %s{', %s' * len(_CHANGES)})",
                [(kind, period, *row) for row in revisions.changes.select(_CHANGES).iter_rows()],
            )
