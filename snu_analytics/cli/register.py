"""`snu-analytics register`."""

import sys
from pathlib import Path

import click
from sqlalchemy.dialects import postgresql

from snu_analytics.catalogue import load_catalogue
from snu_analytics.cli.console import err, out
from snu_analytics.cli.faults import SOME_FAILED
from snu_analytics.privacy.register import (
    StoredColumn,
    StoredTable,
    read_processing,
    register_document,
    stale_files,
    write_files,
)
from snu_analytics.warehouse import warehouse_metadata


@click.command()
@click.option(
    "--out",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("docs"),
    show_default=True,
    help="Write register.md and register.pdf into this folder.",
)
@click.option("--check", is_flag=True, help="Write nothing; fail when the files are out of date.")
def register(folder: Path, check: bool) -> None:
    """Write the record of processing (article 30) and the inputs of the impact assessment."""
    document = register_document(load_catalogue(), read_processing(), _tables())
    files = stale_files(document, folder) if check else write_files(document, folder)
    names = " and ".join(str(file) for file in files)
    if not check:
        out.print(f"{names} are written.", highlight=False)
    elif files:
        err.print(f"{names}: out of date, run `snu-analytics register` and commit what it writes.")
        sys.exit(SOME_FAILED)
    else:
        out.print("The register is up to date.")


def _tables() -> list[StoredTable]:
    """The tables of the warehouse as `migrate` makes them; no database is read."""
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
