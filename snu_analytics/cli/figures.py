"""`snu-analytics figures`, which answers the named questions."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click
import pandas as pd
from rich.console import Console
from rich.table import Table

from snu_analytics.catalogue import definitions
from snu_analytics.cli.console import out as screen
from snu_analytics.cli.context import CommandContext, pass_context
from snu_analytics.cli.parameters import DAY
from snu_analytics.questions import Question, ask, find_question, load_questions

_FORMATS = ("table", "csv", "parquet", "json")

# Texts may be folded to so many characters; numbers and names may not.
_FOLDED = 24


def _names(context: click.Context, parameter: click.Parameter, texts: Sequence[str]) -> list[str]:
    return [name.strip() for names in texts for name in names.split(",") if name.strip()]


def _filters(
    context: click.Context, parameter: click.Parameter, texts: Sequence[str]
) -> dict[str, list[str]]:
    allowed: dict[str, list[str]] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise click.BadParameter(f"'{text}' is not NAME=VALUE", context, parameter)
        allowed.setdefault(name.strip(), []).append(value)
    return allowed


@click.command()
@click.argument("name", required=False)
@click.option("--from", "first", type=DAY, metavar="TEXT", help="First day, YYYY-MM-DD.")
@click.option("--to", "last", type=DAY, metavar="TEXT", help="Last day, included.")
@click.option("--by", multiple=True, callback=_names, help="Dimensions, such as month,region.")
@click.option(
    "--where",
    multiple=True,
    callback=_filters,
    help="Only rows with this value, such as department=Paris; none for null. Several of one "
    "dimension: any of them.",
)
@click.option("--format", "shape", type=click.Choice(_FORMATS), default="table", show_default=True)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="A file instead of the screen."
)
@pass_context
def figures(
    context: CommandContext, name: str | None, shape: str, out: Path | None, **selection: Any
) -> None:
    """Answer the question NAME for whole Paris days; without a name, list the questions.

    Distinct persons are counted over the whole period: somebody who did something twice counts once
    in each group.
    """
    if name is None:
        screen.print(_listed(load_questions().values()))
        return
    question = find_question(name)
    if shape == "parquet" and out is None:
        raise click.UsageError("parquet is no text: give --out FILE")
    answer = ask(context.warehouse, name, **selection)
    if shape == "parquet":
        answer.to_parquet(out, index=False)
    elif out:
        with out.open("w", encoding="utf-8") as file:
            _write(answer, question, shape, Console(file=file, width=200))
    else:
        _write(answer, question, shape, screen)


def _write(answer: pd.DataFrame, question: Question, shape: str, console: Console) -> None:
    if shape == "table":
        console.print(f"[bold]{question.title}[/] ({question.unit})")
        console.print(_shown(answer, question, console.width))
        for line in _definitions(answer, question):
            console.print(line, style="dim", highlight=False)
    elif shape == "csv":
        console.file.write(answer.to_csv(index=False, lineterminator="\n"))
    else:
        console.file.write(_json(answer))


def _definitions(answer: pd.DataFrame, question: Question) -> list[str]:
    """A sentence per figure of the answer: what it counts."""
    if "figure" not in answer.columns:
        return []
    phases = {*answer["phase"]} if "phase" in answer.columns else {question.phase}
    shown = {*answer["figure"]}
    return [
        f"{d.figure}: {d.definition}"
        for d in definitions()
        if d.phase in phases and d.figure in shown
    ]


def _json(answer: pd.DataFrame) -> str:
    rows = _plain(answer).to_dict("records")
    return json.dumps(rows, ensure_ascii=False, indent=1, default=str) + "\n"


def _shown(answer: pd.DataFrame, question: Question, width: int) -> Table:
    """A row per row of the answer, or where that is too wide a line per value."""
    counted = [column not in (*question.dimensions, "day") for column in answer.columns]
    table = Table(box=None)
    for column, number in zip(answer.columns, counted, strict=True):
        text = not number or answer[column].map(type).eq(str).any()
        table.add_column(column, justify="left" if text else "right")
    lines = [
        [_cell(value, number) for value, number in zip(row, counted, strict=True)]
        for row in _plain(answer).itertuples(index=False)
    ]
    for line in lines:
        table.add_row(*line)
    columns = zip(answer.columns, *lines, strict=True)
    least = (max(len(name), min(_FOLDED, max(map(len, cells)))) for name, *cells in columns)
    if not lines or sum(least) + 2 * len(counted) <= width:
        return table
    records = Table(box=None, show_header=False)
    for line in lines:
        for column, cell in zip(answer.columns, line, strict=True):
            records.add_row(column, cell)
        records.add_row()
    return records


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


def _listed(questions: Iterable[Question]) -> Table:
    table = Table("question", "what it tells", box=None)
    for question in questions:
        table.add_row(question.name, question.title)
    return table
