"""What `snu-analytics figures NAME --help` prints of a question."""

from rich.table import Table

from snu_analytics.cli.console import out as screen
from snu_analytics.questions import Question

_PERIODS = {
    "day": "Day in Europe/Paris",
    "week": "Monday of the week",
    "month": "First day of the month",
    "campaign": "Campaign, September to August, by the year it ends",
}


def describe(question: Question) -> None:
    """Print what the question answers, by what, on which conditions, and an example."""
    screen.print(f"[bold]{question.title}[/] ({question.unit})")
    screen.print(question.answers, highlight=False)
    dimensions, measures = Table(box=None, show_header=False), Table(box=None, show_header=False)
    for name in question.dimensions:
        dimensions.add_row(f"  {name}", question.columns.get(name, _PERIODS.get(name, "")))
    for name in question.counts.measures:
        measures.add_row(f"  {name}", question.columns[name])
    screen.print("\n[bold]Dimensions[/], for --where and --by:")
    screen.print(dimensions)
    if question.apart:
        screen.print(f"Every answer is by {', '.join(question.apart)}.", highlight=False)
    if question.breakdowns:
        names = "; ".join(question.breakdowns)
        screen.print(f"--by takes one of: {names}", highlight=False)
    if question.latest:
        screen.print("Without days the last one answers.")
    if question.counts.measures:
        screen.print("\n[bold]Columns of the answer[/]:")
        screen.print(measures)
    screen.print("\n[bold]Example[/]:")
    screen.print(f"  {' '.join(example(question))}", highlight=False, soft_wrap=True)


def example(question: Question) -> list[str]:
    """The words of a command that asks the question."""
    words = ["snu-analytics", "figures", question.name]
    if not question.latest:
        words += ["--from", "2024-01-01", "--to", "2024-03-31"]
    breakdowns = [name for name in question.breakdowns if name != "total"]
    own = [name for name in question.dimensions if name not in (*_PERIODS, *question.apart)]
    by = breakdowns[0] if breakdowns else "region" if "region" in own else "month"
    words += ["--by", by]
    if "figure" in question.apart:
        words += ["--pivot" if not question.counts.measures else "--where"]
        words += ["figure" if not question.counts.measures else "figure=validated"]
    return words
