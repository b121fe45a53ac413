"""What is measured, and what each measure means for people who read no SQL."""

from decimal import Decimal
from typing import Literal, NamedTuple

Unit = Literal["person", "event", "cell"]

_UNITS = {"person": "persons", "event": "event rows", "cell": "cells"}


class Measure(NamedTuple):
    """A number measured of a table over a unit, and of a column where `column_name` is set."""

    relation: str
    unit: Unit
    measure: str
    column_name: str | None
    value: Decimal


# In the order of the report.
MEANINGS = {
    "rows": "{units} that were looked at",
    "classes": "groups of {units} with the same values in all quasi-identifiers",
    "k": "the smallest group: nobody is hidden among fewer (k-anonymity)",
    "k_persons": "the fewest persons in one group: many rows of one person hide nobody",
    "unique_rows": "{units} alone in their group: whoever knows these values finds them",
    "unique_share": "share of {units} alone in their group",
    "one_person_share": "share of {units} in groups of which all rows are of one person",
    "below_5_share": "share of {units} in groups of fewer than 5",
    "below_11_share": "share of {units} in groups of fewer than 11, the least that is published",
    "rows_in_classes_of_1": "{units} in groups of 1",
    "rows_in_classes_of_2_4": "{units} in groups of 2 to 4",
    "rows_in_classes_of_5_10": "{units} in groups of 5 to 10",
    "rows_in_classes_of_11_49": "{units} in groups of 11 to 49",
    "rows_in_classes_of_50_up": "{units} in groups of 50 and more",
    "classes_of_1": "groups of 1",
    "classes_of_2_4": "groups of 2 to 4",
    "classes_of_5_10": "groups of 5 to 10",
    "classes_of_11_49": "groups of 11 to 49",
    "classes_of_50_up": "groups of 50 and more",
    "unique_share_alone": "share of {units} that this column alone singles out",
    "unique_share_without": "share of {units} still alone when this column is taken away",
    "unique_share_added": "share of {units} alone only because this column is there",
    "unique_share_by_age_group": "share of {units} still alone with age groups in place of ages",
    "unique_share_by_region": "share of {units} still alone with regions in place of departments",
    "unique_share_by_all": "share of {units} still alone with age groups and regions",
    "dated_one_person_share": "share of {units} of one person by day, department, age and gender",
    "dated_one_person_share_by_age_group": "the same with age groups in place of ages",
    "dated_one_person_share_by_region": "the same with regions in place of departments",
    "dated_one_person_share_by_week": "the same with ISO weeks in place of days",
    "dated_one_person_share_by_month": "the same with months in place of days",
    "dated_one_person_share_by_all": "the same with age groups, regions and months",
    "days_unique_share": "share of {units} whose sequence of days with events nobody else has",
    "days_unique_share_by_week": "the same with ISO weeks in place of days",
    "days_unique_share_by_month": "the same with months in place of days",
    "l": "fewest values of the sensitive column in a group (distinct l-diversity)",
    "l1_classes_share": "share of groups whose members all have one value: the group reveals it",
    "l1_rows_share": "share of {units} in such groups",
    "same_outcome_classes": "such groups of two and more persons: all of them share the outcome",
    "refused_classes": "groups of two and more persons in which everybody is refused",
    "refused_persons": "persons in such groups",
    "k_shown": "the least count shown other than 0; below 11 is an alarm",
    "cells_shown": "cells that show a count other than 0",
    "cells_below_11": "cells that show a count of 1 to 10; any is an alarm",
}

_BANDS = [(1, 1), (2, 4), (5, 10), (11, 49), (50, None)]


def bands() -> dict[str, tuple[int, int | None]]:
    """The bands of class sizes by the ending of their measures: least and greatest size."""
    return {
        "1" if (least, most) == (1, 1) else f"{least}_{most or 'up'}": (least, most)
        for least, most in _BANDS
    }


def meaning(measure: str, unit: Unit) -> str:
    """What a measure means for that unit, as a sentence without a full stop."""
    return MEANINGS[measure].format(units=_UNITS[unit])
