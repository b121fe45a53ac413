"""A document as PDF, set by Typst with the fonts that it brings along."""

import json
from dataclasses import asdict
from hashlib import sha256
from importlib.resources import files

import typst

from snu_analytics.privacy.register.blocks import Document

_TEMPLATE = "register.typ"


def pdf(document: Document) -> bytes:
    """The same bytes for the same document and the same release of Typst."""
    told = {"document": _content(document), "digest": digest(document)}
    return typst.compile(_template(), format="pdf", ignore_system_fonts=True, sys_inputs=told)


def digest(document: Document) -> str:
    """What stands for document and template among the keywords of the PDF.

    The bytes of the PDF are the same on every machine, but tell the release of Typst: of a PDF made
    with another one this digest still says whether it is up to date.
    """
    return sha256(_template() + _content(document).encode()).hexdigest()


def _template() -> bytes:
    return (files(__package__) / _TEMPLATE).read_bytes()


def _content(document: Document) -> str:
    return json.dumps(asdict(document), ensure_ascii=False)
