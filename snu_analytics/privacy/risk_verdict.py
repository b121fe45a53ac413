"""What the measures come to, for a data protection officer."""

from collections.abc import Sequence

from snu_analytics.privacy.risk_cells import LEAST_CELL, small_cells
from snu_analytics.privacy.risk_measures import Measure, Unit


def verdict(report: Sequence[Measure]) -> list[str]:
    """Five sentences on the first table with persons, the young people's if it was measured.

    One sentence where no table of the report holds a row.
    """
    relations = (
        m.relation for m in report if (m.unit, m.measure) == ("person", "rows") and m.value
    )
    relation = next(relations, None)
    if relation is None:
        return ["Nothing is loaded: there is nothing to judge."]
    values = {
        (m.unit, m.measure): m.value
        for m in report
        if m.relation == relation and m.column_name is None
    }

    def share(unit: Unit, measure: str) -> str:
        return f"{values[unit, measure]:.1%}"

    def number(measure: str) -> str:
        return f"{values['person', measure]:,.0f}"

    return [
        f"{relation} is pseudonymised personal data, not anonymous: the GDPR holds for it, for "
        "its backups, and for whoever reads it.",
        f"Of its {number('rows')} persons {share('person', 'unique_share')} are alone with their "
        "gender, age, place and schooling: whoever knows these of somebody finds the row.",
        f"{share('event', 'dated_one_person_share')} of the rows are of one person by day, "
        f"department, age and gender, and {share('person', 'days_unique_share')} of the persons "
        "have days that nobody else has: to know when somebody registered is enough.",
        f"In {number('refused_classes')} groups of two and more, {number('refused_persons')} "
        "persons in all, everybody is refused: to belong to one tells the outcome.",
        "Age groups, regions and months would leave "
        f"{share('event', 'dated_one_person_share_by_all')} of the rows to one person: coarser "
        f"columns alone make no anonymous table. {_published(report)}",
    ]


def _published(report: Sequence[Measure]) -> str:
    if not any(m.unit == "cell" for m in report):
        return "The published tables were not measured."
    if cells := small_cells(report):
        tables = ", ".join(cell.relation for cell in cells)
        return (
            f"Not even all of `published` may be handed out: counts below {LEAST_CELL} in {tables}."
        )
    return f"Hand out `published` alone, which shows no count below {LEAST_CELL}."
