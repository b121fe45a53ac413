"""Subjects are taken out of the event tables, and listed so that they stay out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import polars as pl
import psycopg
from psycopg import sql

from snu_analytics.catalogue import Entity
from snu_analytics.warehouse.closing import freeze_months
from snu_analytics.warehouse.copy_text import copy_rows
from snu_analytics.warehouse.erased import ErasureKey, list_erased
from snu_analytics.warehouse.replace import lock_day
from snu_analytics.warehouse.schema import ANALYTICS


@dataclass(frozen=True)
class Erased:
    """What was taken from an entity's table: subjects, rows, and the days they lay in."""

    entity: str
    reason: str
    subjects: int
    events: int
    days: tuple[date, ...]


def subjects_of(connection: psycopg.Connection, entity: Entity) -> pl.Series:
    """The pseudonyms of the subjects with rows (String)."""
    query = sql.SQL("SELECT DISTINCT subject_id::text FROM {}").format(_table(entity.table))
    subjects = [subject for (subject,) in connection.execute(query)]
    return pl.Series("subject_id", subjects, dtype=pl.String)


def erase_subjects(
    connection: psycopg.Connection,
    entity: Entity,
    subjects: Mapping[str, Sequence[str]],
    dependents: Mapping[str, tuple[str, str]],
    key: ErasureKey,
) -> list[Erased]:
    """What was erased, by reason and entity: subjects, given by reason, and what depends on them.

    `dependents` are the entities that belong to this one: name -> table and the column with its
    pseudonym. Days that are being loaded are waited for. In the same transaction the subjects are
    listed in `erased_subject`, `day_load` counts the rows that are left, the log is written, the
    days are due to be counted again, and closed months with events of theirs are revised no more.
    """
    done = []
    with connection.transaction():
        for reason, listed in subjects.items():
            if not len(listed):
                continue
            with _listed(connection, listed):
                list_erased(connection, entity.name, reason, _subjects(connection), key)
                erased = [_delete_listed(connection, entity.name, entity.table, reason)]
                for other, (table, column) in dependents.items():
                    with _depending(connection, table, column):
                        list_erased(connection, other, reason, _subjects(connection), key)
                        erased.append(_delete_listed(connection, other, table, reason))
            done += [part for part in erased if part.entity == entity.name or part.subjects]
        for part in done:
            _log_erasure(connection, part)
            freeze_months(connection, part.days)
            connection.cursor().executemany(
                "INSERT INTO analytics.erasure_due VALUES (%s, %s) ON CONFLICT DO NOTHING",
                [(part.entity, day) for day in part.days],
            )
    return done


def days_due(connection: psycopg.Connection) -> dict[str, list[date]]:
    """The days whose figures still count the erased, by entity.

    They outlive an erasure that was killed between its deletion and the counting.
    """
    rows = connection.execute(
        "SELECT entity, array_agg(day ORDER BY day) FROM analytics.erasure_due "
        "GROUP BY entity ORDER BY entity"
    )
    return dict(rows.fetchall())


def settle_due(connection: psycopg.Connection, due: Mapping[str, Sequence[date]]) -> None:
    """Note that the days of these entities were counted again."""
    connection.cursor().executemany(
        "DELETE FROM analytics.erasure_due WHERE entity = %s AND day = ANY(%s)",
        [(entity, list(days)) for entity, days in due.items()],
    )


def expire_events(connection: psycopg.Connection, entity: Entity, before: date) -> Erased:
    """What was deleted of an entity's table: the rows of all days before one, with what is beside.

    Its memberships, loads and notes of these days go too.
    """
    table = _table(entity.table)
    with connection.transaction():
        days = connection.execute(
            sql.SQL(
                "WITH gone AS (DELETE FROM {} WHERE event_date < %s RETURNING event_date) "
                "SELECT event_date, count(*) FROM gone GROUP BY 1 ORDER BY 1"
            ).format(table),
            [before],
        ).fetchall()
        for membership in _memberships(connection, entity.name):
            connection.execute(
                sql.SQL("DELETE FROM {} WHERE event_date < %s").format(_table(membership)), [before]
            )
        connection.execute(
            "DELETE FROM analytics.day_load WHERE relation = %s AND day < %s",
            [entity.table, before],
        )
        for notes in ("quarantine", "withheld", "audited_day"):
            connection.execute(
                sql.SQL("DELETE FROM {} WHERE entity = %s AND day < %s").format(_table(notes)),
                [entity.name, before],
            )
        events = sum(count for _, count in days)
        erased = Erased(entity.name, "expired", 0, events, tuple(day for day, _ in days))
        if events:
            _log_erasure(connection, erased)
    return erased


# Counts of days, some of them of one person.
_COUNTS = ("daily_figure", "flow", "closed_count")


def expire_figures(connection: psycopg.Connection, before: date) -> int:
    """How many restricted counts were deleted: those of all days before one."""
    with connection.transaction():
        connection.execute(
            "DELETE FROM analytics.day_load WHERE relation = ANY(%s) AND day < %s",
            [list(_COUNTS), before],
        )
        deletions = [
            connection.execute(
                sql.SQL("DELETE FROM {} WHERE day < %s").format(_table(name)), [before]
            )
            for name in _COUNTS
        ]
    return sum(deletion.rowcount for deletion in deletions)


def _log_erasure(connection: psycopg.Connection, erased: Erased) -> None:
    days = erased.days
    connection.execute(
        "INSERT INTO analytics.erasure_log "
        "(entity, reason, subjects, events, days, first_day, last_day) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s)",
        [
            *(erased.entity, erased.reason, erased.subjects, erased.events, len(days)),
            *((min(days), max(days)) if days else (None, None)),
        ],
    )


@contextmanager
def _listed(connection: psycopg.Connection, subjects: Iterable[str]) -> Iterator[None]:
    connection.execute("CREATE TEMPORARY TABLE listed (subject_id uuid PRIMARY KEY)")
    rows = pl.DataFrame({"subject_id": pl.Series(subjects, dtype=pl.String).unique()})
    copy_rows(connection, sql.Identifier("listed"), rows)
    connection.execute("ANALYZE listed")
    yield
    connection.execute("DROP TABLE listed")


@contextmanager
def _depending(connection: psycopg.Connection, table: str, column: str) -> Iterator[None]:
    """For the time being, the subjects that belong to the listed ones take their place."""
    connection.execute("ALTER TABLE listed RENAME TO owners")
    connection.execute(
        sql.SQL(
            "CREATE TEMPORARY TABLE listed AS SELECT DISTINCT d.subject_id FROM {} d "
            "JOIN owners o ON o.subject_id = d.{}"
        ).format(_table(table), sql.Identifier(column))
    )
    yield
    connection.execute("DROP TABLE listed")
    connection.execute("ALTER TABLE owners RENAME TO listed")


def _subjects(connection: psycopg.Connection) -> pl.Series:
    """The pseudonyms of the listed subjects (String)."""
    rows = connection.execute("SELECT subject_id::text FROM listed ORDER BY 1")
    return pl.Series([subject for (subject,) in rows], dtype=pl.String)


def _delete_listed(connection: psycopg.Connection, entity: str, table: str, reason: str) -> Erased:
    """What was deleted: the listed subjects' rows of a table, and their memberships.

    `day_load` counts what is left.
    """
    query = sql.SQL(
        "SELECT DISTINCT event_date FROM {} JOIN listed USING (subject_id) ORDER BY 1"
    ).format(_table(table))
    days = [day for (day,) in connection.execute(query)]
    for day in days:
        lock_day(connection, table, day)
    delete = sql.SQL(
        "WITH deleted AS (DELETE FROM {} e USING listed WHERE e.subject_id = listed.subject_id "
        "RETURNING e.subject_id) SELECT count(DISTINCT subject_id), count(*) FROM deleted"
    ).format(_table(table))
    ((subjects, events),) = connection.execute(delete).fetchall()
    for membership in _memberships(connection, entity):
        connection.execute(
            sql.SQL("DELETE FROM {} m USING listed WHERE m.subject_id = listed.subject_id").format(
                _table(membership)
            )
        )
    loads = connection.execute(
        "DELETE FROM analytics.day_load WHERE relation = %s AND day = ANY(%s) "
        "RETURNING day, patch_count, digest, key_id",
        [table, days],
    ).fetchall()
    connection.cursor().executemany(
        sql.SQL(
            "INSERT INTO analytics.day_load (relation, day, row_count, patch_count, digest, key_id)"
            " VALUES (%s, %s, (SELECT count(*) FROM {} WHERE event_date = %s), %s, %s, %s)"
        ).format(_table(table)),
        [(table, day, day, *rest) for day, *rest in loads],
    )
    return Erased(entity, reason, subjects, events, tuple(days))


def _memberships(connection: psycopg.Connection, entity: str) -> list[str]:
    """The entity's membership table, if it has one."""
    name = f"{entity}_membership"
    stands = connection.execute("SELECT to_regclass(%s)", [f"{ANALYTICS}.{name}"]).fetchone()
    return [name] if stands != (None,) else []


def _table(table: str) -> sql.Identifier:
    return sql.Identifier(ANALYTICS, table)
