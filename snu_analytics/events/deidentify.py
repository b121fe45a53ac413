"""What may be staged of histories: pseudonyms for identifiers, ages for birth dates.

Nothing that names a person, and no birth date, is written to a disk on the way to the warehouse.
"""

import polars as pl

from snu_analytics.catalogue import Catalogue, Entity, Field
from snu_analytics.events.pseudonyms import Pseudonymiser
from snu_analytics.events.render import ages, gathered, pseudonymised, treated
from snu_analytics.history import (
    BIRTH_DATE_MARK,
    INFERRED_CREATION,
    JOINED,
    Canonicaliser,
    is_marked,
)

# It began in 2019: a day of an earlier year in a field of its days is one of birth.
_BEFORE_THE_PROGRAMME = '^"(0|1|200|201[0-7])'

MARKED_SCHEMA = {
    "day": pl.Date,
    "field": pl.String,
    "kind": pl.String,  # of personal data that it looks like; null where it is only unlisted
    "count": pl.UInt32,  # subjects whose states of the day hold such a value
}


def deidentified_states(
    snapshots: pl.DataFrame, entity: Entity, catalogue: Catalogue, pseudonyms: Pseudonymiser
) -> pl.DataFrame:
    """The snapshots without identifiers and instants, by subject, each subject's in time order.

    `subject_id` and `change_id` (uuid texts) and `inferred` (Boolean: an inferred creation) replace
    `ref` and `patch_id`; a birth date becomes the age on the row's `day` as JSON text, an
    identifier the JSON text of its pseudonym, a date field that holds the birth date of its row, or
    a day before the programme, a mark (see `history.canonical`); a role outside the catalogue's is
    null. Internal fields and their doubts are left out. The order by pseudonym shows nothing of
    that by ObjectId, which is that of the documents' creation.
    """
    joined = catalogue.entities[entity.join.entity].fields if entity.join else {}
    fields = entity.staged_fields | {JOINED + name: field for name, field in joined.items()}
    fields = {name: field for name, field in fields.items() if name in snapshots.columns}
    birth_days = [
        snapshots[name].str.slice(0, 11) for name, f in fields.items() if f.treatment == "age"
    ]
    return snapshots.select(
        "day",
        pseudonyms.series(entity.name, snapshots["ref"]).alias("subject_id"),
        pseudonyms.series("change", snapshots["patch_id"]).alias("change_id"),
        pl.col("patch_id").str.starts_with(INFERRED_CREATION).alias("inferred"),
        _role(catalogue),
        "creation",
        "conflicts",
        _shown_doubts(entity),
        *(
            _deidentified(field, snapshots, name, birth_days, pseudonyms).alias(name)
            for name, field in fields.items()
        ),
    ).sort("subject_id", maintain_order=True)


def deidentified_patches(
    heads: pl.DataFrame, entity: Entity, catalogue: Catalogue, pseudonyms: Pseudonymiser
) -> pl.DataFrame:
    """A row per patch: who, which listed fields it names, what is defective; no values, no instant.

    `heads` has `fields` (List(String)) beside the source's columns. `ref` is sealed, `subject_id`
    its pseudonym; `change_id`, by which the rows are sorted, stands for `patch_id`.
    """
    return heads.select(
        pseudonyms.series("change", heads["patch_id"]).alias("change_id"),
        pseudonyms.series(entity.name, heads["ref"]).alias("subject_id"),
        pseudonyms.sealed(heads["ref"]).alias("ref"),
        _role(catalogue),
        "defect",
        "day",
        "fields",
    ).sort("change_id")


def marked_values(
    states: pl.DataFrame, entity: Entity, canonicaliser: Canonicaliser
) -> pl.DataFrame:
    """How many subjects hold unlisted values, by day, field and kind (MARKED_SCHEMA).

    `states` are de-identified snapshots with the marks of the canonicaliser.
    """
    parts = [pl.DataFrame(schema=MARKED_SCHEMA)]
    for name in entity.staged_fields:
        marked = states.filter(is_marked(states[name])).select("day", "subject_id", text=name)
        if marked.is_empty():
            continue
        distinct = marked.select(pl.col("text").unique())
        kinds = [[u.kind for u in canonicaliser.unlisted(text)] for text in distinct["text"]]
        by_text = distinct.with_columns(kind=pl.Series(kinds, dtype=pl.List(pl.String)))
        parts.append(
            marked.join(by_text.explode("kind"), on="text")
            .group_by("day", "kind")
            .agg(count=pl.col("subject_id").n_unique())
            .select("day", pl.lit(name).alias("field"), "kind", "count")
            .cast(pl.Schema(MARKED_SCHEMA))
        )
    return pl.concat(parts).sort("day", "field", "kind")


def _deidentified(
    field: Field,
    snapshots: pl.DataFrame,
    name: str,
    birth_days: list[pl.Series],
    pseudonyms: Pseudonymiser,
) -> pl.Series:
    texts = snapshots[name]
    if field.treatment == "age":
        years = ages(texts, snapshots["day"]).cast(pl.String).fill_null("null")
        return pl.select(pl.when(texts == "").then(texts).otherwise(years)).to_series()
    if field.treatment == "pseudonym":
        return pseudonymised(field, texts, pseudonyms)
    if field.treatment == "date":
        distinct, codes = gathered(snapshots, name)
        days = treated(field, distinct).str.slice(0, 11).gather(codes)
        texts = texts.set(days.str.contains(_BEFORE_THE_PROGRAMME), BIRTH_DATE_MARK)
        for birth_day in birth_days:
            is_birth = (days == birth_day) & (birth_day.str.len_bytes() == 11)
            texts = texts.set(is_birth, BIRTH_DATE_MARK)
    return texts


def _shown_doubts(entity: Entity) -> pl.Expr:
    """The JSON members of `doubts` but for those of fields that no state shows."""
    hidden = "|".join(name for name in entity.fields if name not in entity.state_fields)
    if not hidden:
        return pl.col("doubts")
    return pl.col("doubts").str.replace_all(f'"({hidden})":"[a-z]+",?', "").str.strip_suffix(",")


def _role(catalogue: Catalogue) -> pl.Expr:
    listed = list(catalogue.vocabularies["role"].values)
    return pl.when(pl.col("role").is_in(listed)).then("role")
