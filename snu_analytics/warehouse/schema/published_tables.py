"""The tables of schema `published`: flat, for readers, and the views of its totals."""

from sqlalchemy import Boolean, CheckConstraint, Column, Date, Index, Integer, MetaData, Table, Text

from snu_analytics.catalogue import View
from snu_analytics.warehouse.schema.columns import campaign_columns, column

_PHASE = "inscription or mission"
_FIGURE = "What is counted: see published.dim_figure"

_GROUPS = {
    "gender": "Gender as declared",
    "age_group": "Age group on the day of the event (years)",
    "region": "Region of residence",
    "department": "Department of residence",
    "cohort": "Session of the cohesion stay",
}

# Tables of former versions that nobody fills: `migrate` drops them.
RETIRED_TABLES = (
    "published.daily",
    "published.weekly",
    "published.monthly",
    "published.publication",
    "published.revision",
    "analytics.publication_input",
)


def published_tables(metadata: MetaData, schema: str) -> None:
    """`daily_total`, `breakdown`, `closed_month`, `revised_cell` and `campaign_revision`."""
    _daily_total(metadata, schema)
    _breakdown(metadata, schema)
    Table(
        "closed_month",
        metadata,
        Column("month", Date, primary_key=True, comment="First day of the month"),
        column("closed_in", Date, "First day of the month in which it was closed"),
        column("threshold", Integer, "Least count that a breakdown shows (count)"),
        schema=schema,
        comment="Months whose numbers are final, and when they became so, by the month",
    )
    Table(
        "revised_cell",
        metadata,
        column("revised_in", Date, "First day of the month in which it was revised"),
        *_cell_keys("day (a national total), week, month or campaign"),
        column("former", Integer, "Number of events published before (count)"),
        column("value", Integer, "Number of events that took its place (count)"),
        Index("revised_cell_period_idx", "period", "phase", "figure"),
        schema=schema,
        comment="Final numbers that were revised, since late or mended changes of a period move "
        "every number shown of it by 0 or by at least the threshold",
    )
    Table(
        "campaign_revision",
        metadata,
        Column(
            *("campaign", Integer),
            primary_key=True,
            autoincrement=False,
            comment="Campaign, September to August, by the year it ends",
        ),
        column("revised_in", Date, "First day of the month in which it was revised"),
        column(
            *("unrevised", Text),
            "Tables whose former numbers stand although changes came late, one to a line",
            nullable=True,
        ),
        schema=schema,
        comment="Campaigns that are final: their one revision was made, and no number changes",
    )


def _daily_total(metadata: MetaData, schema: str) -> None:
    Table(
        "daily_total",
        metadata,
        Column("phase", Text, primary_key=True, comment=_PHASE),
        Column("figure", Text, primary_key=True, comment=_FIGURE),
        Column("day", Date, primary_key=True, comment="Day in Europe/Paris"),
        column("value", Integer, "Number of events in the whole country (count)"),
        *campaign_columns(),
        schema=schema,
        comment="National totals of each figure and loaded day, exact, zeros included. They carry "
        "no attribute of anybody. A total may change until its month stands in closed_month",
    )


def _breakdown(metadata: MetaData, schema: str) -> None:
    keys = _cell_keys()
    Table(
        "breakdown",
        metadata,
        *keys,
        column("value", Integer, "Number of events (count); null when masked", nullable=True),
        column(
            "masked", Boolean, "Whether the count is withheld: it, or one it would tell, is 0 to 10"
        ),
        column(
            "mask",
            Text,
            "Why it is masked: cell (it is below the threshold, or hides one that is), group (with "
            "all cells of its group, since a coarser cell, or the national total, has too few); "
            "null when shown",
            nullable=True,
        ),
        CheckConstraint("masked = (value IS NULL)", "breakdown_masked_check"),
        CheckConstraint("masked = (mask IS NOT NULL)", "breakdown_mask_check"),
        Index(
            "breakdown_key",
            *(key.name for key in keys),
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        schema=schema,
        comment="Counts by group of closed months, of the ISO weeks within closed months and of "
        "campaigns (1 September to 31 August) all of whose months are closed. Every category has a "
        "row. Counts of 0 to 10 are masked, and with them as many others as hide them",
    )


def _cell_keys(kinds: str = "week, month or campaign") -> list[Column]:
    return [
        column("kind", Text, kinds),
        column("period", Date, "First day of the period"),
        column("phase", Text, _PHASE),
        column("figure", Text, _FIGURE),
        column("breakdown", Text, "Dimensions that are broken down, such as gender,region"),
        *(
            column(name, Text, f"{meaning}; null where it is not broken down", nullable=True)
            for name, meaning in _GROUPS.items()
        ),
    ]


def published_views(schema: str) -> list[View]:
    """The totals of weeks, months and campaigns, and the course of the daily ones."""
    of_period = "phase, figure, {} AS {}, sum(value)::int AS value, count(*)::int AS days"
    made = []
    for name, expression, meaning in (
        ("week", "date_trunc('week', day)::date", "Monday of the ISO week"),
        ("month", "date_trunc('month', day)::date", "First day of the month"),
        ("campaign", "campaign", "Campaign, September to August, by the year it ends"),
    ):
        made.append(
            View(
                schema,
                f"{name}ly_total" if name != "campaign" else "campaign_total",
                f"SELECT {of_period.format(expression, name)} FROM {schema}.daily_total "
                f"GROUP BY phase, figure, {expression}",
                f"National totals of each {name}, exact: sums of daily_total.",
                {
                    "phase": _PHASE,
                    "figure": _FIGURE,
                    name: meaning,
                    "value": "Number of events in the whole country (count)",
                    "days": "Days that are counted in it (count)",
                },
                f"National totals by {name}",
            )
        )
    return [*made, _flow(schema)]


def _flow(schema: str) -> View:
    week = "(PARTITION BY phase, figure ORDER BY day RANGE '6 days' PRECEDING)"
    course = "(PARTITION BY phase, figure, campaign ORDER BY day)"
    return View(
        schema,
        "flow",
        f"""
SELECT t.day, t.campaign, t.campaign_day, t.phase, t.figure, t.value,
       CASE WHEN t.days_7 = 7 THEN round(t.sum_7 / 7.0, 2)::float8 END AS mean_7,
       CASE WHEN t.days_so_far = t.campaign_day THEN t.so_far END AS cumulated,
       before.value AS year_before, earlier.value AS two_years_before
FROM (SELECT *, sum(value) OVER {week} AS sum_7, count(*) OVER {week} AS days_7,
             sum(value) OVER {course} AS so_far, count(*) OVER {course} AS days_so_far
      FROM {schema}.daily_total) AS t
LEFT JOIN {schema}.daily_total AS before
  ON (before.phase, before.figure, before.campaign, before.campaign_day)
   = (t.phase, t.figure, t.campaign - 1, t.campaign_day)
LEFT JOIN {schema}.daily_total AS earlier
  ON (earlier.phase, earlier.figure, earlier.campaign, earlier.campaign_day)
   = (t.phase, t.figure, t.campaign - 2, t.campaign_day)
""".strip(),
        "National totals of each day with the mean of 7 days, the sum since 1 September and the "
        "same day of the two campaigns before. Unit: events.",
        {
            "day": "Day in Europe/Paris",
            "campaign": "Campaign, September to August, by the year it ends",
            "campaign_day": "Day of the campaign, from 1 on 1 September",
            "phase": _PHASE,
            "figure": _FIGURE,
            "value": "Number of events on the day (count)",
            "mean_7": "Mean of this day and the six before it (events a day); null where a day "
            "of them was not counted",
            "cumulated": "Events from 1 September to this day (count); likewise",
            "year_before": "Number on the same day of the campaign before (count)",
            "two_years_before": "Number on the same day of the campaign two years before (count)",
        },
        "National totals of each day, their course and earlier campaigns",
    )
