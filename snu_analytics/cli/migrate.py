"""`snu-analytics migrate`."""

import click

from snu_analytics.catalogue import load_catalogue
from snu_analytics.cli.console import out
from snu_analytics.cli.context import CommandContext, pass_context
from snu_analytics.questions import question_views
from snu_analytics.warehouse import migrate as migrate_warehouse


@click.command()
@pass_context
def migrate(context: CommandContext) -> None:
    """Create or upgrade schemas, tables, roles and comments in PostgreSQL; say what changed."""
    print_migration(context.warehouse_url)


def print_migration(warehouse_url: str) -> None:
    """Migrate the warehouse; print a line per change."""
    changes = migrate_warehouse(warehouse_url, load_catalogue(), question_views())
    for change in changes:
        out.print(f"[cyan]{change.kind}[/] {change.subject}: {change.sentence}", highlight=False)
    if not changes:
        out.print("The warehouse is up to date.")
