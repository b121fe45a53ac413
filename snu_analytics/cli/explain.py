"""`snu-analytics explain`: the chain of custody of an event."""

from collections.abc import Iterable

import click
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from snu_analytics.cli.console import out
from snu_analytics.cli.context import CommandContext, pass_context
from snu_analytics.explanation import NOTHING, RECORDED, Carried, Explanation, instant, shown
from snu_analytics.explanation import explain as explain_event

_STYLES = {RECORDED: "green", "inferred": "yellow", "conflict": "red", "unknown": "magenta"}
_QUALITIES = {
    RECORDED: "a patch tells it and nothing contradicts it",
    "inferred": "from today's document, no patch tells it",
    "conflict": "the history around the patch contradicts it",
}


@click.command()
@click.argument("event_id")
@pass_context
def explain(context: CommandContext, event_id: str) -> None:
    """Show how an event came about: its patch, the history around it, the rule that named it."""
    explanation = explain_event(context.pipeline, context.source, context.warehouse, event_id)
    out.print(_rendered(explanation), highlight=False)


def _rendered(explanation: Explanation) -> Group:
    sections: list[tuple[str, RenderableType]] = [
        ("The row", _row(explanation)),
        ("The change in the source", _change(explanation)),
        ("What the history carries", _carried(explanation)),
    ]
    if explanation.contradictions:
        sections.append(("What contradicts it", _contradictions(explanation)))
    if explanation.joined:
        sections.append(
            (f"The {explanation.joined_entity} at that instant", _pairs(explanation.joined.items()))
        )
    sections += [
        (f"The rule that named it (catalogue/{explanation.entity}.yaml)", _rule(explanation)),
        ("The figures that count it", _figures(explanation)),
        ("The source today", _today(explanation)),
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


def _row(explanation: Explanation) -> RenderableType:
    row = explanation.row
    quality = Text(row["quality"], style=_STYLES.get(row["quality"], ""))
    change = f"{shown(row['from_value'])} → {shown(row['to_value'])}"
    return _pairs(
        [
            ("event", Text(row["event_name"], style="bold") + Text(f", phase {row['phase']}")),
            ("event_id", f"{row['event_id']} in analytics.{explanation.table}"),
            ("subject_id", f"{row['subject_id']}"),
            ("day", f"{row['event_date']} (Europe/Paris)"),
            ("change", f"{row['field']}: {change}" if row["field"] else _creation(explanation)),
            ("quality", quality + Text(f": {_QUALITIES[row['quality']]}", style="default")),
        ]
    )


def _creation(explanation: Explanation) -> str:
    return f"creation, with the status {shown(explanation.row['to_value'])}"


def _change(explanation: Explanation) -> RenderableType:
    row = explanation.row
    role = row["actor_role"] or "none that is kept"
    about = [
        ("change_id", str(row["change_id"])),
        ("instant", f"{instant(explanation.instant)} (Paris)"),
    ]
    if explanation.patch is None:
        about.append(
            ("patch", f"none created this document; {explanation.patches} changed it since")
        )
        why = "Its instant is the date of creation that the document holds, or that of its id."
        return Group(_pairs(about), Text(why, style="dim"))
    about += [
        ("role", role),
        ("patch", f"number {explanation.patch} of {explanation.patches} of the document"),
    ]
    if explanation.others:
        about.append(("it also made", ", ".join(explanation.others)))
    table = _table("op", "path", "originalValue", "value")
    for operation in explanation.operations:
        texts = (_operand(operation.original, "not told"), _operand(operation.value, ""))
        table.add_row(operation.op, Text(operation.path), *texts)
    note = "Fields that are not in the catalogue are never read: the patch may hold more."
    body = table if explanation.operations else Text("no operation on a field that is kept")
    return Group(_pairs(about), Padding(body, (1, 0, 0, 0)), Text(note, style="dim"))


def _operand(text: str | None, lacking: str) -> Text:
    return Text(lacking, style="dim") if text is None else _value(text)


def _value(text: str) -> Text:
    return Text(text, style="dim" if text == NOTHING else "")


def _carried(explanation: Explanation) -> RenderableType:
    named = [v for v in explanation.values if v.named or v.field == explanation.row["field"]]
    doubted = [value for value in explanation.values if value not in named]
    if explanation.row["field"] is None:
        start = Text("A creation begins from nothing; after it:", style="dim")
        return Group(start, _after(explanation.values))
    parts: list[RenderableType] = []
    if named:
        parts.append(_both_sides(named))
    if doubted:
        about = "In doubt as well, though this change does not name them:"
        parts += [Text(about, style="dim"), _both_sides(doubted)]
    return Group(*parts)


def _both_sides(values: Iterable[Carried]) -> Table:
    table = _table("field", "before", "rests on", "after", "rests on")
    for v in values:
        after = _value(v.after) if v.moved else Text("the same", style="dim")
        table.add_row(
            v.field, _value(v.before), _rests(v.rests_before), after, _rests(v.rests_after)
        )
    return table


def _after(values: Iterable[Carried]) -> Table:
    table = _table("field", "value", "rests on")
    for value in values:
        table.add_row(value.field, _value(value.after), _rests(value.rests_after))
    return table


def _rests(mark: str) -> Text:
    return Text(mark, style=_STYLES[mark])


def _contradictions(explanation: Explanation) -> RenderableType:
    return Group(
        *(
            Text.assemble((", ".join(fields), "bold"), f": {sentence}.")
            for fields, sentence in explanation.contradictions
        ),
        Text("Where they disagree, the value that the history carries stands.", style="dim"),
    )


def _rule(explanation: Explanation) -> RenderableType:
    if explanation.rule:
        return Text(explanation.rule)
    return Text("none any more: the catalogue changed since the row was written", style="yellow")


def _figures(explanation: Explanation) -> RenderableType:
    return _pairs(explanation.figures.items()) if explanation.figures else Text("none", style="dim")


def _today(explanation: Explanation) -> RenderableType:
    if not explanation.gone and not explanation.differences:
        return Text("The row is what the source gives today.", style="green")
    again = (
        "The source, or the catalogue, changed since the row was written. To write the day again: "
        f"snu-analytics materialize {explanation.row['event_date']} --entity {explanation.entity}"
    )
    if explanation.gone:
        instead = (
            f"; of this change it makes {', '.join(explanation.others)}"
            if explanation.others
            else ""
        )
        verdict = f"The source does not give this event any more{instead}."
        return Group(Text(verdict, style="red"), Text(again))
    table = _table("differs", "in the table", "from the source today")
    for difference in explanation.differences:
        table.add_row(Text(difference.what), _value(difference.table), _value(difference.source))
    return Group(
        Text("The row is not what the source gives today.", style="red"), table, Text(again)
    )
