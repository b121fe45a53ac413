"""`snu-analytics key check`."""

import sys
from collections.abc import Iterable, Iterator, Mapping

import click
from rich.table import Table

from snu_analytics.catalogue import load_catalogue
from snu_analytics.cli.console import err, out, print_plainly
from snu_analytics.cli.context import CommandContext, pass_context
from snu_analytics.cli.faults import WRONG_USE
from snu_analytics.cli.key.rotate import number_of_days
from snu_analytics.errors import SnuError
from snu_analytics.events import Pseudonymiser
from snu_analytics.orchestration.rotation import remaining
from snu_analytics.settings import Settings, file_mode
from snu_analytics.warehouse import Key, KeyedRows, known_keys, require_key, rows_by_key


@click.command()
@pass_context
def check(context: CommandContext) -> None:
    """Tell the key in force, the keys of the rows, and what is wrong with them."""
    key = context.settings.key()
    fingerprint = Pseudonymiser(key).fingerprint
    print_plainly(f"The key in force is {fingerprint}, from {_origin(context.settings)}.")
    print_plainly(f"It has {len(key)} bytes and is no text, no sample and no pattern.")
    keys, holdings = known_keys(context.warehouse), rows_by_key(context.warehouse)
    out.print(_table(keys, holdings))
    faults = list(_refusals(context, fingerprint))
    if incoming := next((k.fingerprint for k in keys.values() if k.state == "incoming"), None):
        stretches = remaining(context.warehouse_url, incoming, load_catalogue())
        days = {day for stretch in stretches for day in stretch.days}
        print_plainly(
            f"A rotation to the key {incoming} is under way, {number_of_days(len(days))} to go: "
            "`snu-analytics key rotate` goes on."
        )
    elif others := {h.key_id for h in holdings if h.key_id and h.key_id != fingerprint}:
        faults.append(f"rows of other keys than that in force: {', '.join(sorted(others))}")
    for fault in faults:
        err.print(f"[bold red]{fault}[/]", highlight=False, soft_wrap=True)
    if faults:
        sys.exit(WRONG_USE)


def _origin(settings: Settings) -> str:
    if settings.pseudonym_key:
        return settings.key_origin
    return f"{settings.key_origin}, mode {file_mode(settings.key_file)}"


def _table(keys: Mapping[str, Key], holdings: Iterable[KeyedRows]) -> Table:
    """A row per key and table that holds rows of it, then the keys of which no row is left."""
    table = Table("key id", "state", "table", "days", "rows", box=None)
    for rows in holdings:
        state = keys[rows.key_id].state if rows.key_id and rows.key_id in keys else "unknown"
        table.add_row(rows.key_id or "none", state, rows.table, str(rows.days), str(rows.rows))
    for key in keys.values():
        if key.fingerprint not in {rows.key_id for rows in holdings}:
            table.add_row(key.fingerprint, key.state, "none", "0", "0")
    return table


def _refusals(context: CommandContext, fingerprint: str) -> Iterator[str]:
    """Why the warehouse refuses the key in force, if it does."""
    try:
        require_key(context.warehouse, fingerprint)
    except SnuError as fault:
        yield str(fault)
