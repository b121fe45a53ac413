"""The register's two files in a folder: written, or held against what they ought to be."""

from pathlib import Path

from snu_analytics.errors import RegisterError
from snu_analytics.privacy.register.blocks import Document
from snu_analytics.privacy.register.markdown import markdown
from snu_analytics.privacy.register.typeset import digest, pdf

_MARKDOWN, _PDF = "register.md", "register.pdf"


def write_files(document: Document, folder: Path) -> list[Path]:
    """Write `register.md` and `register.pdf`, and return where.

    Raises RegisterError when the folder cannot be written.
    """
    contents = {_MARKDOWN: markdown(document).encode(), _PDF: pdf(document)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            (folder / name).write_bytes(content)
    except OSError as fault:
        raise RegisterError(f"{folder} cannot be written: {fault.strerror}") from None
    return [folder / name for name in contents]


def stale_files(document: Document, folder: Path) -> list[Path]:
    """Those of the two files that are missing or not of this document."""
    text, typeset = folder / _MARKDOWN, folder / _PDF
    stale = []
    if not text.is_file() or text.read_bytes() != markdown(document).encode():
        stale.append(text)
    if not typeset.is_file() or digest(document).encode() not in typeset.read_bytes():
        stale.append(typeset)
    return stale
