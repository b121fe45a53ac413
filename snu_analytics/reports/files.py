"""A report as files: a page, a document and a CSV per table, in the folder of its edition."""

from dataclasses import dataclass
from pathlib import Path

import psycopg

from snu_analytics.reports.csv_files import csv_text, tables
from snu_analytics.reports.html import html
from snu_analytics.reports.make import make_report
from snu_analytics.reports.model import Request
from snu_analytics.reports.pdf import pdf

# Of the public edition everybody may read the files, of the restricted one their owner.
_MODES = {"public": (0o755, 0o644), "restricted": (0o700, 0o600)}


@dataclass(frozen=True)
class WrittenReport:
    """Where a report lies."""

    page: Path
    document: Path


def write_report(connection: psycopg.Connection, request: Request, root: Path) -> WrittenReport:
    """Make a report and write it under `root`/<edition>/<name>, in place of a former one.

    Each edition has a folder of its own, so that what is handed out holds nothing restricted. The
    name of a file ends with the language: `report.fr.html`, `report.fr.pdf`, and beside them
    `data.fr/<table>.csv`.
    """
    report = make_report(connection, request)
    folder_mode, file_mode = _MODES[request.edition]
    edition = root / request.edition
    folder = edition / request.name
    data = folder / f"data.{request.language}"
    data.mkdir(parents=True, exist_ok=True)
    for made in (edition, folder, data):
        made.chmod(folder_mode)
    page = folder / f"report.{request.language}.html"
    document = folder / f"report.{request.language}.pdf"
    contents = {
        page: html(report).encode(),
        document: pdf(report),
        **{data / f"{t.name}.csv": csv_text(t).encode() for t in tables(report.blocks)},
    }
    for former in set(data.glob("*.csv")) - set(contents):
        former.unlink()
    for file, content in contents.items():
        _write(file, content, file_mode)
    return WrittenReport(page, document)


def _write(file: Path, content: bytes, mode: int) -> None:
    """Write a file whole or not at all, never readable by others than its mode allows."""
    part = file.with_name(f".{file.name}.part")
    part.touch(mode=mode)
    part.chmod(mode)
    part.write_bytes(content)
    part.replace(file)
