"""What may be staged of histories: pseudonyms for identifiers, ages for birth dates.

Nothing that names a person, and no birth date, is written to a disk on the way to the warehouse.
"""

import polars as pl

from snu_analytics.catalogue import Catalogue, Entity, Field
from snu_analytics.events.pseudonyms import Pseudonymiser
from snu_analytics.events.render import ages, pseudonymised
from snu_analytics.history import BIRTH, JOINED

# A value of which only is told that it was there.
CONCEALED = '"concealed"'


def deidentified_states(
    snapshots: pl.DataFrame, entity: Entity, catalogue: Catalogue, pseudonyms: Pseudonymiser
) -> pl.DataFrame:
    """The snapshots without identifiers.

    `subject_id` and `change_id` (uuid texts) and `inferred` (Boolean, a birth that no patch tells)
    stand for `ref` and `patch_id`; a birth date becomes the age on the row's `day` as JSON text, an
    identifier the JSON text of its pseudonym; a role outside the catalogue's is null.
    """
    joined = catalogue.entities[entity.join.entity].fields if entity.join else {}
    fields = dict(entity.fields) | {JOINED + name: kept for name, kept in joined.items()}
    told = {
        name: _told(kept, snapshots[name], snapshots["day"], pseudonyms)
        for name, kept in fields.items()
        if name in snapshots.columns
    }
    return snapshots.select(
        "day",
        pseudonyms.series(entity.name, snapshots["ref"]).alias("subject_id"),
        pseudonyms.series("change", snapshots["patch_id"]).alias("change_id"),
        pl.col("patch_id").str.starts_with(BIRTH).alias("inferred"),
        "date",
        _role(catalogue),
        "creation",
        "conflicts",
        "doubts",
        *(series.alias(name) for name, series in told.items()),
    )


def deidentified_patches(
    rows: pl.DataFrame, entity: Entity, catalogue: Catalogue, pseudonyms: Pseudonymiser
) -> pl.DataFrame:
    """A row per operation (the patches' heads joined with their operations) without identifiers.

    `ref` is sealed, `subject_id` its pseudonym; `change_id` stands for `patch_id`. Of values only
    listed ones, days and numbers are told, and the pseudonyms of identifiers; of paths below a
    field only positions.
    """
    hidden = [name for name, kept in entity.fields.items() if _hidden(kept)]
    pseudonym = {n: kept for n, kept in entity.fields.items() if kept.treatment == "pseudonym"}
    told = {}
    for column in ("value", "original"):
        texts = rows[column]
        for name, kept in pseudonym.items():
            made = pseudonymised(kept, texts.set(rows["field"] != name, None), pseudonyms)
            texts = pl.select(
                pl.when(rows["field"] == name).then(made).otherwise(texts)
            ).to_series()
        concealed = pl.when(texts.is_in(["", "null"])).then(texts).otherwise(pl.lit(CONCEALED))
        told[column] = (
            pl.when(rows["field"].is_in(hidden) & texts.is_not_null())
            .then(concealed)
            .otherwise(texts)
            .alias(column)
        )
    return rows.select(
        "patch",
        pseudonyms.series("change", rows["patch_id"]).alias("change_id"),
        pseudonyms.series(entity.name, rows["ref"]).alias("subject_id"),
        pseudonyms.sealed(rows["ref"]).alias("ref"),
        "date",
        _role(catalogue),
        "defect",
        "day",
        "field",
        pl.col("sub").str.replace_all(r"/\d*[^/\d][^/]*", "/…"),
        "op",
        *told.values(),
    )


def _told(kept: Field, texts: pl.Series, days: pl.Series, pseudonyms: Pseudonymiser) -> pl.Series:
    if kept.treatment == "age":
        years = ages(texts, days).cast(pl.String).fill_null("null")
        return pl.select(pl.when(texts == "").then(texts).otherwise(years)).to_series()
    return pseudonymised(kept, texts, pseudonyms) if kept.treatment == "pseudonym" else texts


def _hidden(kept: Field) -> bool:
    return kept.treatment == "age" or (kept.treatment == "keep" and kept.type in ("text", "array"))


def _role(catalogue: Catalogue) -> pl.Expr:
    known = list(catalogue.vocabularies["role"].values)
    return pl.when(pl.col("role").is_in(known)).then("role")
