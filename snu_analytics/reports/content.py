"""The blocks of the public edition, made from schema `published` alone."""

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd
import psycopg

from snu_analytics.catalogue import definitions
from snu_analytics.days import campaign_days, month_of
from snu_analytics.questions import course_of_totals, revisions
from snu_analytics.reports.blocks import (
    Bar,
    BarChart,
    Block,
    Card,
    Cards,
    Charts,
    Definitions,
    Heading,
    LineChart,
    Paragraph,
    Series,
    Table,
    Value,
)
from snu_analytics.reports.describing import describe, whole
from snu_analytics.reports.groups import groups
from snu_analytics.reports.language import Words
from snu_analytics.reports.model import Request

FIGURES = ("created", "completed", "processed", "validated", "refused")
PHASES = ("inscription", "mission")

# Of the axis: every second month, at its middle.
_TICK_MONTHS = (10, 12, 2, 4, 6, 8)
_CAMPAIGN_DAYS = 366


def public_blocks(connection: psycopg.Connection, request: Request, words: Words) -> list[Block]:
    """What everybody may read, in reading order; the connection needs no other rights."""
    campaigns = [request.campaign - n for n in range(3)]
    course = course_of_totals(connection, FIGURES, campaigns, request.last)
    masked: list[tuple[str, pd.DataFrame]] = []
    grouped = groups(connection, request, words, masked)
    return [
        *_glance(course, request, words),
        *_course(course, request, words),
        *grouped,
        *_funnel(course, request, words),
        *_masked(masked, words),
        *_revised(revisions(connection, campaigns[:2]), words),
    ]


def closing_blocks(words: Words) -> list[Block]:
    """Definitions and the note on method, with which both editions end."""
    described = {(d.phase, d.figure): d.definition for d in definitions()}
    blocks: list[Block] = [
        Heading(words("definitions.title")),
        Paragraph(words("definitions.lead")),
    ]
    for phase in PHASES:
        own = words.texts["definitions"].get(phase, {})
        terms = [
            (words.named("figures", f), own.get(f) or _sentence(described[phase, f]))
            for f in FIGURES
        ]
        blocks += [
            Heading(words.named("phases", phase), 3),
            Definitions(terms, words.language if own else "en"),
        ]
    blocks.append(Heading(words("method.title")))
    return [*blocks, *map(Paragraph, words.texts["method"]["texts"])]


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _glance(course: pd.DataFrame, request: Request, words: Words) -> list[Block]:
    rows = {
        (phase, f): _at_a_glance(course, request, phase, f) for phase in PHASES for f in FIGURES
    }
    period = request.period
    labels = [
        words(f"glance.value.{period}", day=request.last, month=words.month(request.last)),
        words("glance.mean"),
        words(f"glance.year_before.{period}"),
        words("glance.cumulated"),
        words("glance.cumulated_before"),
    ]
    cards = [
        Card(
            words.named("figures", f),
            rows["inscription", f][0],
            [*zip(labels[1:], rows["inscription", f][1:], strict=True)],
        )
        for f in FIGURES
    ]
    created, validated = rows["inscription", "created"], rows["inscription", "validated"]
    summary = words(
        f"glance.summary.{period}",
        day=request.last,
        month=words.month(request.last),
        first=campaign_days(request.campaign).first,
        created=created[0],
        validated=validated[0],
        cumulated=validated[3],
        before=validated[4],
    )
    table = Table(
        "glance",
        words("glance.caption"),
        [words("glance.figure"), *labels],
        [
            [f"{words.named('phases', phase)}\u00a0: {words.named('figures', f).lower()}", *row]
            for (phase, f), row in rows.items()
        ],
    )
    return [Heading(words("glance.title")), Paragraph(summary), Cards(cards), table]


def _at_a_glance(
    course: pd.DataFrame, request: Request, phase: str, figure: str
) -> tuple[Value, ...]:
    """Value of the period, mean of 7 days, value a year before, sum to date, sum a year before."""
    own = course[(course["phase"] == phase) & (course["figure"] == figure)]
    last = own[own["day"] == request.last]
    if last.empty:
        return (None,) * 5
    row = last.iloc[0]
    before = own[
        (own["campaign"] == request.campaign - 1) & (own["campaign_day"] == row["campaign_day"])
    ]
    cumulated_before = whole(before["cumulated"].iloc[0]) if len(before) else None
    value, year_before = whole(row["value"]), whole(row["year_before"])
    if request.period == "month":
        value = _month_sum(own, request.last)
        year_before = _month_sum(own, request.days.first - timedelta(days=365 - 15))
    mean = None if pd.isna(row["mean_7"]) else float(row["mean_7"])
    return value, mean, year_before, whole(row["cumulated"]), cumulated_before


def _month_sum(own: pd.DataFrame, day: date) -> int | None:
    """The sum over the month of a day; None where a day of it was not counted."""
    month = month_of(day)
    inside = own[(own["day"] >= month.first) & (own["day"] <= month.last)]
    return int(inside["value"].sum()) if len(inside) == len(month) else None


def _course(course: pd.DataFrame, request: Request, words: Words) -> list[Block]:
    blocks: list[Block] = [Heading(words("course.title")), Paragraph(words("course.lead"))]
    for phase in PHASES:
        own = course[course["phase"] == phase].dropna(subset=["cumulated"])
        charts = [_curve(own[own["figure"] == f], phase, f, request, words) for f in FIGURES]
        blocks += [
            Heading(words.named("phases", phase), 3),
            Charts(charts, [_month_ends(own, phase, request, words)]),
        ]
    return blocks


def _curve(own: pd.DataFrame, phase: str, figure: str, request: Request, words: Words) -> LineChart:
    """The figure by week since 1 September, and on the last day, of three campaigns."""
    series, points = [], []
    for emphasis in range(3):
        campaign = request.campaign - emphasis
        rows = own[own["campaign"] == campaign]
        if rows.empty:
            continue
        weekly = rows[(rows["campaign_day"] % 7 == 1) | (rows.index == rows.index[-1])]
        line = [
            *zip(weekly["campaign_day"].astype(int), weekly["cumulated"].astype(float), strict=True)
        ]
        series.append(Series(words.campaign(campaign), line, emphasis))
        value = whole(rows["cumulated"].iloc[-1])
        points.append(words("course.point", value=value, campaign=words.campaign(campaign)))
    title = words(
        "course.chart",
        phase=words.named("phases", phase),
        figure=words.named("figures", figure).lower(),
    )
    description = words("course.description", points="; ".join(points))
    first = campaign_days(request.campaign).first
    ticks = [
        (
            (date(first.year + (month < 9), month, 1) - first).days,
            words.texts["month_letters"][month - 1],
        )
        for month in _TICK_MONTHS
    ]
    return LineChart(title, description, series, ticks, _CAMPAIGN_DAYS)


def _month_ends(own: pd.DataFrame, phase: str, request: Request, words: Words) -> Table:
    """The cumulated figures at the ends of months, the latest first; every day in the CSV."""
    wide = own.pivot_table(
        index=["campaign", "day", "campaign_day"], columns="figure", values="cumulated"
    ).reindex(columns=list(FIGURES))
    rows: list[list[Value]] = []
    data: list[list[Value]] = []
    for (_, day, place), values in zip(wide.index, wide.to_numpy(), strict=True):
        numbers = [whole(value) for value in values]
        data.append([day.isoformat(), int(place), *numbers])
        if day == month_of(day).last or day == request.last:
            rows.append([day, *numbers])
    names = [words.named("figures", f) for f in FIGURES]
    caption = words("course.caption", phase=words.named("phases", phase))
    return Table(
        f"course_{phase}",
        caption,
        [words("course.month"), *names],
        rows[::-1],
        data_header=["day", "campaign_day", *FIGURES],
        data=data,
    )


def _funnel(course: pd.DataFrame, request: Request, words: Words) -> list[Block]:
    charts, rows = [], []
    steps = ("created", "completed", "processed", "validated")
    today = course[course["day"] == request.last]
    places = today["campaign_day"].unique()
    for phase in PHASES:
        own = course[(course["phase"] == phase) & course["campaign_day"].isin(places)]
        values = {
            (row.campaign, row.figure): whole(row.cumulated) for row in own.itertuples(index=False)
        }
        bars = [Bar(words.named("figures", f), values.get((request.campaign, f))) for f in steps]
        known = [bar for bar in bars if bar.value is not None]
        title = words("funnel.chart", phase=words.named("phases", phase))
        charts.append(BarChart(title, describe(known, words), known))
        rows += [
            [
                f"{words.named('phases', phase)}\u00a0: {words.named('figures', f).lower()}",
                *(values.get((request.campaign - n, f)) for n in range(3)),
            ]
            for f in steps
        ]
    header = [
        words("glance.figure"),
        *(words.campaign(request.campaign - n) for n in range(3)),
    ]
    table = Table("funnel", words("funnel.caption"), header, rows)
    return [
        Heading(words("funnel.title")),
        Paragraph(words("funnel.lead")),
        Charts(charts, [table]),
    ]


def _masked(masked: Sequence[tuple[str, pd.DataFrame]], words: Words) -> list[Block]:
    blocks: list[Block] = [Heading(words("masked.title")), Paragraph(words("masked.lead"))]
    if not masked:
        return blocks
    rows: list[list[Value]] = [
        [
            name,
            int(cells["mask"].isna().sum()),
            int((cells["mask"] == "cell").sum()),
            int((cells["mask"] == "group").sum()),
        ]
        for name, cells in masked
    ]
    header = [words(f"masked.{name}") for name in ("table", "shown", "cell", "group")]
    return [*blocks, Table("masked", words("masked.caption"), header, rows)]


def _revised(revised: pd.DataFrame, words: Words) -> list[Block]:
    blocks: list[Block] = [Heading(words("revised.title")), Paragraph(words("revised.lead"))]
    if revised.empty:
        return [*blocks, Paragraph(words("revised.none"))]
    rows: list[list[Value]] = [
        [
            words.month(row.revised_in),
            words.named("kinds", row.kind),
            row.period,
            words.named("phases", row.phase),
            words.named("figures", row.figure),
            int(row.cells),
        ]
        for row in revised.head(20).itertuples(index=False)
    ]
    header = [
        words(f"revised.{name}")
        for name in ("revised_in", "kind", "period", "phase", "figure", "cells")
    ]
    return [*blocks, Table("revised", words("revised.caption"), header, rows)]
