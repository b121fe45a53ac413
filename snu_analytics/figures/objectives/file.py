"""Objectives in a CSV file."""

import csv
from io import StringIO
from pathlib import Path

from snu_analytics.errors import ObjectivesError
from snu_analytics.figures.objectives.read import GivenObjective

_NEEDED = ("cohort", "department", "max")
_OPTIONAL = ("region", "academy")


def read_file(path: Path) -> list[GivenObjective]:
    """The objectives of a CSV file, by line, not checked yet (see `read_objectives`).

    UTF-8, with or without a byte order mark; columns cohort, department, max, and optionally region
    and academy, separated by commas or semicolons. Raises ObjectivesError naming the file, and the
    line or column, when it cannot be read at all.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as fault:
        raise ObjectivesError(f"SNU_OBJECTIVES: {path}: {fault.strerror or 'not read'}") from None
    except UnicodeDecodeError:
        raise ObjectivesError(f"SNU_OBJECTIVES: {path} is not UTF-8: save it as such") from None
    header = text.partition("\n")[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.DictReader(StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    names = {(name or "").strip().lower(): name for name in reader.fieldnames or ()}
    if missing := [name for name in _NEEDED if name not in names]:
        raise ObjectivesError(
            f"SNU_OBJECTIVES: {path} lacks the column {missing[0]}: its first line names "
            f"{', '.join(_NEEDED)}, and optionally {' and '.join(_OPTIONAL)}"
        )
    given = []
    try:
        for row in reader:
            values = [
                (row.get(names[name]) or "").strip() if name in names else ""
                for name in (*_NEEDED, *_OPTIONAL)
            ]
            if any(values):
                given.append(GivenObjective(f"line {reader.line_num}", *values))
    except csv.Error:
        raise ObjectivesError(
            f"SNU_OBJECTIVES: {path}, line {reader.line_num + 1} cannot be read as CSV"
        ) from None
    return given
