"""Why published figures changed, and what the log of changes takes up of them."""

from collections.abc import Mapping
from datetime import date

import polars as pl
import psycopg

from snu_analytics.catalogue.breakdowns import Kind, days_of_period
from snu_analytics.publication.disclosure import Revised
from snu_analytics.warehouse import Cause, Name, Publication, Revisions, erased_since


def causes_of(
    warehouse: psycopg.Connection,
    kind: Kind,
    period: date,
    again: Mapping[Name, tuple[Publication, Publication]],
    entities: Mapping[Name, str],
) -> dict[Name, Cause]:
    """Why figures of a period are told anew: `again` holds each one's former and new publication.

    Late patches, when more patches of its days are known than before; else an erasure, when someone
    was erased from them since; else data that were mended, or rules. `entities` are those whose
    events each figure counts.
    """
    last = days_of_period(kind, period).last
    erased = erased_since(warehouse, kind, period, last, entities)
    causes: dict[Name, Cause] = {}
    for name, (before, now) in again.items():
        counts = (before.patch_count, now.patch_count)
        if counts[0] is not None and counts[1] is not None and counts[1] > counts[0]:
            causes[name] = "late patches"
        else:
            causes[name] = "erasure" if name in erased else "mended data"
    return causes


def logged(changes: Mapping[Name, Revised], causes: Mapping[Name, Cause]) -> Revisions:
    """The changes of some figures with their causes, as the warehouse takes them."""
    rows = [
        told.changes.with_columns(
            phase=pl.lit(name[0]), figure=pl.lit(name[1]), cause=pl.lit(causes[name])
        )
        for name, told in changes.items()
    ]
    standing = [(*name, breakdown) for name, told in changes.items() for breakdown in told.standing]
    return Revisions(pl.concat(rows), standing)
