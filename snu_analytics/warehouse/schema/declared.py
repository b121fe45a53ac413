"""The tables that `tables.yaml` declares: their columns do not depend on the catalogue."""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Numeric,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.schema import SchemaItem

from snu_analytics.catalogue import parse_yaml
from snu_analytics.warehouse.schema.columns import column, unique_key

TYPES: dict[str, Any] = {
    "bigint": BigInteger,
    "boolean": Boolean,
    "date": Date,
    "float": Float,
    "integer": Integer,
    "numeric": Numeric,
    "smallint": SmallInteger,
    "text": Text,
    "timestamptz": DateTime(timezone=True),
    "uuid": Uuid,
}


def declared_tables(metadata: MetaData, schema: str) -> None:
    """Add those tables of `tables.yaml` to the metadata that lie in a schema."""
    declarations = (files("snu_analytics.warehouse.schema") / "tables.yaml").read_text("utf-8")
    for qualified_name, declaration in parse_yaml(declarations).items():
        own_schema, name = qualified_name.split(".")
        if own_schema == schema:
            Table(
                name,
                metadata,
                *_columns(declaration),
                *_indexes(name, declaration),
                *_constraints(name, declaration),
                schema=schema,
                comment=declaration["comment"],
            )


def _columns(declaration: Mapping[str, Any]) -> Iterator[Column]:
    primary_key = declaration.get("primary_key", ())
    for name, (kind, comment, *default) in declaration["columns"].items():
        yield column(
            name,
            TYPES[kind.removesuffix(" null")],
            comment,
            nullable=kind.endswith(" null"),
            primary_key=name in primary_key,
            server_default=text(*default) if default else None,
        )


def _indexes(table: str, declaration: Mapping[str, Any]) -> Iterator[Index]:
    if "unique" in declaration:
        yield unique_key(table, declaration["unique"])
    for name, index in declaration.get("indexes", {}).items():
        where = text(index["where"]) if "where" in index else None
        unique = index.get("unique", False)
        yield Index(name, *index["columns"], unique=unique, postgresql_where=where)


def _constraints(table: str, declaration: Mapping[str, Any]) -> Iterator[SchemaItem]:
    for name, condition in declaration.get("checks", {}).items():
        yield CheckConstraint(condition, name)
    for name, referred in declaration.get("references", {}).items():
        yield ForeignKeyConstraint([name], [referred], f"{table}_{name}_fkey")
