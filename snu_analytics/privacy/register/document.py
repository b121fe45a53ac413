"""The whole register: its parts, one after the other, numbered."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from snu_analytics.catalogue import Catalogue
from snu_analytics.privacy.register.assessment import assessment
from snu_analytics.privacy.register.blocks import Block, Document, Heading
from snu_analytics.privacy.register.inventory import StoredTable, inventory
from snu_analytics.privacy.register.processing import Processing
from snu_analytics.privacy.register.record import contacts, record


def register_document(
    catalogue: Catalogue, processing: Processing, tables: Sequence[StoredTable]
) -> Document:
    """The record of processing, the inventory of fields and the inputs of the impact assessment.

    `tables` are those of the warehouse, of which the columns are told.
    """
    parts = (
        *record(catalogue, processing),
        *inventory(catalogue, tables),
        *assessment(catalogue, processing),
    )
    return Document(
        "Record of processing and inputs of the impact assessment",
        processing.name,
        contacts(processing),
        tuple(_numbered(parts)),
    )


def _numbered(blocks: Iterable[Block]) -> Iterator[Block]:
    """Headings of the first two levels with their numbers."""
    part = section = 0
    for block in blocks:
        if isinstance(block, Heading) and block.level == 1:
            part, section = part + 1, 0
            yield replace(block, text=f"{part}. {block.text}")
        elif isinstance(block, Heading) and block.level == 2:
            section += 1
            yield replace(block, text=f"{part}.{section} {block.text}")
        else:
            yield block
