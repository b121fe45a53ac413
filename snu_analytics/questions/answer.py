"""Answers a question for a period: the rows of its view counted, by the dimensions asked for."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

from snu_analytics.catalogue import places
from snu_analytics.days import campaign_of
from snu_analytics.errors import QuestionError
from snu_analytics.questions.load import find_question
from snu_analytics.questions.model import PERIODS, TOTAL, Question, hint

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

# Types of PostgreSQL (boolean, bigint, smallint, integer) of columns that may be null.
_NULLABLE = {16: "boolean", 20: "Int64", 21: "Int64", 23: "Int64"}


def ask(
    connection: psycopg.Connection,
    name: str,
    first: date | None = None,
    last: date | None = None,
    by: Sequence[str] = (),
    where: Mapping[str, Iterable[str]] | None = None,
) -> "pd.DataFrame":
    """The answer to a named question over whole Paris days, both included.

    A column per dimension, those of `by` first, then those that every answer has (texts, days as
    `date`, nullable Int64 and boolean); then `value` (int64), or `count`, `median` and `p90`
    (float) where days are measured. A row per group that occurs, in their order; somebody who did
    something twice in the period counts once in each group.

    Of a question with measures, `by` names one of its breakdowns, or none for the total. A row then
    has its day, the dimensions, and the measures (nullable Int64 and boolean, float, `date` or
    text); some of these questions answer for the last day alone when no days are given.

    `where` lists the values that a dimension may have, as texts; the empty one stands for null.
    Raises QuestionError for an unknown name or dimension, listing those that there are.
    """
    question = find_question(name)
    query, values = answer_query(question, first, last, by, where)
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(_WORK_MEMORY)
        cursor.execute(query, values)
        columns = {column.name: column.type_code for column in cursor.description or ()}
        rows = cursor.fetchall()
    import pandas as pd  # 45 MB that the processes of a backfill never need

    answer = pd.DataFrame(rows, columns=list(columns))
    nullable = set(columns) & {*question.dimensions, *question.counts.measures}
    return answer.astype({n: _NULLABLE[columns[n]] for n in nullable if columns[n] in _NULLABLE})


def require_rows(
    connection: psycopg.Connection,
    question: Question,
    first: date | None = None,
    last: date | None = None,
    by: Sequence[str] = (),
    where: Mapping[str, Iterable[str]] | None = None,
) -> None:
    """Raise QuestionError where an answer is empty for a reason that whoever asked cannot want.

    Nothing is loaded of the period, or a value of `where` is none that there is. The view is read
    for its values: this is asked of an empty answer alone.
    """
    loaded = "SELECT min(day), max(day) FROM analytics.day_load"
    ((begin, end),) = connection.execute(loaded).fetchall()
    if begin is None:
        raise QuestionError("nothing is loaded yet: run `snu-analytics backfill FROM TO` first")
    if first and first > end:
        raise QuestionError(f"nothing is loaded after {end}: ask for days up to then")
    if last and last < begin:
        raise QuestionError(f"nothing is loaded before {begin}: ask for days from then on")
    view = _view(question, by, where or {})
    for name, values in (where or {}).items():
        query = sql.SQL("SELECT DISTINCT {}::text FROM {}").format(_column(name), view)
        rows = connection.execute(query).fetchall()
        known = {value for (value,) in rows if value is not None} | _listed(name)
        for value in values:
            if value and value not in known:
                raise QuestionError(f"no {name} '{value}'{hint(value, sorted(known))}")


def _listed(name: str) -> set[str]:
    """The regions or departments, which may be asked for also where nobody is from there."""
    return {getattr(place, name) for place in places() if name in ("region", "department")}


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
    for name in (*by, *(where or ())):
        if name not in question.dimensions:
            known = hint(name, question.dimensions)
            raise QuestionError(f"{question.name} has no dimension '{name}'{known}")
    conditions, values = _conditions(question, first, last, where or {})
    view = _view(question, by, where or {})
    if question.latest and not (first or last):
        conditions.append(sql.SQL("day = (SELECT max(day) FROM {})").format(view))
    if not question.counts.measures:
        return _counting(question, view, by, conditions), values
    return _measures(question, view, by, conditions), values


def _conditions(
    question: Question,
    first: date | None,
    last: date | None,
    where: Mapping[str, Iterable[str]],
) -> tuple[list[sql.Composable], list[Any]]:
    """What rows must meet, as SQL, and the values of its placeholders."""
    conditions: list[sql.Composable] = [sql.SQL("true")]
    values: list[Any] = []
    for day, condition in ((first, "day >= %s"), (last, "day <= %s")):
        if day:
            conditions.append(sql.SQL(condition))
            values.append(day)
    # A view sums up days within campaigns, and need not look at others.
    if first and last and "campaign" in question.columns:
        campaigns = list(range(campaign_of(first), campaign_of(last) + 1))
        single = len(campaigns) == 1
        conditions.append(sql.SQL("campaign = %s" if single else "campaign = ANY(%s)"))
        values.append(campaigns[0] if single else campaigns)
    for name, allowed in where.items():
        values.append(list(allowed))
        either = (
            "({0}::text = ANY(%s) OR {0} IS NULL)" if "" in values[-1] else "{0}::text = ANY(%s)"
        )
        conditions.append(sql.SQL(either).format(_column(name)))
    return conditions, values


def _counting(
    question: Question,
    view: sql.Identifier,
    by: Sequence[str],
    conditions: Sequence[sql.Composable],
) -> sql.Composed:
    """The rows of the view counted by group."""
    groups = list(dict.fromkeys((*by, *question.apart)))
    columns = [*map(_named, groups), sql.Identifier(question.counts.column)]
    # Twice as fast as count(DISTINCT ...), which sorts: these are hashed.
    distinct = sql.SQL("DISTINCT ") if question.counts.distinct else sql.SQL("")
    query = sql.SQL(
        "SELECT {groups} {counted} "
        "FROM (SELECT {distinct}{columns} FROM {view} WHERE {conditions}) AS rows"
    ).format(
        groups=sql.SQL("").join(sql.SQL("{}, ").format(sql.Identifier(name)) for name in groups),
        counted=sql.SQL(", ").join(_counted(question)),
        distinct=distinct,
        columns=sql.SQL(", ").join(columns),
        view=view,
        conditions=sql.SQL(" AND ").join(conditions),
    )
    return (
        query + sql.SQL(" GROUP BY {0} ORDER BY {0}").format(_places(groups)) if groups else query
    )


def _measures(
    question: Question,
    view: sql.Identifier,
    by: Sequence[str],
    conditions: Sequence[sql.Composable],
) -> sql.Composed:
    """The rows of the view, which are answers already."""
    groups = list(dict.fromkeys(("day", *by, *question.apart)))
    return sql.SQL("SELECT {columns} FROM {view} WHERE {conditions} ORDER BY {places}").format(
        columns=sql.SQL(", ").join(map(sql.Identifier, (*groups, *question.counts.measures))),
        view=view,
        conditions=sql.SQL(" AND ").join(conditions),
        places=_places(groups),
    )


def _breakdown(question: Question, by: Sequence[str]) -> str:
    always = {"day", *question.apart} - {*question.breakdowns}
    asked = [name for name in dict.fromkeys(by) if name not in always]
    breakdown = ",".join(asked) or TOTAL
    if breakdown not in question.breakdowns:
        known = "; ".join(question.breakdowns)
        raise QuestionError(f"{question.name} has no breakdown {breakdown}: known are {known}")
    return breakdown


def _places(groups: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.SQL(str(n + 1)) for n in range(len(groups)))


def _view(question: Question, by: Sequence[str], where: Iterable[str]) -> sql.Identifier:
    """The view that answers; raises QuestionError where it lacks a dimension of the conditions."""
    if not question.breakdowns:
        return sql.Identifier("analytics", question.view())
    breakdown = _breakdown(question, by)
    for name in where:
        if name not in (*PERIODS, *question.columns_of(breakdown)):
            raise QuestionError(
                f"{question.name} by {breakdown} does not tell {name}: ask for it by {name} too"
            )
    return sql.Identifier("analytics", question.view(breakdown))


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
