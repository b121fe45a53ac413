"""Canonical texts to what the warehouse holds: treated values, ages, JSON states, column values."""

import json
from collections.abc import Mapping

import polars as pl

from snu_analytics.catalogue import OTHER, ColumnType, Entity, Field
from snu_analytics.days import PARIS
from snu_analytics.events.pseudonyms import Pseudonymiser
from snu_analytics.history import INSTANT, plain

# What a birth date is called in a state.
AGE = "age"

_NOTHING = ("", "null", '""')


def pseudonymised(field: Field, texts: pl.Series, pseudonyms: Pseudonymiser) -> pl.Series:
    """The JSON texts (String) of the pseudonyms of identifiers, given as JSON texts."""
    identifiers = texts.str.strip_chars('"')
    made = '"' + pseudonyms.series(field.namespace or "", identifiers) + '"'
    return pl.select(pl.when(texts.is_in(_NOTHING)).then(texts).otherwise(made)).to_series()


def treated(field: Field, texts: pl.Series) -> pl.Series:
    """The JSON texts (String, "" = absent) that the warehouse may hold for de-identified ones."""
    if field.treatment == "date":
        return pl.select(_paris_day(texts)).to_series()
    return plain(texts)


def _paris_day(texts: pl.Series) -> pl.Expr:
    instants = texts.str.strip_chars('"').str.to_datetime(
        "%Y-%m-%dT%H:%M:%S%.3fZ", time_unit="ms", strict=False, time_zone="UTC"
    )
    days = instants.dt.convert_time_zone(PARIS.key).dt.strftime('"%Y-%m-%d"')
    return pl.when(instants.is_null()).then(plain(texts)).otherwise(days)


def gathered(frame: pl.DataFrame, field: str) -> tuple[pl.Series, pl.Series]:
    """The distinct texts of a column, and the position of each row's text among them."""
    distinct = frame[field].unique(maintain_order=True)
    return distinct, frame[field].cast(pl.Enum(distinct)).to_physical()


def ages(births: pl.Series, days: pl.Series) -> pl.Series:
    """Full years (Int16) between the UTC date of birth and a Paris day.

    `births` holds canonical instants as JSON text; born on 29 February, a year is full on 1 March
    in common years. Null where there is no birth date.
    """
    birthday = births.str.slice(1, 10).str.to_date("%Y-%m-%d", strict=False)
    birthday = pl.select(
        pl.when(births.str.contains(f"^{INSTANT.pattern}$")).then(birthday)
    ).to_series()
    not_yet = _day_of_year(days) < _day_of_year(birthday)
    return (days.dt.year() - birthday.dt.year() - not_yet.cast(pl.Int32)).cast(pl.Int16)


def _day_of_year(days: pl.Series) -> pl.Series:
    # Polars counts months in 8 bits, where 100 times a month wraps round.
    return days.dt.month().cast(pl.Int32) * 100 + days.dt.day()


def states(
    frame: pl.DataFrame, entity: Entity
) -> tuple[pl.Series, Mapping[str, pl.Series], Mapping[str, pl.Series]]:
    """Each row's state as a JSON object, every staged field's treated text, and the distinct ones.

    Each distinct value is treated and turned into a member (`,"status":"VALIDATED"`) once: 0.75 s
    for 610,000 states, against 6.8 s with a struct encoder.
    """
    members, values, vocabulary = [], {}, {}
    shown = entity.state_fields
    for field, definition in entity.staged_fields.items():
        distinct, codes = gathered(frame, field)
        texts = treated(definition, distinct)
        values[field], vocabulary[field] = texts.gather(codes), texts
        if field not in shown:
            continue
        name = AGE if definition.treatment == "age" else field
        member = pl.select(
            pl.when(texts == "").then(pl.lit("")).otherwise(f',"{name}":' + texts)
        ).to_series()
        members.append(member.gather(codes))
    bodies = pl.select(pl.concat_str(members)).to_series()
    return "{" + bodies.str.strip_prefix(",") + "}", values, vocabulary


def column_values(texts: pl.Series, kind: ColumnType, true_for: tuple[str, ...]) -> pl.Series:
    """The values of a key column for JSON texts: absent and null are null."""
    distinct = texts.unique(maintain_order=True)
    codes = texts.cast(pl.Enum(distinct)).to_physical()
    return _typed([_scalar(t) for t in distinct], kind, true_for).gather(codes)


def plain_text(texts: pl.Series) -> pl.Series:
    """The values of `from_value` and `to_value` for JSON texts: strings without their quotes."""
    return column_values(texts, "text", ())


def _scalar(text: str) -> str | None:
    value = json.loads(text) if text else None
    return value if value is None or isinstance(value, str) else text


def _typed(values: list[str | None], kind: ColumnType, true_for: tuple[str, ...]) -> pl.Series:
    if kind == "boolean":
        truths = [None if v in (None, "", OTHER) else v in true_for for v in values]
        return pl.Series(truths, dtype=pl.Boolean)
    if kind == "text":
        return pl.Series(values, dtype=pl.String)
    filled = pl.Series([v or None for v in values], dtype=pl.String)
    if kind == "uuid":
        return filled
    return filled.cast(pl.Int16 if kind == "smallint" else pl.Float64, strict=False)
