"""Which tables are published by group, and the categories that their cells are told by."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Literal, NamedTuple

import polars as pl

from snu_analytics.catalogue.dimensions import cohorts
from snu_analytics.catalogue.load import places, read_yaml
from snu_analytics.days import DayRange

PeriodKind = Literal["week", "month", "campaign"]
Dimensions = tuple[str, ...]

GROUPS = ("gender", "age_group", "region", "department", "cohort")

# The column of the fine counts that a dimension comes from.
_SOURCES = {"age_group": "age"}


class Category(NamedTuple):
    """The listed categories of a dimension, and the one of whoever is in none of them."""

    listed: tuple[str, ...]
    others: str

    @property
    def every(self) -> tuple[str, ...]:
        """All categories, each of which has a row."""
        return tuple(dict.fromkeys((*self.listed, self.others)))


@cache
def _declared() -> dict:
    return read_yaml("breakdowns.yaml")


def published_tables(kind: PeriodKind, figure: str, groups: Sequence[str]) -> list[Dimensions]:
    """The tables of a figure in a kind of period, of an entity that has these groups."""
    rules = _declared()["tables"]
    of_figure = [rule for rule in rules if figure in rule["figures"]] or rules[-1:]
    listed = of_figure[0].get(kind, [])
    known = {group for group in GROUPS if _SOURCES.get(group, group) in groups}
    return [tuple(table) for table in listed if known.issuperset(table)]


def breakdown_name(dimensions: Dimensions) -> str:
    """The name of a table for readers, such as `gender,region`."""
    return ",".join(dimensions)


def regions_by_department() -> dict[str, str]:
    """The region of each department category."""
    others = _declared()["categories"]
    return {
        **{place.department: place.region for place in places()},
        others["department"]["others"]: others["region"]["others"],
    }


def categories(campaign: DayRange, period: DayRange) -> Mapping[str, Category]:
    """The categories by which a period of a campaign (1 September to 31 August) is told.

    Sessions are listed in a part of a campaign when they begin after it, since whoever registers,
    or is decided on, then goes to one of these; in the whole campaign all of its sessions are.
    """
    declared, regions = dict(_declared()["categories"]), regions_by_department()
    of_campaign = declared.pop("campaign")
    if period == campaign:
        declared |= of_campaign
    after = campaign.first if period == campaign else period.last
    sessions = [
        cohort.cohort
        for cohort in sorted(cohorts(), key=lambda c: (str(c.first_day), c.cohort))
        if cohort.first_day and after < cohort.first_day <= campaign.last
    ]
    last = f"{sessions[-1]} {declared['cohort']['others']}" if sessions else "any"
    listed = {
        "gender": declared["gender"]["listed"],
        "age_group": declared["age_group"]["listed"],
        "region": sorted(set(regions.values()) - {declared["region"]["others"]}),
        "department": sorted(set(regions) - {declared["department"]["others"]}),
        "cohort": sessions[:-1],
    }
    others = {group: given["others"] for group, given in declared.items()} | {"cohort": last}
    return {group: Category(tuple(listed[group]), others[group]) for group in GROUPS}


def by_category(counts: pl.DataFrame, named: Mapping[str, Category]) -> pl.DataFrame:
    """Counts with GROUPS as texts, each one of its categories, equal groups added up.

    Takes columns gender, age (years), region, department and cohort beside value and any others,
    which stay. A department tells its region.
    """
    age = pl.col("age").cast(pl.Int64)
    group = pl.when(age < 15).then(pl.lit("under 15")).otherwise(age.cast(pl.String))
    texts = counts.with_columns(group.alias("age_group")).with_columns(
        pl.when(pl.col(name).cast(pl.String).is_in(list(named[name].listed)))
        .then(pl.col(name).cast(pl.String))
        .otherwise(pl.lit(named[name].others))
        .alias(name)
        for name in GROUPS
    )
    known = texts.with_columns(
        pl.col("department").replace_strict(regions_by_department()).alias("region")
    )
    keys = [name for name in known.columns if name not in ("age", "value")]
    return known.group_by(keys).agg(pl.col("value").sum().cast(pl.Int64)).sort(keys)
