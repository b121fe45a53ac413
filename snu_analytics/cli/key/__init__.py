"""The life of the pseudonym key, a module a command. No output ever holds a key."""

import click

from snu_analytics.cli.groups import LazyGroup


@click.group(cls=LazyGroup, package=__package__, names=("check", "destroy", "new", "rotate"))
def key() -> None:
    """The key behind the pseudonyms: make it, check it, rotate it, destroy it."""
