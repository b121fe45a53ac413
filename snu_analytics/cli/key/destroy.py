"""`snu-analytics key destroy`."""

import click

from snu_analytics.cli.console import print_plainly
from snu_analytics.cli.context import CommandContext, pass_context
from snu_analytics.privacy import destroy as destroy_key


@click.command()
@click.argument("fingerprint")
@pass_context
def destroy(context: CommandContext, fingerprint: str) -> None:
    """Destroy the key in force, named by its FINGERPRINT: nobody can undo the pseudonyms then."""
    for sentence in destroy_key(context.settings, context.warehouse_url, fingerprint):
        print_plainly(sentence)
