"""The command that writes the record of processing."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from snu_analytics.cli.faults import SOME_FAILED, exit_on_error

if TYPE_CHECKING:
    from snu_analytics.privacy.register import StoredTable

_out = Console()
_err = Console(stderr=True)


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("docs"),
    show_default=True,
    help="Folder of register.md and register.pdf.",
)
@click.option("--check", is_flag=True, help="Write nothing; fail when the files are out of date.")
@exit_on_error
def register(out: Path, check: bool) -> None:
    """Write the record of processing (article 30) and the inputs of the impact assessment."""
    from snu_analytics.catalogue import load_catalogue
    from snu_analytics.privacy.register import (
        read_processing,
        register_document,
        stale_files,
        write_files,
    )

    document = register_document(load_catalogue(), read_processing(), _tables())
    files = stale_files(document, out) if check else write_files(document, out)
    names = " and ".join(str(file) for file in files)
    if not check:
        _out.print(f"{names} are written.", highlight=False)
    elif files:
        _err.print(f"{names}: out of date, run `snu-analytics register` and commit what it writes.")
        sys.exit(SOME_FAILED)
    else:
        _out.print("The register is up to date.")


def _tables() -> "list[StoredTable]":
    """The tables of the warehouse as `migrate` makes them, without looking at one."""
    from sqlalchemy.dialects import postgresql

    from snu_analytics.catalogue import load_catalogue
    from snu_analytics.privacy.register import StoredColumn, StoredTable
    from snu_analytics.warehouse import warehouse_metadata

    dialect = postgresql.dialect()
    return [
        StoredTable(
            f"{table.schema}.{table.name}",
            (table.comment or "").partition("\n")[0],
            tuple(
                StoredColumn(c.name, c.type.compile(dialect).lower(), c.comment or "")
                for c in table.columns
            ),
        )
        for table in warehouse_metadata(load_catalogue()).tables.values()
    ]
