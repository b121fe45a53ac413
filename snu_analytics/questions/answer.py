"""Answers a question for a period: the rows of its view counted, by the dimensions asked for."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

from snu_analytics.errors import QuestionError
from snu_analytics.questions.load import find_question
from snu_analytics.questions.model import PERIODS, Question

if TYPE_CHECKING:
    import pandas as pd

_PERIODS = {
    "day": sql.SQL("day"),
    "week": sql.SQL("(date_trunc('week', day)::date)"),
    "month": sql.SQL("(date_trunc('month', day)::date)"),
    "campaign": sql.SQL("(extract(year FROM day + interval '4 months')::int)"),
}

# The 300,000 status changes of a campaign are counted in memory; with the server's usual 4 MB they
# would be written to disk, which takes twice as long.
_WORK_MEMORY = "SET LOCAL work_mem = '128MB'"

# Types of PostgreSQL (boolean, smallint, integer) of dimensions that may be null.
_NULLABLE = {16: "boolean", 21: "Int64", 23: "Int64"}


def ask(
    connection: psycopg.Connection,
    name: str,
    first: date | None = None,
    last: date | None = None,
    by: Sequence[str] = (),
    where: Mapping[str, Iterable[str]] | None = None,
) -> "pd.DataFrame":
    """The answer to a named question over whole Paris days, both included.

    A column per dimension, those of `by` first, then those the question always tells (texts, days
    as `date`, nullable Int64 and boolean); then `value` (int64), or `count`, `median` and `p90`
    (float) where days are measured. A row per group that occurs, in their order; somebody who did
    something twice in the period counts once in each group.

    `where` names the values that a dimension may have, as texts; the empty one stands for null.
    Raises QuestionError naming what is known when a name or a dimension is not.
    """
    question = find_question(name)
    query, values = answer_query(question, first, last, by, where)
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(_WORK_MEMORY)
        cursor.execute(query, values)
        columns = {told.name: told.type_code for told in cursor.description or ()}
        rows = cursor.fetchall()
    import pandas as pd  # 45 MB that the processes of a backfill never need

    answer = pd.DataFrame(rows, columns=list(columns))
    dimensions = set(columns) & set(question.dimensions)
    return answer.astype({n: _NULLABLE[columns[n]] for n in dimensions if columns[n] in _NULLABLE})


def answer_query(
    question: Question,
    first: date | None = None,
    last: date | None = None,
    by: Sequence[str] = (),
    where: Mapping[str, Iterable[str]] | None = None,
) -> tuple[sql.Composed, list[Any]]:
    """The query that answers, with its parameters; see `ask`."""
    if first and last and last < first:
        raise QuestionError(f"{first} is after {last}: give the earlier day first")
    asked = where or {}
    groups = list(dict.fromkeys((*by, *question.apart)))
    for name in (*groups, *asked):
        _require_dimension(question, name)
    conditions: list[sql.Composable] = [sql.SQL("true")]
    values: list[Any] = []
    for day, sign in ((first, ">="), (last, "<=")):
        if day:
            conditions.append(sql.SQL("day {} %s").format(sql.SQL(sign)))
            values.append(day)
    for name, allowed in asked.items():
        values.append(list(allowed))
        either = (
            "({0}::text = ANY(%s) OR {0} IS NULL)" if "" in values[-1] else "{0}::text = ANY(%s)"
        )
        conditions.append(sql.SQL(either).format(_column(name)))
    told = [*map(_named, groups), sql.Identifier(question.counts.column)]
    # Twice as fast as count(DISTINCT ...), which sorts: these are hashed.
    distinct = sql.SQL("DISTINCT ") if question.counts.distinct else sql.SQL("")
    query = sql.SQL(
        "SELECT {groups} {counted} FROM (SELECT {distinct}{told} FROM {view} WHERE {conditions}) q"
    ).format(
        groups=sql.SQL("").join(sql.SQL("{}, ").format(sql.Identifier(name)) for name in groups),
        counted=sql.SQL(", ").join(_counted(question)),
        distinct=distinct,
        told=sql.SQL(", ").join(told),
        view=sql.Identifier("analytics", question.view),
        conditions=sql.SQL(" AND ").join(conditions),
    )
    if groups:
        places = sql.SQL(", ").join(sql.SQL(str(n + 1)) for n in range(len(groups)))
        query += sql.SQL(" GROUP BY {0} ORDER BY {0}").format(places)
    return query, values


def _require_dimension(question: Question, name: str) -> None:
    if name not in question.dimensions:
        raise QuestionError(
            f"{question.name} is not told by '{name}': known are {', '.join(question.dimensions)}"
        )


def _column(name: str) -> sql.Composable:
    return _PERIODS[name] if name in PERIODS else sql.Identifier(name)


def _named(name: str) -> sql.Composed:
    return sql.SQL("{} AS {}").format(_column(name), sql.Identifier(name))


def _counted(question: Question) -> list[sql.Composed]:
    counts, column = question.counts, sql.Identifier(question.counts.column)
    if counts.distinct:
        return [sql.SQL("count({}) AS value").format(column)]
    if counts.sum:
        return [sql.SQL("coalesce(sum({}), 0)::bigint AS value").format(column)]
    percentile = "round(percentile_cont({0}) WITHIN GROUP (ORDER BY {1})::numeric, 2)::float8"
    return [
        sql.SQL("count({}) AS count").format(column),
        sql.SQL(percentile + " AS median").format(sql.SQL("0.5"), column),
        sql.SQL(percentile + " AS p90").format(sql.SQL("0.9"), column),
    ]
