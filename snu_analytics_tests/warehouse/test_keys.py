import threading

import pytest

from snu_analytics.errors import WarehouseError
from snu_analytics.warehouse import claim_key, connect, key_matches, replace_day
from snu_analytics_tests.fixtures.postgres import execute
from snu_analytics_tests.warehouse.lines import COLUMNS, DAY, event, rows, until

WAITING = "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


def claim(url: str, fingerprint: str) -> None:
    with connect(url) as connection:
        claim_key(connection, fingerprint)


def fingerprints(url: str) -> list[tuple]:
    return rows(url, "SELECT fingerprint FROM analytics.pseudonym_key")


def write_event(url: str) -> None:
    with connect(url) as connection:
        replace_day(connection, "young_event", "event_date", DAY, COLUMNS, [event(1)])


def test_the_first_key_is_noted(warehouse_url):
    claim(warehouse_url, "first")
    assert fingerprints(warehouse_url) == [("first",)]


def test_the_same_key_is_welcome_again(warehouse_url):
    claim(warehouse_url, "first")
    write_event(warehouse_url)
    claim(warehouse_url, "first")
    assert fingerprints(warehouse_url) == [("first",)]


def test_another_key_is_refused_while_events_stand(warehouse_url):
    claim(warehouse_url, "first")
    write_event(warehouse_url)
    with pytest.raises(WarehouseError) as caught:
        claim(warehouse_url, "second")
    assert str(caught.value) == (
        "SNU_PSEUDONYM_KEY is not the key of the rows in analytics.young_event: set the former "
        "key, or empty the event tables and analytics.quarantine and backfill"
    )
    assert fingerprints(warehouse_url) == [("first",)]


def test_another_key_is_refused_while_quarantined_patches_stand(warehouse_url):
    claim(warehouse_url, "first")
    execute(
        warehouse_url,
        "INSERT INTO analytics.quarantine "
        "VALUES ('young', '2024-03-01', gen_random_uuid(), 'date')",
    )
    with pytest.raises(WarehouseError, match=r"rows in analytics\.quarantine"):
        claim(warehouse_url, "second")


def test_another_key_takes_over_empty_tables(warehouse_url):
    claim(warehouse_url, "first")
    claim(warehouse_url, "second")
    assert fingerprints(warehouse_url) == [("second",)]


def test_key_matches_tells_without_claiming(warehouse_url):
    claim(warehouse_url, "first")
    with connect(warehouse_url) as connection:
        assert key_matches(connection, "second")
    write_event(warehouse_url)
    with connect(warehouse_url) as connection:
        assert key_matches(connection, "first")
        assert not key_matches(connection, "second")
    assert fingerprints(warehouse_url) == [("first",)]


def test_another_key_waits_for_a_writer_and_is_refused_for_its_rows(warehouse_url):
    refused: list[str] = []

    def other() -> None:
        try:
            claim(warehouse_url, "second")
        except WarehouseError as fault:
            refused.append(str(fault))

    with connect(warehouse_url) as connection:
        claim_key(connection, "first")
        waiting = threading.Thread(target=other)
        waiting.start()
        until(warehouse_url, WAITING)
        replace_day(connection, "young_event", "event_date", DAY, COLUMNS, [event(1)])
    waiting.join()
    assert len(refused) == 1
    assert fingerprints(warehouse_url) == [("first",)]


def test_two_first_writers_with_one_key_both_go_on(warehouse_url):
    both = [threading.Thread(target=claim, args=(warehouse_url, "first")) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert fingerprints(warehouse_url) == [("first",)]
