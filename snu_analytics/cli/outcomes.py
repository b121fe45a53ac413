"""How commands print what became of Dagster runs: faults in red, checks that warn in yellow."""

from collections.abc import Iterable

from snu_analytics.cli.console import err
from snu_analytics.orchestration.check_warnings import CheckWarning, warning_sentences
from snu_analytics.orchestration.runs import Outcome


def print_outcome(outcome: Outcome) -> bool:
    """Whether the run went well; its faults and warnings are printed."""
    for fault in outcome.faults:
        err.print(f"[bold red]{fault}[/]", highlight=False)
    print_warnings(outcome.warnings)
    return outcome.ok


def print_warnings(warnings: Iterable[CheckWarning]) -> None:
    """Print a line per asset and check that warns, with all the days or fields that it names."""
    for sentence in warning_sentences(warnings):
        err.print(f"[yellow]{sentence}[/]", highlight=False)
