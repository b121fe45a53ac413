"""A document as Markdown, the same bytes for the same document."""

from collections.abc import Iterator

from snu_analytics.privacy.register.blocks import Block, Document, Grid, Heading, Items, Paragraph

_ORIGIN = (
    "Written by `snu-analytics register` from the catalogues and `processing.yaml`: "
    "change these, not this text."
)


def markdown(document: Document) -> str:
    blocks = (Paragraph(document.subtitle), Paragraph(_ORIGIN), document.front, *document.blocks)
    lines = [f"# {document.title}"]
    for block in blocks:
        lines += ["", *_lines(block)]
    return "\n".join(lines) + "\n"


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, text):
            yield f"{'#' * (level + 1)} {_text(text)}"
        case Paragraph(text):
            yield _text(text)
        case Items(texts):
            yield from (f"- {_text(text)}" for text in texts)
        case Grid(columns, _, rows):
            yield _row(columns)
            yield _row(["---"] * len(columns))
            yield from map(_row, rows)


def _row(cells: list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(_text(cell).strip().replace('|', chr(92) + '|') for cell in cells)} |"


def _text(text: str) -> str:
    """Without what Markdown would take for a tag."""
    return text.replace("<", "&lt;")
