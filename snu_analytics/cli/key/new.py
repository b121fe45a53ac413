"""`snu-analytics key new`."""

from pathlib import Path

import click

from snu_analytics.cli.console import print_plainly
from snu_analytics.events import Pseudonymiser
from snu_analytics.settings import decode_key, default_file, new_key, read_settings, write_key


@click.command()
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep it in this file; without, in SNU_HOME/pseudonym.key.",
)
def new(out: Path | None) -> None:
    """Make a key in a file that only its owner reads; tell its fingerprint, never the key."""
    file = out.absolute() if out else default_file(read_settings().home)
    text = new_key()
    write_key(file, text)
    fingerprint = Pseudonymiser(decode_key(text)).fingerprint
    print_plainly(f"A new key is in {file}, fingerprint {fingerprint}.")
