"""`snu-analytics dev`."""

import os
import signal
import subprocess
import sys

import click

from snu_analytics.cli.console import out
from snu_analytics.cli.context import CommandContext, pass_context
from snu_analytics.cli.migrate import print_migration
from snu_analytics.settings import EMBEDDED


@click.command()
@click.option("--port", default=3000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@pass_context
def dev(context: CommandContext, port: int, host: str) -> None:
    """Open Dagster's pages and daemon on the same settings as the other commands."""
    context.creates = True
    context.export()
    if context.settings.warehouse_url == EMBEDDED:
        print_migration(context.warehouse_url)
        out.print(f"PostgreSQL, as long as this runs: {context.warehouse_url}", soft_wrap=True)
    else:
        context.require_schema()
    command = [sys.executable, "-m", "dagster", "dev", "-m", "snu_analytics.definitions"]
    # From its own home: Dagster warns of any other dagster.yaml that it finds where it starts.
    served = subprocess.Popen(
        [*command, "-p", str(port), "-h", host], cwd=os.environ["DAGSTER_HOME"]
    )
    for ending in (signal.SIGTERM, signal.SIGINT):
        # Dagster ends its own processes when it is asked to; PostgreSQL stops after them.
        signal.signal(ending, lambda *_: served.send_signal(signal.SIGINT))
    sys.exit(served.wait())
