"""`snu-analytics erase`: whoever is gone from the source, or a request."""

import re
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from snu_analytics.catalogue import load_catalogue
from snu_analytics.cli.context import with_warehouse
from snu_analytics.cli.faults import exit_on_error
from snu_analytics.errors import ErasureError

_OBJECT_ID = re.compile(r"[0-9a-fA-F]{24}")


@click.command()
@click.option(
    "--ref-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True),
    help="The documents to erase: their ObjectIds, one to a line; - for standard input.",
)
@click.option(
    "--entity",
    type=click.Choice(list(load_catalogue().entities)),
    default="young",
    show_default=True,
    help="What the documents of --ref-file are.",
)
@click.option("--many", is_flag=True, help="More than a fifth of the subjects are expected.")
@exit_on_error
def erase(ref_file: Path | None, entity: str, many: bool) -> None:
    """Erase whoever is gone from the source or deleted there, or the documents of a file."""
    refs = _refs(ref_file) if ref_file else []
    settings, warehouse_url = with_warehouse()
    from snu_analytics.cli.doctor import require_schema
    from snu_analytics.events import Pseudonymiser
    from snu_analytics.pipeline import PipelineContext, Staging
    from snu_analytics.privacy import erase_absent, erase_requested
    from snu_analytics.settings import decode_key
    from snu_analytics.source import open_source
    from snu_analytics.warehouse import connect

    require_schema(warehouse_url)
    pseudonyms = Pseudonymiser(decode_key(settings.pseudonym_key, settings.key_origin))
    catalogue = load_catalogue()
    context = PipelineContext(catalogue, pseudonyms, Staging(settings.staging_url))
    with connect(warehouse_url) as connection:
        if ref_file:
            done = erase_requested(context, catalogue.entities[entity], refs, connection)
        else:
            source = open_source(settings.source_url, settings.home)
            try:
                done = erase_absent(context, source, connection, many)
            finally:
                source.close()
    out = Console()
    table = Table("entity", "reason", "subjects", "events", "days", box=None)
    for one in done:
        table.add_row(
            *(one.entity, one.reason, f"{one.subjects:,}", f"{one.events:,}", f"{len(one.days):,}")
        )
    out.print(table if done else "Nobody is to be erased.")
    if done:
        out.print("No published number changes: these are anonymous counts, and final.")
    if ref_file and (missing := len(set(refs)) - sum(one.subjects for one in done[:1])):
        out.print(f"{missing:,} of the documents had no rows; none will come back.")


def _refs(file: Path) -> list[str]:
    """The ObjectIds of the file.

    Raises ErasureError naming the line, never its content.
    """
    with click.open_file(str(file), encoding="utf-8", errors="replace") as told:
        lines = [line.strip() for line in told]
    for number, line in enumerate(lines, start=1):
        if line and not _OBJECT_ID.fullmatch(line):
            raise ErasureError(
                f"{file}, line {number} is not an ObjectId: write 24 hexadecimal digits, one "
                "document to a line. Nobody was erased"
            )
    refs = [line.lower() for line in lines if line]
    if not refs:
        raise ErasureError(f"{file} names no document: write one ObjectId to a line")
    return refs
