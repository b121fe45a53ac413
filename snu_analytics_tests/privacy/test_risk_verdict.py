"""The five sentences in which a risk report ends."""

from decimal import Decimal

from snu_analytics.privacy import Measure, verdict

PERSON: dict[str, int | Decimal] = {
    "rows": 1200,
    "unique_share": Decimal("0.96"),
    "days_unique_share": Decimal("0.861"),
    "refused_classes": 33,
    "refused_persons": 71,
}
EVENT: dict[str, int | Decimal] = {
    "dated_one_person_share": Decimal("0.739"),
    "dated_one_person_share_by_all": Decimal("0.052"),
}


def report(*cells: int, relation: str = "analytics.young_event") -> list[Measure]:
    """The measures of an event table, and the least counts of published tables."""
    return [
        *(Measure(relation, "person", name, None, Decimal(n)) for name, n in PERSON.items()),
        *(Measure(relation, "event", name, None, Decimal(n)) for name, n in EVENT.items()),
        *(Measure("published.daily", "cell", "k_shown", None, Decimal(n)) for n in cells),
    ]


def test_it_says_that_the_rows_are_personal_data_and_why():
    assert verdict(report(11)) == [
        "analytics.young_event is pseudonymised personal data, not anonymous: the GDPR holds for "
        "it, for its backups, and for whoever reads it.",
        "Of its 1,200 persons 96.0% are alone with their gender, age, place and schooling: whoever "
        "knows these of somebody finds the row.",
        "73.9% of the rows are of one person by day, department, age and gender, and 86.1% of the "
        "persons have days that nobody else has: to know when somebody registered is enough.",
        "In 33 groups of two and more, 71 persons in all, everybody is refused: to belong to one "
        "tells the outcome.",
        "Age groups, regions and months would leave 5.2% of the rows to one person: coarser "
        "columns alone make no anonymous table. Hand out `published` alone, which shows no count "
        "below 11.",
    ]


def test_a_small_count_published_keeps_published_in_too():
    assert verdict(report(4))[-1].endswith(
        "Not even all of `published` may be handed out: counts below 11 in published.daily."
    )


def test_a_report_of_one_entity_says_nothing_of_what_is_published():
    assert verdict(report())[-1].endswith("The published tables were not measured.")


def test_the_young_people_come_first_of_several_tables():
    both = [*report(), *report(relation="analytics.application_event")]
    assert verdict(both)[0].startswith("analytics.young_event ")


def test_nothing_loaded_is_nothing_to_judge():
    nothing = [Measure("analytics.young_event", "person", "rows", None, Decimal(0))]
    assert verdict(nothing) == ["Nothing is loaded: there is nothing to judge."]
