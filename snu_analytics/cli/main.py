"""The command `snu-analytics`."""

import click

from snu_analytics.cli.groups import LazyGroup


@click.group(
    cls=LazyGroup,
    package=__package__,
    names=(
        "audit",
        "backfill",
        "demo",
        "dev",
        "doctor",
        "erase",
        "explain",
        "figures",
        "key",
        "materialize",
        "metrics",
        "migrate",
        "publish",
        "register",
        "report",
        "risk",
        "simulate",
        "values",
    ),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="snu-analytics")
def main() -> None:
    """Pseudonymised events, and anonymous published figures, from the patches of a MongoDB."""
