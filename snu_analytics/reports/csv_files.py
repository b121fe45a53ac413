"""The tables of a report as CSV: plain numbers and ISO dates, for programs."""

import csv
import io
import math
from collections.abc import Sequence

from snu_analytics.reports.blocks import Block, Charts, Table, Value


def tables(blocks: Sequence[Block]) -> list[Table]:
    """All tables of a report, those of its charts among them."""
    own = [block.tables if isinstance(block, Charts) else [block] for block in blocks]
    return [table for group in own for table in group if isinstance(table, Table)]


def csv_text(table: Table) -> str:
    """The CSV of a table: UTF-8, commas, an empty field where a number is masked or not known."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(table.data_header or table.header)
    writer.writerows([_plain(value) for value in row] for row in table.data or table.rows)
    return file.getvalue()


def _plain(value: Value) -> Value:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return value.replace("\u00a0", " ") if isinstance(value, str) else value
