"""Part 1: the record of the processing activity, article 30 of the GDPR."""

from collections.abc import Iterator

from snu_analytics.catalogue import Catalogue
from snu_analytics.privacy.register.blocks import (
    BLANK,
    Block,
    Grid,
    Heading,
    Items,
    Paragraph,
    grid,
)
from snu_analytics.privacy.register.processing import Processing


def contacts(processing: Processing) -> Grid:
    return grid({"": 2, " ": 3}, ((k, v or BLANK) for k, v in processing.contacts.items()))


def record(catalogue: Catalogue, processing: Processing) -> Iterator[Block]:
    yield Heading(1, "Record of the processing activity (registre des activités de traitement)")
    yield Paragraph("Article 30 of the GDPR. Controller and contacts stand on the first page.")
    yield Heading(2, "Purposes (finalités)")
    yield Items(processing.purposes)
    yield Heading(2, "Legal basis (base légale)")
    yield Items(processing.legal_basis)
    yield Heading(2, "Data subjects (personnes concernées)")
    yield Items(processing.data_subjects)
    yield Heading(2, "Categories of data (catégories de données)")
    yield Paragraph(
        "No data of article 9 of the GDPR (health, opinions, origin) and none of article 10 are "
        "kept. Part 2 tells every field."
    )
    yield grid(
        {"Category": 1.1, "What it holds": 4, "Fields kept": 2},
        (
            (name, kind.holds, _count(catalogue, name))
            for name, kind in processing.categories.items()
        ),
    )
    yield Heading(2, "Recipients (destinataires)")
    yield grid(
        {"Role": 1.2, "What it reads": 3, "Who": 1.5},
        ((r.role, r.reads, r.who or BLANK) for r in processing.recipients),
    )
    yield Heading(2, "Transfers (transferts hors de l'Union européenne)")
    yield Items(processing.transfers)
    yield Heading(2, "Retention (durées de conservation)")
    yield grid(
        {"What": 2, "How long": 1.8, "How it ends": 2},
        ((r.what, r.kept, r.end) for r in processing.retention),
    )
    yield Heading(2, "Security measures (mesures de sécurité)")
    yield grid(
        {"Measure": 1.2, "How it works": 3, "What proves it": 2},
        ((m.measure, m.how, m.proof) for m in processing.measures),
    )


def _count(catalogue: Catalogue, category: str) -> str:
    counts = {
        entity.name: sum(kept.category == category for kept in entity.fields.values())
        for entity in catalogue.entities.values()
    }
    return ", ".join(f"{name} {count}" for name, count in counts.items() if count) or "none"
