"""Charts for the pages of materialisations, as pictures within the text.

Imports lazily: altair, pandas and what draws take 120 MB that a backfill never needs.
"""

import base64
import zlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

_WIDTH, _HEIGHT, _PANEL_HEIGHT = 480, 220, 70
_HORIZON = 243  # the day of the season that is 31 May

_OWN, _OBJECTIVE = "#1f5fa8", "#d1495b"
_WHOLE_NAMES = {"labelLimit": 260}
_HEADER = {"labelAngle": 0, "labelAlign": "left"}

# A status has one colour in every picture, whichever others stand beside it.
STATUS_COLOURS = {
    "IN_PROGRESS": "#4c9be8",
    "WAITING_VALIDATION": "#f2a33a",
    "WAITING_VERIFICATION": "#c9a227",
    "WAITING_ACCEPTATION": "#e0c04c",
    "WAITING_CORRECTION": "#c96a1b",
    "WAITING_LIST": "#8e6bbf",
    "VALIDATED": "#2a9d57",
    "DONE": "#136f3a",
    "REFUSED": "#d1495b",
    "WITHDRAWN": "#7a4b3a",
    "ABANDONED": "#6b6b6b",
    "ABANDON": "#6b6b6b",
    "CANCEL": "#b08d80",
    "REINSCRIPTION": "#2fb5b0",
    "NOT_AUTORISED": "#e377c2",
    "NOT_ELIGIBLE": "#bcbd22",
    "DELETED": "#222222",
}

_SIGNATURE = 8  # bytes before the first chunk of a PNG


def flow_chart(
    frame: "pd.DataFrame", figures: Sequence[str], title: str
) -> dg.MarkdownMetadataValue:
    """A panel per figure: `mean_7` by `day`, and `mean_7_before` as a grey surface behind."""
    import altair as alt

    shown = frame.assign(day=frame["day"].astype(str))
    base = alt.Chart(shown).encode(x=alt.X("day:T", title=None))
    before = base.mark_area(color="#d0d0d0").encode(y=alt.Y("mean_7_before:Q", title=None))
    colour = alt.Color("figure:N", legend=None, scale=alt.Scale(scheme="tableau10"))
    line = base.mark_line().encode(y=alt.Y("mean_7:Q", title=None), color=colour)
    panels = (before + line).properties(width=_WIDTH, height=_PANEL_HEIGHT)
    row = alt.Row("figure:N", title=None, sort=list(figures), header=_HEADER)
    return _picture(panels.facet(row=row).resolve_scale(y="independent"), title)


def stock_chart(frame: "pd.DataFrame", title: str) -> dg.MarkdownMetadataValue:
    """`closing` by `day`, a line per `status`; the largest has a panel of its own."""
    import altair as alt

    shown = frame[["day", "closing", "status"]].assign(day=frame["day"].astype(str))
    last = shown.sort_values("day").groupby("status")["closing"].last()
    order = last.sort_values(ascending=False).index.tolist()
    names = [name for name in STATUS_COLOURS if name in order]
    others = [name for name in order if name not in STATUS_COLOURS]
    colours = [*(STATUS_COLOURS[name] for name in names), *("#9c9c9c" for _ in others)]
    colour = alt.Color(
        "status:N", title=None, scale=alt.Scale(domain=[*names, *others], range=colours)
    )
    x, y = alt.X("day:T", title=None), alt.Y("closing:Q", title=None)
    panels = [
        alt.Chart(shown[shown["status"].isin(statuses)])
        .mark_line()
        .encode(x=x, y=y, color=colour)
        .properties(width=_WIDTH, height=_HEIGHT // 2)
        for statuses in (order[:1], order[1:])
        if statuses
    ]
    return _picture(alt.vconcat(*panels), title)


def objective_chart(frame: "pd.DataFrame", title: str) -> dg.MarkdownMetadataValue:
    """`achieved` of each `cohort` as a bar, its `objective` as a line across it."""
    import altair as alt

    values = ["achieved", "objective"]
    shown = frame.groupby("cohort", dropna=False)[values].sum().reset_index()
    shown["cohort"] = shown["cohort"].fillna("none")
    base = alt.Chart(shown.astype(dict.fromkeys(values, float))).encode(
        y=alt.Y("cohort:N", title=None, sort=None, axis=_WHOLE_NAMES)
    )
    bars = base.mark_bar(color=_OWN).encode(x=alt.X("achieved:Q", title="young people"))
    lines = base.mark_tick(color=_OBJECTIVE, thickness=3, size=16).encode(x="objective:Q")
    return _picture((bars + lines).properties(width=_WIDTH, height={"step": 18}), title)


def band_chart(frame: "pd.DataFrame", title: str) -> dg.MarkdownMetadataValue:
    """The projected count of each region within its band of 80 %, its objective as a line."""
    import altair as alt

    columns = ["region", "projected", "low80", "high80", "objective"]
    shown = frame[frame["region"] != "France"].dropna(subset=["projected"])[columns]
    shown = shown.astype(dict.fromkeys(columns[1:], float))
    base = alt.Chart(shown).encode(y=alt.Y("region:N", title=None, axis=_WHOLE_NAMES))
    bands = base.mark_bar(opacity=0.4, color=_OWN).encode(
        x=alt.X("low80:Q", title="young people"), x2="high80:Q"
    )
    points = base.mark_point(filled=True, color=_OWN).encode(x="projected:Q")
    lines = base.mark_tick(color=_OBJECTIVE, thickness=3, size=16).encode(x="objective:Q")
    return _picture((bands + points + lines).properties(width=_WIDTH, height={"step": 18}), title)


def course_chart(frame: "pd.DataFrame", title: str) -> dg.MarkdownMetadataValue:
    """`achieved` by day of the season, the campaign before in grey, and what is projected."""
    import altair as alt

    frame = frame.drop(columns="as_of")  # no date is JSON
    campaign = frame["campaign"].max()
    own, before = frame[frame["campaign"] == campaign], frame[frame["campaign"] < campaign]
    x = alt.X("horizon_day:Q", title="days since 1 October", scale=alt.Scale(domain=[0, _HORIZON]))
    y = alt.Y("achieved:Q", title="young people")
    layers = [
        alt.Chart(before).mark_line(color="#b0b0b0").encode(x=x, y=y),
        alt.Chart(own).mark_line(color=_OWN).encode(x=x, y=y),
    ]
    last = own.tail(1)
    if last["objective"].notna().any():
        rule = alt.Chart(last).mark_rule(color=_OBJECTIVE, strokeDash=[4, 4])
        layers.append(rule.encode(y="objective:Q"))
    if last["projected"].notna().any():
        end = alt.Chart(last.assign(horizon_day=_HORIZON)).encode(x=x)
        band = end.mark_bar(opacity=0.4, width=8, color=_OWN)
        layers.append(band.encode(y=alt.Y("low80:Q"), y2="high80:Q"))
        layers.append(end.mark_point(filled=True, color=_OWN).encode(y="projected:Q"))
    return _picture(alt.layer(*layers).properties(width=_WIDTH, height=_HEIGHT), title)


def _picture(chart: "alt.TopLevelMixin", title: str) -> dg.MarkdownMetadataValue:
    """A chart as metadata: a PNG of some 20 kB within the text, so that no server need keep it."""
    import vl_convert

    png = _recompressed(
        vl_convert.vegalite_to_png(chart.properties(title=title).to_json(), scale=1)
    )
    return dg.MetadataValue.md(
        f"![{title}](data:image/png;base64,{base64.b64encode(png).decode()})"
    )


def _recompressed(png: bytes) -> bytes:
    """The same picture in a quarter of the bytes: the converter compresses for speed.

    Every materialisation keeps its pictures for good. Chunks as of the PNG specification, 5.3.
    """
    chunks = list(_chunks(png))
    pixels = zlib.decompress(b"".join(data for kind, data in chunks if kind == b"IDAT"))
    others = [(kind, data) for kind, data in chunks if kind != b"IDAT"]
    return png[:_SIGNATURE] + b"".join(
        len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)
        for kind, data in [*others[:-1], (b"IDAT", zlib.compress(pixels, 9)), others[-1]]
    )


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and data of each chunk."""
    at = _SIGNATURE
    while at < len(png):
        length = int.from_bytes(png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += 12 + length
