"""The list of the erased: a keyed digest of each subject's pseudonym, which joins with nothing.

Whoever holds the key can say of a pseudonym whether it is on the list; nobody else can lead an
entry to rows, exports or backups that still have the pseudonym.
"""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any, Protocol

import polars as pl
import psycopg


class ErasureKey(Protocol):
    """The pseudonym key, as far as this list needs it."""

    @property
    def fingerprint(self) -> str: ...

    def erased(self, subjects: pl.Series) -> pl.Series:
        """The digests (uuid texts) of pseudonyms."""
        ...


def erased_digests(connection: psycopg.Connection, key: ErasureKey) -> dict[str, list[str]]:
    """The digests, of this key, of the subjects that must not come back, by entity.

    Pseudonyms that a former version listed are replaced by their digests first.
    """
    _digest_pseudonyms(connection, key)
    rows = connection.execute(
        "SELECT entity, array_agg(digest::text ORDER BY digest) "
        "FROM analytics.erased_subject WHERE key_id = %s GROUP BY entity",
        [key.fingerprint],
    )
    return dict(rows.fetchall())


def list_erased(
    connection: psycopg.Connection, entity: str, reason: str, subjects: pl.Series, key: ErasureKey
) -> None:
    """Put subjects, given by their pseudonyms, on the list; an entry that stands stays as it is."""
    digests = key.erased(subjects)
    _insert(connection, [(entity, digest, key.fingerprint, reason, None) for digest in digests])


def carry_erased(
    connection: psycopg.Connection, entity: str, digests: Mapping[str, str], key_id: str
) -> None:
    """List erased subjects, given as old digest -> new one, under the new key as well."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO analytics.erased_subject "
            "(entity, digest, key_id, reason, since, is_digest) "
            "SELECT entity, %s, %s, reason, since, true FROM analytics.erased_subject "
            "WHERE entity = %s AND digest = %s ON CONFLICT DO NOTHING",
            [
                (new, key_id, entity, old)
                for old, new in sorted(digests.items(), key=lambda pair: pair[1])
            ],
        )


def erased_with_other_keys(connection: psycopg.Connection, fingerprint: str) -> int:
    """The number of erased subjects listed under another key than this."""
    ((count,),) = connection.execute(
        "SELECT count(*) FROM analytics.erased_subject WHERE key_id <> %s", [fingerprint]
    ).fetchall()
    return count


def _digest_pseudonyms(connection: psycopg.Connection, key: ErasureKey) -> None:
    # Deleted and inserted: who loads has no right to UPDATE.
    with connection.transaction():
        former = connection.execute(
            "DELETE FROM analytics.erased_subject WHERE key_id = %s AND is_digest IS NULL "
            "RETURNING entity, digest::text, key_id, reason, since",
            [key.fingerprint],
        ).fetchall()
        digests = key.erased(pl.Series([entry[1] for entry in former], dtype=pl.String))
        _insert(
            connection,
            [
                (entity, digest, *rest)
                for (entity, _, *rest), digest in zip(former, digests, strict=True)
            ],
        )


def _insert(connection: psycopg.Connection, entries: Sequence[tuple[Any, ...]]) -> None:
    """Entries of entity, digest, key id, reason and day, today for None."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO analytics.erased_subject "
            "(entity, digest, key_id, reason, since, is_digest) "
            "VALUES (%s, %s, %s, %s, coalesce(%s, CURRENT_DATE), true) ON CONFLICT DO NOTHING",
            sorted(entries, key=itemgetter(1)),  # their place shows nothing either
        )
