"""The chain of custody of an event as the command `explain` shows it."""

from collections.abc import Iterable

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from snu_analytics.catalogue import load_catalogue
from snu_analytics.events import Pseudonymiser
from snu_analytics.explanation import (
    NOTHING,
    RECORDED,
    Carried,
    Explanation,
    explain,
    instant,
    shown,
)
from snu_analytics.pipeline import PipelineContext, Staging
from snu_analytics.settings import Settings, decode_key
from snu_analytics.source import open_source
from snu_analytics.warehouse import connect, resolve_url

_STYLES = {RECORDED: "green", "inferred": "yellow", "conflict": "red", "unknown": "magenta"}
_QUALITIES = {
    RECORDED: "a patch tells it and nothing contradicts it",
    "inferred": "from today's document, no patch tells it",
    "conflict": "the history around the patch contradicts it",
}


def run_explanation(out: Console, settings: Settings, event_id: str) -> None:
    """Explain an event with the key, the source and the warehouse of the settings."""
    pseudonyms = Pseudonymiser(decode_key(settings.pseudonym_key, settings.key_origin))
    context = PipelineContext(load_catalogue(), pseudonyms, Staging(settings.staging_url))
    source = open_source(settings.source_url, settings.home)
    try:
        with connect(resolve_url(settings.warehouse_url, settings.home)) as warehouse:
            explanation = explain(context, source, warehouse, event_id)
    finally:
        source.close()
    out.print(rendered(explanation), highlight=False)


def rendered(told: Explanation) -> Group:
    """The explanation as sections for the terminal."""
    sections: list[tuple[str, RenderableType]] = [
        ("The row", _row(told)),
        ("The change in the source", _change(told)),
        ("What the history carries", _carried(told)),
    ]
    if told.contradictions:
        sections.append(("What contradicts it", _contradictions(told)))
    if told.joined:
        sections.append((f"The {told.joined_entity} at that instant", _pairs(told.joined.items())))
    sections += [
        (f"The rule that named it (catalogue/{told.entity}.yaml)", _rule(told)),
        ("The figures that count it", _figures(told)),
        ("The source today", _today(told)),
    ]
    return Group(*(part for title, body in sections for part in _section(title, body)))


def _section(title: str, body: RenderableType) -> Iterable[RenderableType]:
    return Text(title, style="bold"), Padding(body, (0, 0, 1, 2), expand=False)


def _pairs(pairs: Iterable[tuple[str, str | Text]]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in pairs:
        table.add_row(name, value if isinstance(value, Text) else Text(value))
    return table


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in columns:
        table.add_column(name, overflow="fold")
    return table


def _row(told: Explanation) -> RenderableType:
    row = told.row
    quality = Text(row["quality"], style=_STYLES.get(row["quality"], ""))
    change = f"{shown(row['from_value'])} → {shown(row['to_value'])}"
    return _pairs(
        [
            ("event", Text(row["event_name"], style="bold") + Text(f", phase {row['phase']}")),
            ("event_id", f"{row['event_id']} in analytics.{told.table}"),
            ("subject_id", f"{row['subject_id']}"),
            ("day", f"{row['event_date']} (Europe/Paris)"),
            ("change", f"{row['field']}: {change}" if row["field"] else _birth(told)),
            ("quality", quality + Text(f": {_QUALITIES[row['quality']]}", style="default")),
        ]
    )


def _birth(told: Explanation) -> str:
    return f"creation, with the status {shown(told.row['to_value'])}"


def _change(told: Explanation) -> RenderableType:
    row = told.row
    role = row["actor_role"] or "none that is kept"
    about = [
        ("change_id", str(row["change_id"])),
        ("instant", f"{instant(row['event_at'])} (Paris)"),
    ]
    if told.patch is None:
        about.append(("patch", f"none created this document; {told.patches} changed it since"))
        why = "Its instant is the date of creation that the document holds, or that of its id."
        return Group(_pairs(about), Text(why, style="dim"))
    about += [("role", role), ("patch", f"number {told.patch} of {told.patches} of the document")]
    if told.others:
        about.append(("it also made", ", ".join(told.others)))
    table = _table("op", "path", "originalValue", "value")
    for operation in told.operations:
        texts = (_operand(operation.original, "not told"), _operand(operation.value, ""))
        table.add_row(operation.op, Text(operation.path), *texts)
    note = "Fields that are not in the catalogue are never read: the patch may hold more."
    body = table if told.operations else Text("no operation on a field that is kept")
    return Group(_pairs(about), Padding(body, (1, 0, 0, 0)), Text(note, style="dim"))


def _operand(text: str | None, lacking: str) -> Text:
    return Text(lacking, style="dim") if text is None else _value(text)


def _value(text: str) -> Text:
    return Text(text, style="dim" if text == NOTHING else "")


def _carried(told: Explanation) -> RenderableType:
    named = [one for one in told.values if one.named or one.field == told.row["field"]]
    doubted = [one for one in told.values if one not in named]
    if told.row["field"] is None:
        start = Text("A creation begins from nothing; after it:", style="dim")
        return Group(start, _after(told.values))
    parts: list[RenderableType] = []
    if named:
        parts.append(_both_sides(named))
    if doubted:
        about = "In doubt as well, though this change does not name them:"
        parts += [Text(about, style="dim"), _both_sides(doubted)]
    return Group(*parts)


def _both_sides(values: Iterable[Carried]) -> Table:
    table = _table("field", "before", "rests on", "after", "rests on")
    for one in values:
        before = _value(one.before)
        after = _value(one.after) if one.moved else Text("the same", style="dim")
        table.add_row(one.field, before, _rests(one.rests_before), after, _rests(one.rests_after))
    return table


def _after(values: Iterable[Carried]) -> Table:
    table = _table("field", "value", "rests on")
    for one in values:
        table.add_row(one.field, _value(one.after), _rests(one.rests_after))
    return table


def _rests(mark: str) -> Text:
    return Text(mark, style=_STYLES[mark])


def _contradictions(told: Explanation) -> RenderableType:
    return Group(
        *(
            Text.assemble((", ".join(fields), "bold"), f": {sentence}.")
            for fields, sentence in told.contradictions
        ),
        Text("Where they disagree, the value that the history carries stands.", style="dim"),
    )


def _rule(told: Explanation) -> RenderableType:
    if told.rule:
        return Text(told.rule)
    return Text("none any more: the catalogue changed since the row was written", style="yellow")


def _figures(told: Explanation) -> RenderableType:
    return _pairs(told.figures.items()) if told.figures else Text("none", style="dim")


def _today(told: Explanation) -> RenderableType:
    if not told.gone and not told.differences:
        return Text("The row is what the source gives today.", style="green")
    again = (
        "The source, or the catalogue, changed since the row was written. To write the day again: "
        f"snu-analytics materialize {told.row['event_date']} --entity {told.entity}"
    )
    if told.gone:
        instead = f"; of this change it makes {', '.join(told.others)}" if told.others else ""
        verdict = f"The source does not give this event any more{instead}."
        return Group(Text(verdict, style="red"), Text(again))
    table = _table("differs", "in the table", "from the source today")
    for one in told.differences:
        table.add_row(Text(one.what), _value(one.table), _value(one.source))
    return Group(
        Text("The row is not what the source gives today.", style="red"), table, Text(again)
    )
