"""The blocks that the restricted edition adds: numbers of `analytics` that are not published."""

from datetime import timedelta

import pandas as pd
import psycopg

from snu_analytics.days import campaign_days
from snu_analytics.questions import ask
from snu_analytics.reports.blocks import (
    Bar,
    BarChart,
    Block,
    Card,
    Cards,
    Charts,
    Heading,
    Paragraph,
    Table,
    Value,
)
from snu_analytics.reports.describing import describe, whole
from snu_analytics.reports.language import Words
from snu_analytics.reports.model import Request
from snu_analytics.warehouse import SOUND_LINES, audit_lines

_FURTHEST = 20


def restricted_blocks(
    connection: psycopg.Connection, request: Request, words: Words
) -> list[Block]:
    """Objectives, projections, waiting times, steps by person, and how sound the histories are."""
    return [
        *_objectives(connection, request, words),
        *_projections(connection, request, words),
        *_waiting(connection, request, words),
        *_persons(connection, request, words),
        *_soundness(connection, request, words),
    ]


def _objectives(connection: psycopg.Connection, request: Request, words: Words) -> list[Block]:
    heading = Heading(words("objectives.title"))
    regions, departments = (
        _against(connection, request, name) for name in ("region", "department")
    )
    if regions.empty:
        return [heading, Paragraph(words("objectives.none"))]
    bars = [
        Bar(words.named("categories", row.region), int(row.achieved), mark=int(row.objective))
        for row in regions.sort_values("objective", ascending=False).itertuples(index=False)
    ]
    chart = BarChart(
        words("objectives.chart"), describe(bars, words), bars, words("objectives.mark")
    )
    caption = words("objectives.departments")
    return [
        heading,
        Paragraph(words("objectives.lead", day=request.last)),
        Cards([_against_all(regions, words)]),
        Charts([chart], [_progress(regions, "region", words("objectives.caption"), words)]),
        _progress(departments, "department", caption, words),
    ]


def _against(connection: psycopg.Connection, request: Request, group: str) -> pd.DataFrame:
    """Achieved and objective over the cohorts of the campaign's year, by region or department."""
    progress = ask(connection, "objectives", request.last, request.last, by=[group])
    own = progress[(progress["year"] == request.campaign) & (progress["objective"] > 0)]
    return own.groupby(group)[["achieved", "objective"]].sum().reset_index()


def _against_all(regions: pd.DataFrame, words: Words) -> Card:
    achieved, objective = int(regions["achieved"].sum()), int(regions["objective"].sum())
    beside: list[tuple[str, Value]] = [
        (words("objectives.objective"), objective),
        (words("objectives.rate"), words.share(achieved / objective)),
    ]
    return Card(words("objectives.achieved"), achieved, beside)


def _progress(frame: pd.DataFrame, group: str, caption: str, words: Words) -> Table:
    """Achieved, objective and rate of each group, the lowest rate first; of departments a few."""
    rated = frame.assign(rate=frame["achieved"] / frame["objective"]).sort_values(["rate", group])
    rows: list[list[Value]] = [
        [
            words.named("categories", row[group]),
            int(row["achieved"]),
            int(row["objective"]),
            words.share(row["rate"]),
        ]
        for row in rated.to_dict("records")
    ]
    header = [words(f"objectives.{name}") for name in (group, "achieved", "objective", "rate")]
    shown = rows[:_FURTHEST] if group == "department" else rows
    return Table(f"objectives_{group}", caption, header, shown, data_header=header, data=rows)


def _projections(connection: psycopg.Connection, request: Request, words: Words) -> list[Block]:
    heading = Heading(words("projections.title"))
    country = ask(connection, "projections", request.last, request.last)
    regions = ask(connection, "projections", request.last, request.last, by=["region"])
    if country.empty:
        return [heading, Paragraph(words("projections.none"))]
    frame = pd.concat([country.assign(region=words("projections.france")), regions])
    bars = [
        Bar(
            words.named("categories", row["region"]),
            int(row["projected"]),
            band=(float(row["low80"]), float(row["high80"])),
        )
        for row in regions.dropna(subset=["projected", "low80"])
        .sort_values("projected", ascending=False)
        .to_dict("records")
    ]
    header = [
        words(f"projections.{name}")
        for name in ("region", "achieved", "projected", "low80", "high80", "reason")
    ]
    rows: list[list[Value]] = [
        [
            words.named("categories", row["region"]),
            *(whole(row[name]) for name in ("achieved", "projected", "low80", "high80")),
            row["reason"] or "",
        ]
        for row in frame.to_dict("records")
    ]
    table = Table("projections", words("projections.caption"), header, rows)
    drawn = [BarChart(words("projections.chart"), describe(bars, words), bars)] if bars else []
    return [
        heading,
        Paragraph(words("projections.lead")),
        Charts(drawn, [table]) if drawn else table,
        Paragraph(words("projections.reasons"), muted=True),
    ]


def _waiting(connection: psycopg.Connection, request: Request, words: Words) -> list[Block]:
    first = campaign_days(request.campaign).first
    times = ask(connection, "inscription_decision_times", first, request.last, by=["month"])
    rows: list[list[Value]] = [
        [words.month(row["month"]), int(row["count"]), float(row["median"]), float(row["p90"])]
        for row in times.to_dict("records")
    ]
    header = [words(f"waiting.{name}") for name in ("month", "decided", "median", "p90")]
    still = ask(connection, "inscriptions_waiting", request.last, request.last)
    return [
        Heading(words("waiting.title")),
        Paragraph(words("waiting.lead")),
        Table("waiting", words("waiting.caption"), header, rows),
        Paragraph(_still_waiting(still, request, words)),
    ]


def _still_waiting(still: pd.DataFrame, request: Request, words: Words) -> str:
    if still.empty or not still["count"].iloc[0]:
        return words("waiting.none")
    row = still.iloc[0]
    return words(
        "waiting.still",
        day=request.last,
        count=int(row["count"]),
        median=float(row["median"]),
        p90=float(row["p90"]),
    )


def _persons(connection: psycopg.Connection, request: Request, words: Words) -> list[Block]:
    first = campaign_days(request.campaign).first
    steps = ask(connection, "campaign_funnel", first, request.last)
    counts = dict(zip(steps["step"], steps["value"].astype(int), strict=True))
    bars = [Bar(label, counts.get(step, 0)) for step, label in words.group("persons.steps").items()]
    rows: list[list[Value]] = [[bar.label, whole(bar.value)] for bar in bars]
    table = Table(
        "persons",
        words("persons.caption"),
        [words("persons.step"), words("persons.youngs")],
        rows,
    )
    return [
        Heading(words("persons.title")),
        Paragraph(words("persons.lead")),
        Charts([BarChart(words("persons.chart"), describe(bars, words), bars)], [table]),
    ]


def _soundness(connection: psycopg.Connection, request: Request, words: Words) -> list[Block]:
    """What the last audit counts as intact, of the last month that was over."""
    month = (request.open_month - timedelta(days=1)).replace(day=1)
    heading = Heading(words("soundness.title"))
    lines = audit_lines(connection, month)
    sound = lines[[pair in SOUND_LINES for pair in zip(lines.measure, lines.cause, strict=True)]]
    if sound.empty:
        return [heading, Paragraph(words("soundness.none"))]
    sums = sound.groupby(["entity", "measure"], sort=False, as_index=False)[
        ["count", "total"]
    ].sum()
    rows: list[list[Value]] = [
        [
            words.named("soundness.entities", row["entity"]),
            words.named("soundness.measures", row["measure"]),
            row["count"],
            row["total"],
            words.share(row["count"] / row["total"]),
        ]
        for row in sums[sums["total"] > 0].to_dict("records")
    ]
    names = ("entity", "measure", "count", "total", "share")
    header = [words(f"soundness.{name}") for name in names]
    return [
        heading,
        Paragraph(words("soundness.lead", month=words.month(month))),
        Table("soundness", words("soundness.caption"), header, rows),
    ]
