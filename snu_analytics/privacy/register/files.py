"""The register's two files in a folder: written, or compared with what they ought to be."""

from pathlib import Path

from snu_analytics.errors import RegisterError
from snu_analytics.privacy.register.typeset import digest, pdf

_MARKDOWN, _PDF = "register.md", "register.pdf"


def write_files(document: str, folder: Path) -> list[Path]:
    """The paths of the `register.md` and `register.pdf` that are written into the folder.

    Raises RegisterError when the folder cannot be written.
    """
    contents = {_MARKDOWN: document.encode(), _PDF: pdf(document)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            (folder / name).write_bytes(content)
    except OSError as fault:
        raise RegisterError(f"{folder} cannot be written: {fault.strerror}") from None
    return [folder / name for name in contents]


def stale_files(document: str, folder: Path) -> list[Path]:
    """The paths of the two files that are missing, or not of this Markdown."""
    text, typeset = folder / _MARKDOWN, folder / _PDF
    stale = []
    if not text.is_file() or text.read_bytes() != document.encode():
        stale.append(text)
    if not typeset.is_file() or digest(document).encode() not in typeset.read_bytes():
        stale.append(typeset)
    return stale
