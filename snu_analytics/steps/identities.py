"""The texts about to be staged, held against the names and addresses in the documents read."""

from collections.abc import Iterator

import polars as pl

from snu_analytics.catalogue import Entity, Field
from snu_analytics.errors import LeakError
from snu_analytics.events import expected_aside, kind_of, occurring
from snu_analytics.events.render import gathered, treated
from snu_analytics.history import JOINED
from snu_analytics.source.contract import Source
from snu_analytics.steps.bench import Workbench


def refuse_identities(
    bench: Workbench, entity: Entity, source: Source, raw: pl.DataFrame, told: pl.DataFrame
) -> None:
    """Raise LeakError naming fields, kinds and days where a text tells who its documents are of.

    `raw` are the snapshots as rebuilt, `told` the same de-identified. Names are read only where a
    text is neither the catalogue's nor a number, which is seldom, and are kept nowhere.
    """
    leaks = [*_birth_dates(raw, _fields(bench, entity, raw))]
    leaks += _texts(bench, entity, source, raw, told)
    if leaks:
        kinds = dict.fromkeys(f"the field {field} holds {kind}" for field, kind, _ in leaks)
        days = sorted({day for _, _, found in leaks for day in found})
        raise LeakError(
            f"{entity.name}: {', '.join(kinds)}, on {', '.join(map(str, days))}: nothing was "
            "staged. Mend the value in the source; if it is nobody's, list it in the catalogue"
        )


# Field, kind and days.
_Leak = tuple[str, str, pl.Series]


def _texts(
    bench: Workbench, entity: Entity, source: Source, raw: pl.DataFrame, told: pl.DataFrame
) -> Iterator[_Leak]:
    open_texts = {}
    for name, kept in _fields(bench, entity, told).items():
        texts = told[name].unique()
        if kept.treatment in ("closed", "keep") and expected_aside(texts, kept, bench.catalogue):
            for text in texts:
                if strings := expected_aside(pl.Series([text]), kept, bench.catalogue):
                    open_texts[name, text] = strings
    if not open_texts:
        return
    identities = source.identities(entity, raw["ref"].unique().to_list())
    if entity.join:
        other = bench.catalogue.entities[entity.join.entity]
        refs = raw[entity.join.field].unique().str.strip_chars('"')
        identities |= source.identities(other, refs.to_list())
    for (name, text), strings in open_texts.items():
        kind = next(filter(None, map(kind_of, strings)), None)
        if kind is None and occurring(identities, strings):
            kind = "a name, an address or another text that identifies one of the documents read"
        if kind:
            yield name, kind, told.filter(pl.col(name) == text)["day"].unique()


def _birth_dates(raw: pl.DataFrame, fields: dict[str, Field]) -> Iterator[_Leak]:
    """The fields of days that hold the birth date of the same row."""
    births = [raw[name].str.slice(0, 11) for name, f in fields.items() if f.treatment == "age"]
    for name, kept in fields.items():
        if kept.treatment == "date":
            distinct, codes = gathered(raw, name)
            days = treated(kept, distinct).str.slice(0, 11).gather(codes)
            for birth in births:
                same = raw.filter((days == birth) & (birth.str.len_bytes() == 11))
                if len(same):
                    yield name, "the date of birth of its person", same["day"].unique()


def _fields(bench: Workbench, entity: Entity, frame: pl.DataFrame) -> dict[str, Field]:
    fields = dict(entity.fields)
    if entity.join:
        other = bench.catalogue.entities[entity.join.entity]
        fields |= {JOINED + name: kept for name, kept in other.fields.items()}
    return {name: kept for name, kept in fields.items() if name in frame.columns}
