"""Part 3: the inputs of the impact assessment, article 35 of the GDPR."""

from collections.abc import Iterator

from snu_analytics.catalogue import Catalogue
from snu_analytics.privacy.register.blocks import (
    BLANK,
    Block,
    Heading,
    Items,
    Paragraph,
    code,
    grid,
)
from snu_analytics.privacy.register.processing import Processing


def assessment(catalogue: Catalogue, processing: Processing) -> Iterator[Block]:
    yield Heading(1, "Inputs of the impact assessment (analyse d'impact, AIPD)")
    yield Paragraph(
        "Article 35 of the GDPR. Facts and measures are told here; how severe and how likely a "
        "risk is, and whether it is accepted, is for the controller to say."
    )
    for title, told in processing.assessment.items():
        yield Heading(2, title)
        yield Items(told)
    yield Heading(2, "Necessity and proportionality (nécessité et proportionnalité)")
    yield grid(
        {"Category": 1.1, "Why it is needed": 2.4, "What keeps it small": 2.8},
        ((name, kind.need, kind.limits) for name, kind in processing.categories.items()),
    )
    yield Heading(2, "Rights of persons (droits des personnes)")
    yield grid({"Right": 1.5, "How it is met": 3}, ((r.right, r.how) for r in processing.rights))
    yield Heading(2, "Quasi-identifiers and sensitive columns")
    yield Paragraph("What `snu-analytics risk` measures. Tables without any are not about persons.")
    yield _quasi_identifiers(catalogue)
    yield Heading(2, "Risks, measures, and what remains (risques résiduels)")
    yield grid(
        {"Risk": 1.2, "How it could come about": 2.2, "Measures": 2.2, "What measures the rest": 2},
        ((r.risk, r.sources, r.measures, r.residual) for r in processing.risks),
    )
    yield Heading(2, "The controller's judgement")
    yield Paragraph(
        "Severity (gravité) and likelihood (vraisemblance) on the scale of the CNIL: negligible, "
        "limited, significant, maximal."
    )
    yield grid(
        {"Risk": 2.2, "Severity": 1.1, "Likelihood": 1.1, "Accepted, or what is to be done": 2.4},
        ((r.risk, BLANK, BLANK, BLANK) for r in processing.risks),
    )
    yield Heading(2, "Opinions and signatures (avis et validation)")
    yield grid(
        {"": 2.4, "Name": 1.4, "Opinion or decision": 2, "Date and signature": 1.8},
        (
            ("Data protection officer (avis du DPO)", "", "", ""),
            ("Persons concerned or their representatives (avis des personnes)", "", "", ""),
            ("Head of information security (RSSI)", "", "", ""),
            ("Controller (validation)", "", "", ""),
        ),
    )


def _quasi_identifiers(catalogue: Catalogue) -> Block:
    return grid(
        {"Table": 2.6, "Quasi-identifiers": 3, "Sensitive": 2.5},
        (
            (
                f"`analytics.{entity.table}`",
                code(name for name, c in entity.columns.items() if c.quasi_identifier),
                code(name for name, c in entity.columns.items() if c.sensitive),
            )
            for entity in catalogue.entities.values()
            if any(c.quasi_identifier or c.sensitive for c in entity.columns.values())
        ),
    )
