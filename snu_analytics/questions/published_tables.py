"""What readers ask of schema `published`, without the views of `analytics`, which they lack.

Every function takes a connection; within `as_reader` its rights are those of a reader.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from snu_analytics.errors import QuestionError

if TYPE_CHECKING:
    import pandas as pd

READER = "snu_reader"


@contextmanager
def as_reader(connection: psycopg.Connection) -> Iterator[None]:
    """A read-only transaction with the rights of `snu_reader` and no others.

    Raises QuestionError where the login may not take that role.
    """
    with connection.transaction():
        allowed = "SELECT pg_has_role(current_user, %s, 'MEMBER'), current_user"
        ((member, login),) = connection.execute(allowed, [READER]).fetchall()
        if not member:
            raise QuestionError(
                f"{login} may not take the role {READER}, in which the public edition is made: "
                f"GRANT {READER} TO {login}"
            )
        connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(READER)))
        connection.execute("SET TRANSACTION READ ONLY")
        # Tables just filled have no statistics yet: by nested loops the flow of five campaigns
        # takes 12 s, by merging 0.8 s.
        connection.execute("SET LOCAL enable_nestloop = off")
        yield


def last_published_day(connection: psycopg.Connection) -> date:
    """The last day that has national totals; raises QuestionError when there is none."""
    ((day,),) = connection.execute("SELECT max(day) FROM published.daily_total").fetchall()
    if day is None:
        raise QuestionError("nothing is published yet: run `snu-analytics backfill FROM TO` first")
    return day


def require_published(connection: psycopg.Connection, first: date, last: date) -> None:
    """Raise QuestionError when a day of the range, both ends included, has no national totals."""
    query = "SELECT count(DISTINCT day) FROM published.daily_total WHERE day BETWEEN %s AND %s"
    ((days,),) = connection.execute(query, [first, last]).fetchall()
    if days < (last - first).days + 1:
        period = first if first == last else f"{first} to {last}"
        raise QuestionError(
            f"{period} is not published whole: run `snu-analytics publish {first} {last}` first"
        )


def course_of_totals(
    connection: psycopg.Connection, figures: Sequence[str], campaigns: Sequence[int], last: date
) -> "pd.DataFrame":
    """The national totals up to a day, by phase, figure and day of the campaigns.

    Columns phase, figure, campaign, campaign_day, day, value, mean_7, cumulated, year_before; a
    mean or sum is NaN where a day of it was not counted.
    """
    query = (
        "SELECT phase, figure, campaign, campaign_day, day, value, mean_7, cumulated, year_before "
        "FROM published.flow WHERE phase IN ('inscription', 'mission') AND figure = ANY(%s) "
        "AND campaign = ANY(%s) AND day <= %s ORDER BY phase, figure, day"
    )
    return _frame(connection, query, [list(figures), list(campaigns), last])


def last_closed_month(connection: psycopg.Connection, before: date) -> date | None:
    """The last month that is closed and begins before a day."""
    query = "SELECT max(month) FROM published.closed_month WHERE month < %s"
    ((month,),) = connection.execute(query, [before]).fetchall()
    return month


def last_closed_campaign(connection: psycopg.Connection, before: date) -> int | None:
    """The last campaign with breakdowns that was over before a day, by the year it ends."""
    query = (
        "SELECT max(extract(year FROM period)::int + 1) FROM published.breakdown "
        "WHERE kind = 'campaign' AND period + interval '1 year' <= %s"
    )
    ((campaign,),) = connection.execute(query, [before]).fetchall()
    return campaign


def cells(
    connection: psycopg.Connection, kind: str, period: date, breakdown: str, figures: Sequence[str]
) -> "pd.DataFrame":
    """A breakdown by one dimension of inscriptions: columns figure, category, value, mask.

    `value` is None where `mask` is cell or group.
    """
    query = sql.SQL(
        "SELECT figure, {category} AS category, value, mask FROM published.breakdown "
        "WHERE kind = %s AND period = %s AND phase = 'inscription' AND breakdown = %s "
        "AND figure = ANY(%s) ORDER BY category, figure"
    ).format(category=sql.Identifier(breakdown))
    return _frame(connection, query, [kind, period, breakdown, list(figures)])


def revisions(connection: psycopg.Connection, campaigns: Sequence[int]) -> "pd.DataFrame":
    """How many published numbers were revised, by month of revision, kind, period and figure.

    Columns revised_in, kind, period, phase, figure, cells; the latest first.
    """
    query = (
        "SELECT revised_in, kind, period, phase, figure, count(*)::int AS cells "
        "FROM published.revised_cell WHERE extract(year FROM period + interval '4 months')::int "
        "= ANY(%s) GROUP BY 1, 2, 3, 4, 5 ORDER BY revised_in DESC, period DESC, 2, 4, 5"
    )
    return _frame(connection, query, [list(campaigns)])


def _frame(
    connection: psycopg.Connection, query: str | sql.Composed, values: Sequence
) -> "pd.DataFrame":
    import pandas as pd  # 45 MB that the processes of a backfill never need

    cursor = connection.execute(query, values)  # type: ignore[arg-type]
    columns = [column.name for column in cursor.description or ()]
    return pd.DataFrame(cursor.fetchall(), columns=columns)
