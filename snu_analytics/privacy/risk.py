"""The risk report: measured over the present tables, and stored by day of measurement."""

from datetime import date
from itertools import groupby

import polars as pl
import psycopg

from snu_analytics.catalogue import Catalogue, Entity
from snu_analytics.privacy.risk_cells import CELL_TABLES, cell_query
from snu_analytics.privacy.risk_classes import class_query, exposed
from snu_analytics.privacy.risk_dates import date_query
from snu_analytics.privacy.risk_measures import MEANINGS, Measure
from snu_analytics.warehouse import replace_days

# The classes of a million rows are sorted and counted in memory; the server's usual 4 MB would have
# them written to disk for each of some twenty groupings.
_WORK_MEMORY = "SET LOCAL work_mem = '128MB'"

_ORDER = {measure: place for place, measure in enumerate(MEANINGS)}


def report_risk(
    catalogue: Catalogue,
    warehouse: psycopg.Connection,
    measured_on: date,
    entity: str | None = None,
) -> list[Measure]:
    """The measures of the event tables about persons and of the published tables, now stored.

    With `entity` its event table alone is measured; that of an entity without quasi-identifiers
    has no measures. The rows of the same tables and day in `analytics.risk_report` are replaced.
    """
    report = measure_risk(catalogue, warehouse, entity)
    for relation, measures in groupby(report, key=lambda measure: measure.relation):
        lines = pl.DataFrame(
            [(measured_on, *measure[:-1], str(measure.value)) for measure in measures],
            ["measured_on", "relation", "unit", "measure", "column_name", "value"],
            orient="row",
        )
        part = {"relation": [relation]}
        replace_days(warehouse, "risk_report", "measured_on", [measured_on], lines, part)
    return report


def measure_risk(
    catalogue: Catalogue, warehouse: psycopg.Connection, entity: str | None = None
) -> list[Measure]:
    """The measures by table and unit, persons first, in the order of `MEANINGS`."""
    report: list[Measure] = []
    with warehouse.transaction():
        warehouse.execute(_WORK_MEMORY)
        for measured in exposed(catalogue):
            if entity in (None, measured.name):
                report += _event_measures(measured, warehouse)
        if entity is None:
            report += _cell_measures(warehouse)
    return report


def _event_measures(entity: Entity, warehouse: psycopg.Connection) -> list[Measure]:
    columns = [None, *entity.columns]
    return sorted(
        (
            Measure(f"analytics.{entity.table}", *row)
            for query in (class_query(entity), date_query(entity))
            for row in warehouse.execute(query)
        ),
        key=lambda m: (m.unit != "person", _ORDER[m.measure], columns.index(m.column_name)),
    )


def _cell_measures(warehouse: psycopg.Connection) -> list[Measure]:
    tables = [table for (table,) in warehouse.execute(CELL_TABLES)]
    if not tables:
        return []
    rows = warehouse.execute(cell_query(tables)).fetchall()
    return sorted(
        (Measure(relation, "cell", measure, None, value) for relation, measure, value in rows),
        key=lambda m: (m.relation, _ORDER[m.measure]),
    )
