"""`snu-analytics metrics`."""

from datetime import UTC, datetime, timedelta

import click

from snu_analytics.catalogue import load_catalogue
from snu_analytics.cli.context import CommandContext, pass_context
from snu_analytics.days import paris_today


@click.command()
@pass_context
def metrics(context: CommandContext) -> None:
    """Print the state of the warehouse and its runs as Prometheus text.

    For node_exporter's textfile collector: write it beside the file and move it there, so that
    none is read half-written.
    """
    from snu_analytics.monitoring import metrics_text
    from snu_analytics.orchestration.engine import engine_state

    context.require_schema()
    now = datetime.now(UTC)
    engine = engine_state(context.instance, context.settings.backup_folder, now)
    yesterday = paris_today() - timedelta(days=1)
    text = metrics_text(load_catalogue(), now, yesterday, engine, context.warehouse)
    click.echo(text, nl=False)
