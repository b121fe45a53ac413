"""`snu-analytics erase`."""

import re
import sys
from collections.abc import Iterable
from pathlib import Path

import click
from rich.table import Table

from snu_analytics.catalogue import load_catalogue
from snu_analytics.cli.console import err, out
from snu_analytics.cli.context import CommandContext, pass_context
from snu_analytics.cli.faults import SOME_FAILED
from snu_analytics.cli.parameters import ENTITIES
from snu_analytics.errors import ErasureError
from snu_analytics.privacy import erase_absent, erase_requested, remnants
from snu_analytics.warehouse import Erased

_OBJECT_ID = re.compile(r"[0-9a-fA-F]{24}")


@click.command()
@click.option(
    "--ref-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True),
    help="Erase the documents of this file: ObjectIds, one to a line; - is standard input.",
)
@click.option(
    "--entity",
    type=ENTITIES,
    default="young",
    show_default=True,
    help="Take the documents of --ref-file for these.",
)
@click.option("--many", is_flag=True, help="Erase even more than a fifth of the subjects.")
@click.option("--dry-run", is_flag=True, help="Tell what would be erased, and erase nobody.")
@pass_context
def erase(
    context: CommandContext, ref_file: Path | None, entity: str, many: bool, dry_run: bool
) -> None:
    """Erase whoever is gone from the source or deleted there, or the documents of a file.

    Published numbers stand. Ends with 1 where something of the erased is still held.
    """
    refs = _refs(ref_file) if ref_file else []
    context.require_schema()
    if ref_file:
        named = load_catalogue().entities[entity]
        erasures = erase_requested(context.pipeline, named, refs, context.warehouse, dry_run)
    else:
        erasures = erase_absent(context.pipeline, context.source, context.warehouse, many, dry_run)
    out.print(_table(erasures) if erasures else "Nobody is to be erased.")
    if dry_run:
        out.print("This was a dry run: nobody was erased.")
        return
    if erasures:
        out.print(
            "What is published stands: these are anonymous counts, and a correction would tell "
            "when the erased registered and were decided on."
        )
    if ref_file and (missing := len(set(refs)) - sum(e.subjects for e in erasures[:1])):
        out.print(f"{missing:,} of the documents had no rows; none will come back.")
    if sentences := remnants(context.pipeline, context.warehouse):
        for sentence in sentences:
            err.print(f"[bold red]{sentence}[/]: run `snu-analytics erase` again", highlight=False)
        sys.exit(SOME_FAILED)


def _table(erasures: Iterable[Erased]) -> Table:
    table = Table("entity", "reason", "subjects", "events", "days", box=None)
    for erased in erasures:
        counts = (erased.subjects, erased.events, len(erased.days))
        table.add_row(erased.entity, erased.reason, *(f"{count:,}" for count in counts))
    return table


def _refs(file: Path) -> list[str]:
    """The ObjectIds of the file, in lower case.

    Raises ErasureError naming the line, never its content.
    """
    with click.open_file(str(file), encoding="utf-8", errors="replace") as opened:
        lines = [line.strip() for line in opened]
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
