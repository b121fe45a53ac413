"""The register as PDF, set by Typst with the fonts that it brings along."""

from hashlib import sha256
from importlib.resources import files

import typst

_TEMPLATE = "register.typ"


def pdf(document: str) -> bytes:
    """The PDF of a register in Markdown: the same bytes for the same text and release of Typst."""
    inputs = {"markdown": document, "digest": digest(document)}
    return typst.compile(_template(), format="pdf", ignore_system_fonts=True, sys_inputs=inputs)


def digest(document: str) -> str:
    """The SHA-256 of text and template, which stands among the keywords of the PDF.

    The bytes of the PDF are the same on every machine, but name the release of Typst: of a PDF made
    with another one this digest still says whether it is up to date.
    """
    return sha256(_template() + document.encode()).hexdigest()


def _template() -> bytes:
    return (files(__package__) / _TEMPLATE).read_bytes()
