"""How the answer to a question is written: as a table, CSV, JSON or Parquet."""

import json

import pandas as pd
from rich.console import Console
from rich.table import Table

from snu_analytics.catalogue import Definition, definitions
from snu_analytics.errors import QuestionError
from snu_analytics.questions import Question, hint

TABLE = "table"
FORMATS = (TABLE, "csv", "parquet", "json")

# Texts may be folded to so many characters; numbers and names may not.
_FOLDED = 24


def is_empty(answer: pd.DataFrame, question: Question) -> bool:
    """Whether the answer has no row, or the single one of a count of nothing."""
    counted = _counted(answer, question)
    return not len(answer) or (len(answer) == 1 and not answer[counted].fillna(0).any(axis=None))


def pivoted(answer: pd.DataFrame, question: Question, name: str) -> pd.DataFrame:
    """The answer with a column for each value of a dimension, a row for each group of the others.

    Columns are in the order of the answer, figures in that of the catalogue. Of a
    question that counts, a group that does not occur counts 0. Where several things are told of a
    group, a column bears its own name before the value.
    """
    counted = _counted(answer, question)
    keys = [column for column in answer.columns if column not in (name, *counted)]
    if name not in answer.columns:
        raise QuestionError(f"the answer has no column '{name}'{hint(name, keys)}")
    values = answer[name].astype(object).where(answer[name].notna(), "none").astype(str)
    # Each group of the others by its number, in the order of the answer; null is a group too.
    at = answer.groupby(keys, dropna=False, sort=False).ngroup() if keys else 0 * answer.index
    group = pd.Series(at, answer.index)
    wide = answer.loc[~group.duplicated(), keys].reset_index(drop=True)
    absent = {} if question.counts.measures else {"fill_value": 0}
    ranks = {d.figure: rank for rank, d in enumerate(_defined(answer, question))}
    for value in sorted(dict.fromkeys(values), key=lambda value: ranks.get(value, 0)):
        for column in counted:
            of_value = pd.Series(answer[column].array, group)[(values == value).array]
            title = value if len(counted) == 1 else f"{column} {value}"
            wide[title] = of_value.reindex(wide.index, **absent).array
    return wide


def write_answer(answer: pd.DataFrame, question: Question, shape: str, console: Console) -> None:
    """Write the answer in a shape of text, with what its figures count where people read it."""
    if shape == TABLE:
        console.print(f"[bold]{question.title}[/] ({question.unit})")
        table, hidden = _shown(answer, question, console.width)
        console.print(table)
        if hidden:
            names = ", ".join(hidden)
            console.print(f"Too wide to be shown: {names}. --format csv has all.", style="dim")
        for line in (*_definitions(answer, question), *filter(None, [question.remark])):
            console.print(line, style="dim", highlight=False)
    elif shape == "csv":
        console.file.write(answer.to_csv(index=False, lineterminator="\n"))
    else:
        rows = _plain(answer).to_dict("records")
        text = json.dumps(rows, ensure_ascii=False, indent=1, default=str)
        console.file.write(f"{text}\n")


def _definitions(answer: pd.DataFrame, question: Question) -> list[str]:
    """A sentence per figure of the answer: what it counts."""
    if "figure" not in answer.columns:
        shown = {*answer.columns} if "figure" in question.apart else set()
    else:
        shown = {*answer["figure"]}
    return [f"{d.figure}: {d.definition}" for d in _defined(answer, question) if d.figure in shown]


def _defined(answer: pd.DataFrame, question: Question) -> list[Definition]:
    """The figures of the answer's phases, in the order of the catalogue."""
    phases = {*answer["phase"]} if "phase" in answer.columns else {question.phase}
    return [d for d in definitions() if d.phase in phases]


def _counted(answer: pd.DataFrame, question: Question) -> list[str]:
    return [c for c in answer.columns if c not in (*question.dimensions, "day")]


def _shown(answer: pd.DataFrame, question: Question, width: int) -> tuple[Table, list[str]]:
    """A row per row of the answer, and the names of the last columns, where they have no room."""
    counted = [column in _counted(answer, question) for column in answer.columns]
    lines = [
        [_cell(value, number) for value, number in zip(row, counted, strict=True)]
        for row in _plain(answer).itertuples(index=False)
    ]
    columns = zip(answer.columns, *lines, strict=True)
    least = [max(len(name), min(_FOLDED, max(map(len, cells), default=0))) + 2
             for name, *cells in columns]  # fmt: skip
    shown = 1
    while shown < len(least) and sum(least[: shown + 1]) <= width:
        shown += 1
    table = Table(box=None)
    for column, number in list(zip(answer.columns, counted, strict=True))[:shown]:
        text = not number or answer[column].map(type).eq(str).any()
        table.add_column(column, justify="left" if text else "right")
    for line in lines:
        table.add_row(*line[:shown])
    return table, list(answer.columns[shown:])


def _plain(answer: pd.DataFrame) -> pd.DataFrame:
    """The answer with Python's own values, None for null."""
    return answer.astype(object).where(answer.notna(), None)


def _cell(value: object, counted: bool) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if counted and isinstance(value, int) else str(value)
