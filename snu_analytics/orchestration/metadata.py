"""Tables and lists for the pages of materialisations."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    import pandas as pd

_Cell = str | int | float | bool | None


def table(columns: Sequence[str], rows: Iterable[Sequence[_Cell]]) -> dg.TableMetadataValue:
    """The rows as a table of these columns, also when there are none."""
    records = [dg.TableRecord(dict(zip(columns, row, strict=True))) for row in rows]
    return dg.MetadataValue.table(records, dg.TableSchema([dg.TableColumn(c) for c in columns]))


def frame_table(frame: "pd.DataFrame") -> dg.TableMetadataValue:
    """The frame as a table, null where a value is missing."""
    rows = frame.astype(object).where(frame.notna(), None)
    return table(list(frame.columns), rows.itertuples(index=False))


def count_tables(**counts: Mapping[str, int]) -> dict[str, dg.TableMetadataValue]:
    """A table per name of what was counted under it in the run; none where nothing was."""
    return {
        f"{name}s_of_the_run": table([name, "count"], counted.items())
        for name, counted in counts.items()
        if counted
    }


def bullets(lines: Iterable[str]) -> dg.MarkdownMetadataValue:
    """The lines as a list; "none" without any."""
    return dg.MetadataValue.md("\n".join(f"- {line}" for line in lines) or "none")
