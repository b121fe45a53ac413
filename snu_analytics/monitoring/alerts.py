"""Alerts: kept in the warehouse until they are sent, so that none is lost on the way.

A failure of a job and partition is raised once, at its first failure, and once more when it is
well. Who raises and who sends are different processes: an address that does not answer stops
neither nights nor other alerts.
"""

import logging
from collections.abc import Sequence
from datetime import datetime

import psycopg

from snu_analytics.errors import AlertError


def raise_alert(sentence: str, warehouse: psycopg.Connection) -> None:
    """Put a sentence among the alerts that are due to be sent."""
    warehouse.execute("INSERT INTO analytics.alert_due (sentence) VALUES (%s)", [sentence])


def open_failure(job: str, partition: str, sentence: str, warehouse: psycopg.Connection) -> bool:
    """Whether this is the first failure of a job and partition, of which an alert is raised."""
    with warehouse.transaction():
        inserted = warehouse.execute(
            "INSERT INTO analytics.open_failure (job, partition) VALUES (%s, %s) "
            "ON CONFLICT DO NOTHING",
            [job, partition],
        ).rowcount
        if inserted:
            raise_alert(f"{_named(job, partition)} failed. {sentence}", warehouse)
    return bool(inserted)


def close_failure(job: str, partition: str, warehouse: psycopg.Connection) -> bool:
    """Whether a job and partition that had failed is well now, of which an alert is raised."""
    with warehouse.transaction():
        deleted = warehouse.execute(
            "DELETE FROM analytics.open_failure WHERE job = %s AND partition = %s",
            [job, partition],
        ).rowcount
        if deleted:
            raise_alert(f"{_named(job, partition)} is well again.", warehouse)
    return bool(deleted)


def alerts_due(warehouse: psycopg.Connection) -> list[tuple[datetime, str]]:
    """The alerts that are not sent yet: instant (UTC) and sentence, the oldest first."""
    return warehouse.execute(
        "SELECT raised_at, sentence FROM analytics.alert_due ORDER BY raised_at, sentence"
    ).fetchall()


def send_alerts(addresses: Sequence[str], warehouse: psycopg.Connection) -> int:
    """The number of alerts sent, all of them in one message to every address (Apprise URLs).

    An alert leaves the list as soon as one address took it. Raises AlertError, naming the place in
    SNU_ALERT_URLS and never the address, for one that is none or does not answer.
    """
    due = alerts_due(warehouse)
    if not due:
        return 0
    sentences = [sentence for _, sentence in due]
    refused = [
        place
        for place, address in enumerate(addresses, start=1)
        if not _delivered(address, sentences)
    ]
    if len(refused) < len(addresses):
        warehouse.cursor().executemany(
            "DELETE FROM analytics.alert_due WHERE raised_at = %s AND sentence = %s", due
        )
    if refused:
        raise AlertError(
            f"{len(due)} alerts were not taken by entry {', '.join(map(str, refused))} of "
            "SNU_ALERT_URLS: it is no address of Apprise, or does not answer"
        )
    return len(due)


def _delivered(address: str, sentences: Sequence[str]) -> bool:
    import apprise  # 0.3 s that only who sends needs

    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its messages name addresses
    sender = apprise.Apprise()
    title = f"snu_analytics: {len(sentences)} alert{'s' if len(sentences) > 1 else ''}"
    return sender.add(address) and bool(sender.notify(body="\n".join(sentences), title=title))


def _named(job: str, partition: str) -> str:
    return f"{job} of {partition}" if partition else job
