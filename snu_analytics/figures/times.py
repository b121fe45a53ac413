"""How long files wait, and how far the young people of a campaign come.

The days from a completion to its decision are those of the questions `inscription_decision_times`
and `application_decision_times`.
"""

from psycopg import sql

from snu_analytics.catalogue import Entity
from snu_analytics.figures.pool import LATEST

BACKLOG_COLUMNS = ("waiting", "median", "p90", "longest")

_WAITING = "WAITING_VALIDATION"


def backlog_query(entity: Entity) -> sql.Composed:
    """SQL with BACKLOG_COLUMNS: how many wait for a decision at the end of %(day)s, and how long.

    Days since the file, or application, last came to WAITING_VALIDATION, not counting a return from
    a correction: median, 90th percentile (linear interpolation) and longest, null where nobody
    waits. Who has waited since before the first partition without an event is left out.
    """
    return sql.SQL(
        "SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY days), "
        "percentile_cont(0.9) WITHIN GROUP (ORDER BY days), max(days) FROM ("
        "SELECT %(day)s::date - since.event_date AS days FROM ("
        "SELECT DISTINCT ON (subject_id) subject_id, to_value FROM {table} "
        "WHERE (field = {status} OR field IS NULL) AND event_date <= %(day)s ORDER BY {latest}"
        ") AS latest CROSS JOIN LATERAL ("
        "SELECT event_date FROM {table} AS e WHERE e.subject_id = latest.subject_id "
        "AND (field = {status} OR field IS NULL) AND event_date <= %(day)s "
        "AND to_value = {waiting} AND from_value IS DISTINCT FROM 'WAITING_CORRECTION' "
        "ORDER BY {latest} LIMIT 1) AS since WHERE latest.to_value = {waiting}) AS file"
    ).format(
        table=sql.Identifier("analytics", entity.table),
        status=sql.Literal(entity.pool["status"]),
        latest=LATEST,
        waiting=sql.Literal(_WAITING),
    )


FUNNEL_COLUMNS = ("campaign", "created", "completed", "validated", "stay_done", "mission_validated")

FUNNEL_QUERY = sql.SQL(
    "SELECT extract(year FROM event_date + interval '4 months')::int, "
    "count(DISTINCT subject_id) FILTER (WHERE event_name = 'inscription_created'), "
    "count(DISTINCT subject_id) FILTER (WHERE event_name = 'inscription_completed'), "
    "count(DISTINCT subject_id) FILTER (WHERE event_name = 'inscription_validated'), "
    "count(DISTINCT subject_id) FILTER (WHERE field = 'statusPhase1' AND to_value = 'DONE'), "
    "count(DISTINCT subject_id) FILTER (WHERE field = 'statusPhase2' AND to_value = 'VALIDATED') "
    "FROM analytics.young_event WHERE event_date BETWEEN %(first)s AND %(last)s "
    "AND event_name IN ('inscription_created', 'inscription_completed', 'inscription_validated', "
    "'phase1_status_changed', 'phase2_status_changed') GROUP BY 1 ORDER BY 1"
)
"""SQL with FUNNEL_COLUMNS: young people who took each step in a campaign, each counted once.

A campaign begins in September and bears the year it ends. Who takes a step in two campaigns counts
in both.
"""
