"""`snu-analytics migrate`."""

from collections import Counter

import click

from snu_analytics.catalogue import load_catalogue
from snu_analytics.cli.console import out
from snu_analytics.cli.context import CommandContext, pass_context
from snu_analytics.questions import question_views
from snu_analytics.warehouse import migrate as migrate_warehouse


@click.command()
@click.option("-v", "--verbose", is_flag=True, help="Print a line for each change.")
@pass_context
def migrate(context: CommandContext, verbose: bool) -> None:
    """Create or upgrade schemas, tables, roles and comments in PostgreSQL; say what changed."""
    context.creates = True
    print_migration(context.warehouse_url, verbose)


def print_migration(warehouse_url: str, verbose: bool = False) -> None:
    """Migrate the warehouse; print how many of each kind of thing were created or changed.

    What is left for a person to do, and what holds rows and is dropped, is always printed whole.
    """
    changes = migrate_warehouse(warehouse_url, load_catalogue(), question_views())
    for change in changes:
        if verbose or change.kind not in ("created", "changed"):
            out.print(
                f"[cyan]{change.kind}[/] {change.subject}: {change.sentence}",
                highlight=False,
                soft_wrap=True,
            )
    for kind in ("created", "changed"):
        subjects = {c.subject: None for c in changes if c.kind == kind}
        if counts := Counter(subject.split(" ")[0].removesuffix("s") for subject in subjects):
            things = ", ".join(f"{n:,} {name}{'s' * (n > 1)}" for name, n in counts.items())
            out.print(f"[cyan]{kind}[/] {things}", highlight=False)
    if not changes:
        out.print("The warehouse is up to date.")
    elif not verbose:
        out.print("-v prints each change.", style="dim")
