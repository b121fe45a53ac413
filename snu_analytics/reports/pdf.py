"""A report as PDF, set by Typst with the fonts that it brings along: tagged, PDF/UA-1, PDF/A-2a."""

import json
from datetime import UTC, datetime, time
from importlib.resources import files
from typing import Any

import typst

from snu_analytics.reports.blocks import (
    Block,
    Cards,
    Charts,
    Definitions,
    Heading,
    Paragraph,
    Report,
    Table,
)
from snu_analytics.reports.drawing import svg
from snu_analytics.reports.language import Words, words

# As the template sets its text: the pictures' letters are of the page.
_FONT = "Libertinus Serif"


def pdf(report: Report) -> bytes:
    """The document, the same bytes for the same report and release of Typst."""
    own = words(report.language)
    content = {
        "title": report.title,
        "subtitle": report.subtitle,
        "edition": report.edition,
        "restricted": report.restricted,
        "language": report.language,
        "footer": own("page.footer", day=report.day),
        "day": [report.day.year, report.day.month, report.day.day],
        "blocks": [_block(block, own) for block in report.blocks],
    }
    return typst.compile(
        (files(__package__) / "report.typ").read_bytes(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"report": json.dumps(content)},
        pdf_standards=["a-2a", "ua-1"],
        timestamp=int(datetime.combine(report.day, time(), UTC).timestamp()),
    )


def _block(block: Block, own: Words) -> dict[str, Any]:
    """A block with all its values written, for the template."""
    match block:
        case Heading():
            return {"kind": "heading", "level": block.level, "text": block.text}
        case Paragraph():
            return {"kind": "paragraph", "text": block.text, "muted": block.muted}
        case Cards():
            return {"kind": "cards", "cards": [_card(card, own) for card in block.cards]}
        case Table():
            return {"kind": "table", **_table(block, own)}
        case Charts():
            charts = [
                {"title": c.title, "alt": c.description, "svg": svg(c, n, own, _FONT)}
                for n, c in enumerate(block.charts)
            ]
            return {
                "kind": "charts",
                "charts": charts,
                "tables": [_table(table, own) for table in block.tables],
            }
        case Definitions():
            return {"kind": "definitions", "terms": block.terms, "language": block.language}


def _card(card: Any, own: Words) -> dict[str, Any]:
    beside = [[label, own.write(value)] for label, value in card.beside]
    return {"label": card.label, "value": own.write(card.value), "beside": beside}


def _table(table: Table, own: Words) -> dict[str, Any]:
    rows = [[own.write(value, table.missing) for value in row] for row in table.rows]
    return {"caption": table.caption, "header": table.header, "rows": rows}
