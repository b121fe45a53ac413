"""How documents came to be: by a creation patch, or without one, which is then inferred.

Old documents, imports and native writes leave no creation patch; a zero-match update leaves a false
one: the plugin takes any document that holds the new values and writes it whole, from nothing.
"""

from datetime import timedelta

import polars as pl

from snu_analytics.catalogue import Creation
from snu_analytics.history.canonical import Canonicaliser
from snu_analytics.source import instants, object_id_time

# Begins what stands in place of a patch id for a creation without a patch; sorts before any id.
INFERRED_CREATION = "+"

# A creation patch is written by the save that sets the date of creation.
_SAME_SAVE = timedelta(days=1)
_SAME_INSTANT = timedelta(minutes=1)


def creation_dates(
    heads: pl.DataFrame, documents: pl.DataFrame, creation: Creation, canonicaliser: Canonicaliser
) -> pl.DataFrame:
    """Of each document `ref`, its credible date of creation `dated` (null for none) and `instant`,
    that date or else the time of its ObjectId. Both Datetime(ms, UTC).

    Loading and saving a document that has no date of creation stores that day's, without a patch:
    a date long after its first patch is not credible.
    """
    texts = canonicaliser.series(creation.date, documents[creation.date])
    oldest = heads.group_by("ref").agg(pl.col("date").min().alias("oldest"))
    credible = (pl.col("dated") <= pl.col("oldest") + _SAME_SAVE).fill_null(value=True)
    return (
        documents.select("ref", texts.alias("dated"))
        .with_columns(dated=instants(pl.col("dated")))
        .join(oldest, on="ref", how="left", maintain_order="left")
        .with_columns(dated=pl.when(credible).then("dated"))
        .select("ref", "dated", instant=pl.coalesce("dated", object_id_time(pl.col("ref"))))
    )


def creations(
    heads: pl.DataFrame,
    ops: pl.DataFrame,
    creation: Creation,
    canonicaliser: Canonicaliser,
    known: pl.DataFrame,
) -> pl.DataFrame:
    """The patches that describe a document from nothing: `patch`, `ref`, and whether `genuine`.

    A genuine creation adds the status without an original, is the document's first patch, and is
    not dated long after both the ObjectId and the date of creation that it, or else the document,
    holds (`known`, see `creation_dates`). All others are not genuine; nor is a patch that replaces
    the date of creation with its own date as the original: the default of a model made for an
    update without match.
    """
    status = ops.filter((pl.col("field") == creation.field) & (pl.col("sub") == ""))
    status = status.with_columns(
        earlier=(pl.col("ref") == pl.col("ref").shift()) & (pl.col("op").shift() != "remove")
    )
    adds = status.filter((pl.col("op") == "add") & pl.col("original").is_null())
    dates = ops.filter((pl.col("field") == creation.date) & (pl.col("sub") == ""))
    dates = dates.select(
        "patch",
        "ref",
        canonicaliser.series(creation.date, dates["value"]).alias("own"),
        canonicaliser.series(creation.date, dates["original"]).alias("default"),
    ).with_columns(own=instants(pl.col("own")), default=instants(pl.col("default")))
    first = heads.select(
        "patch", "date", first=(pl.col("ref") != pl.col("ref").shift()).fill_null(value=True)
    )
    candidates = (
        adds.select("patch", "ref", "earlier")
        .join(first, on="patch", how="left", maintain_order="left")
        .join(dates.select("patch", "own").unique("patch"), on="patch", how="left")
        .join(known.select("ref", "dated"), on="ref", how="left")
    )
    created, made_at = pl.coalesce("own", "dated"), object_id_time(pl.col("ref"))
    late = (pl.col("date") > created + _SAME_SAVE) & (pl.col("date") > made_at + _SAME_SAVE)
    whole = candidates.filter(pl.col("first") | pl.col("earlier").fill_null(value=False)).select(
        "patch", "ref", genuine=pl.col("first") & ~late.fill_null(value=False)
    )
    from_defaults = (
        dates.join(first, on="patch", how="left")
        .filter((pl.col("date") - pl.col("default")).abs() < _SAME_INSTANT)
        .select("patch", "ref", genuine=pl.lit(value=False))
    )
    return pl.concat([whole, from_defaults]).unique("patch", keep="last").sort("patch")
