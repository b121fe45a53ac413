"""`snu-analytics figures`, which answers the named questions."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem
from rich.console import Console
from rich.table import Table

from snu_analytics.cli.answers import FORMATS, TABLE, is_empty, pivoted, write_answer
from snu_analytics.cli.console import err
from snu_analytics.cli.console import out as screen
from snu_analytics.cli.context import CommandContext, pass_context
from snu_analytics.cli.parameters import DAY
from snu_analytics.cli.question_help import describe
from snu_analytics.errors import QuestionError
from snu_analytics.questions import Question, ask, find_question, load_questions, require_rows

_SUFFIXES = {f".{shape}": shape for shape in FORMATS} | {".txt": TABLE}


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


def _questions(
    context: click.Context, parameter: click.Parameter, begun: str
) -> list[CompletionItem]:
    """The questions whose names go on so, for the shell's completion."""
    return [
        CompletionItem(question.name, help=question.title)
        for question in load_questions().values()
        if question.name.startswith(begun)
    ]


def _dimensions(context: click.Context, parameter: click.Parameter, begun: str) -> list[str]:
    """The question's dimensions that go on so; after a comma, the next."""
    before, comma, name = begun.rpartition(",")
    # An option whose value is still to come keeps click from giving the words before their names.
    names = (context.params.get("name"), *context.args)
    question = next(filter(None, map(load_questions().get, filter(None, names))), None)
    dimensions = question.dimensions if question else []
    return [f"{before}{comma}{d}" for d in dimensions if d.startswith(name)]


def _help(context: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    """Print the help of the command, or of the question that is named with it."""
    if not wanted or context.resilient_parsing:
        return
    name = context.params.get("name")
    if name is None:
        screen.print(context.get_help(), highlight=False, markup=False, soft_wrap=True)
    else:
        describe(find_question(name))
    context.exit()


@click.command(add_help_option=False)
@click.argument("name", required=False, is_eager=True, shell_complete=_questions)
@click.option("--from", "first", type=DAY, metavar="DAY", help="Begin on this day, YYYY-MM-DD.")
@click.option("--to", "last", type=DAY, metavar="DAY", help="End with this day, included.")
@click.option(
    "--by",
    multiple=True,
    callback=_names,
    shell_complete=_dimensions,
    help="Group by these dimensions, such as month,region.",
)
@click.option(
    "--where",
    multiple=True,
    callback=_filters,
    help="Take rows with this value alone, such as department=Paris; region= takes those "
    "without a region. Of several values of one dimension any is taken.",
)
@click.option(
    "--pivot",
    metavar="DIMENSION",
    shell_complete=_dimensions,
    help="Make a column for each value of this dimension, such as figure.",
)
@click.option(
    "--format",
    "shape",
    type=click.Choice(FORMATS),
    help="Write in this format; without, in that of the suffix of --out, else as a table.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write into this file instead of the screen.",
)
@click.option(
    "-h",
    "--help",
    is_flag=True,
    expose_value=False,
    callback=_help,
    help="Show this; with a NAME its dimensions, conditions and an example.",
)
@pass_context
def figures(
    context: CommandContext,
    name: str | None,
    pivot: str | None,
    shape: str | None,
    out: Path | None,
    **selection: Any,
) -> None:
    """Answer the question NAME for whole Paris days; without a name, list the questions.

    Distinct persons are counted over the whole period: somebody who did something twice counts once
    in each group.
    """
    if name is None:
        screen.print(_listed(load_questions().values()))
        return
    question = find_question(name)
    shape = shape or _SUFFIXES.get(out.suffix if out else "", TABLE)
    if shape == "parquet" and out is None:
        raise click.UsageError("parquet is no text: give --out FILE")
    if out and not out.absolute().parent.is_dir():
        raise QuestionError(f"there is no folder {out.absolute().parent}: make it first")
    if pivot and pivot not in (*selection["by"], *question.apart):
        selection["by"] = [*selection["by"], pivot]
    answer = ask(context.warehouse, name, **selection)
    if is_empty(answer, question):
        require_rows(context.warehouse, question, **selection)
    if pivot:
        answer = pivoted(answer, question, pivot)
    if out is None:
        write_answer(answer, question, shape, screen)
        return
    try:
        if shape == "parquet":
            answer.to_parquet(out, index=False)
        else:
            with out.open("w", encoding="utf-8") as file:
                write_answer(answer, question, shape, Console(file=file, width=200))
    except OSError as fault:
        raise QuestionError(f"{out} cannot be written: {fault.strerror}") from None
    err.print(f"{len(answer):,} rows written to {out}", highlight=False, soft_wrap=True)


def _listed(questions: Iterable[Question]) -> Table:
    table = Table("question", "what it tells", box=None)
    for question in questions:
        table.add_row(question.name, question.title)
    return table
