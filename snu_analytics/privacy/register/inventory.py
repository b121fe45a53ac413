"""Part 2: every field of the source, with its treatment and the reason for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from snu_analytics.catalogue import Catalogue, Column, Dropped, Entity, Field, Vocabulary
from snu_analytics.privacy.register.blocks import Block, Grid, Heading, Paragraph, code, grid


@dataclass(frozen=True)
class StoredColumn:
    name: str
    type: str
    comment: str


@dataclass(frozen=True)
class StoredTable:
    """A table of the warehouse: `name` holds its schema."""

    name: str
    comment: str
    columns: tuple[StoredColumn, ...]


def inventory(catalogue: Catalogue, tables: Sequence[StoredTable]) -> Iterator[Block]:
    yield Heading(1, "Inventory of the fields (inventaire des données)")
    yield Paragraph(
        "Default deny: a field that is not listed as kept is not read. The dropped ones are listed "
        "so that every field of the application's schemas has been decided on; a field in neither "
        "list is not read either, and is counted. In the names of dropped fields `*` stands for "
        "any characters; a kept field is kept even where it fits such a name. An identifying group "
        "names, locates or reaches a person."
    )
    yield Paragraph(
        "Of a closed list only its values are written, `OTHER` in place of all else. Among the "
        "columns a quasi-identifier may be known of a person from elsewhere; a sensitive one is "
        "what somebody who knows these could learn."
    )
    yield grid(
        {"Entity": 1.5, "Collections of the source": 3, "Table": 3, "Kept": 0.7, "Dropped": 0.9},
        (
            (
                entity.title,
                code((entity.collection, entity.patches)),
                code([f"analytics.{entity.table}"]),
                str(len(entity.fields)),
                str(sum(len(group.fields) for group in entity.dropped.values())),
            )
            for entity in catalogue.entities.values()
        ),
    )
    stored = {table.name: table for table in tables}
    events = {f"analytics.{e.table}": e for e in catalogue.entities.values()}
    shared = _shared([(stored[name], e) for name, e in events.items() if name in stored])
    for name, entity in events.items():
        yield Heading(2, f"{entity.title} ({entity.name})")
        yield from _fields(entity)
        if name in stored:
            yield from _own_columns(entity, stored[name], shared)
    if shared:
        yield Heading(2, "Columns of every event table")
        yield grid(_COLUMNS, ((f"`{c.name}`", c.type, c.comment) for c in shared))
    yield from _other_tables([table for table in tables if table.name not in events])
    yield Heading(2, "Closed lists (vocabulaires)")
    yield _vocabularies(catalogue)


def treatment(field: Field) -> str:
    """What becomes of a field's values, in words."""
    number = f"the number{f' ({field.unit})' if field.unit else ''}, of seven digits at the most"
    each = ", element by element" if field.type == "array" else ""
    words = {
        "closed": f"closed list `{field.vocabulary}`{each}",
        "age": "full years of age on the day of the event, never the date",
        "pseudonym": f"keyed pseudonym, of the kind `{field.namespace}`",
        "date": "the day, without the hour",
        "keep": "true or false" if field.type == "boolean" else number,
    }
    return words[field.treatment]


def _fields(entity: Entity) -> Iterator[Block]:
    yield Heading(3, "Fields kept")
    yield grid(
        {"Field": 2.8, "What is written": 2, "Category": 1.1, "What it is": 2, "Why": 2.6},
        (
            (f"`{name}`", treatment(kept), kept.category, kept.description, kept.reason)
            for name, kept in entity.fields.items()
        ),
    )
    yield Heading(3, "Fields dropped")
    yield grid(
        {"Group": 1.2, "Why": 2.4, "Fields": 4},
        (
            (_group(name, group), group.reason, code(group.fields))
            for name, group in entity.dropped.items()
        ),
    )


def _group(name: str, group: Dropped) -> str:
    return name.replace("_", " ") + (" (identifying)" if group.identifying else "")


_COLUMNS = {"Column": 2, "Type": 1.4, "What it holds": 4.5}


def _shared(tables: list[tuple[StoredTable, Entity]]) -> list[StoredColumn]:
    """The columns that all event tables have alike, key columns apart."""
    keys = {name for _, entity in tables for name in entity.columns}
    return [
        column
        for column in (tables[0][0].columns if tables else ())
        if column.name not in keys and all(column in table.columns for table, _ in tables)
    ]


def _own_columns(entity: Entity, table: StoredTable, shared: list[StoredColumn]) -> Iterator[Block]:
    yield Heading(3, f"Columns of `{table.name}`, besides those of every event table")
    yield grid(
        {**_COLUMNS, "Role": 1.3},
        (
            (f"`{c.name}`", c.type, c.comment, _role(entity.columns.get(c.name)))
            for c in table.columns
            if c not in shared
        ),
    )


def _role(column: Column | None) -> str:
    if column is None or not (column.quasi_identifier or column.sensitive):
        return ""
    return "quasi-identifier" if column.quasi_identifier else "sensitive"


def _other_tables(tables: list[StoredTable]) -> Iterator[Block]:
    if not tables:
        return
    yield Heading(2, "Other tables")
    yield grid(
        {"Table": 2.2, "What it holds": 2.6, "Columns": 3},
        ((f"`{t.name}`", t.comment, code(c.name for c in t.columns)) for t in tables),
    )


def _vocabularies(catalogue: Catalogue) -> Grid:
    users: dict[str, list[str]] = {}
    for entity in catalogue.entities.values():
        for name, kept in entity.fields.items():
            if kept.vocabulary:
                users.setdefault(kept.vocabulary, []).append(f"{entity.name}.{name}")
    return grid(
        {"List": 1.8, "What closes it": 2.6, "Fields": 4.5},
        (
            (f"`{name}`", _closed_by(vocabulary), code(users.get(name, [])) or "roles of patches")
            for name, vocabulary in catalogue.vocabularies.items()
        ),
    )


def _closed_by(vocabulary: Vocabulary) -> str:
    parts = [
        _counted(len(vocabulary.values), "value"),
        _counted(len(vocabulary.patterns), "pattern"),
        f"the names in collection `{vocabulary.collection}`" if vocabulary.collection else "",
    ]
    return ", ".join(part for part in parts if part)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' if count > 1 else ''}" if count else ""
