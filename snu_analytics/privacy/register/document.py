"""The register as Markdown: `register.md.jinja`, filled in with the catalogue and the facts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template

from snu_analytics.catalogue import Catalogue, Entity
from snu_analytics.privacy.register.processing import Processing

_TEMPLATE = "register.md.jinja"


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


def register_document(
    catalogue: Catalogue, processing: Processing, tables: Sequence[StoredTable]
) -> str:
    """The record of processing, the inventory of fields and the inputs of the impact assessment.

    Markdown, the same bytes for the same arguments. `tables` are those of the warehouse, whose
    columns are listed.
    """
    entities = list(catalogue.entities.values())
    stored = {table.name: table for table in tables}
    events = [_table_name(entity) for entity in entities]
    return _template().render(
        processing=processing,
        entities=entities,
        vocabularies=catalogue.vocabularies,
        tables=stored,
        shared=_shared_columns(entities, [stored[name] for name in events if name in stored]),
        other_tables=[table for table in tables if table.name not in events],
        fields_by_category={
            category: _count_fields(entities, category) for category in processing.categories
        },
        fields_by_list={name: _closed_by(entities, name) for name in catalogue.vocabularies},
    )


def _template() -> Template:
    environment = Environment(
        autoescape=False,  # noqa: S701  # Markdown, not HTML
        finalize=_without_tags,
        keep_trailing_newline=True,
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= {"code": _code, "row": _row, "table_name": _table_name}
    return environment.from_string((files(__package__) / _TEMPLATE).read_text(encoding="utf-8"))


def _without_tags(value: object) -> str:
    """The text without what Markdown would take for a tag."""
    return str(value).replace("<", "&lt;")


def _code(names: Iterable[str]) -> str:
    """Names as code, separated by commas."""
    return ", ".join(f"`{name}`" for name in names)


def _row(cells: Iterable[object]) -> str:
    """A row of a Markdown table."""
    return f"| {' | '.join(str(cell).strip().replace('|', chr(92) + '|') for cell in cells)} |"


def _table_name(entity: Entity) -> str:
    return f"analytics.{entity.table}"


def _shared_columns(entities: list[Entity], tables: list[StoredTable]) -> list[StoredColumn]:
    """The columns that all event tables have alike, key columns apart."""
    keys = {name for entity in entities for name in entity.columns}
    return [
        column
        for column in (tables[0].columns if tables else ())
        if column.name not in keys and all(column in table.columns for table in tables)
    ]


def _count_fields(entities: list[Entity], category: str) -> list[str]:
    """The entities with fields of a category, each with their number."""
    counts = {
        entity.name: sum(field.category == category for field in entity.fields.values())
        for entity in entities
    }
    return [f"{name} {count}" for name, count in counts.items() if count]


def _closed_by(entities: list[Entity], vocabulary: str) -> list[str]:
    """The fields that a vocabulary closes, as `entity.field`."""
    return [
        f"{entity.name}.{name}"
        for entity in entities
        for name, field in entity.fields.items()
        if field.vocabulary == vocabulary
    ]
