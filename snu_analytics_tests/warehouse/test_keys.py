import threading

import psycopg
import pytest

from snu_analytics.errors import WarehouseError
from snu_analytics.warehouse import (
    KeyedRows,
    SourceFingerprint,
    begin_rotation,
    carry_erased,
    claimed_key,
    connect,
    days_of_other_keys,
    erased_with_other_keys,
    finish_rotation,
    forget_key,
    key_matches,
    known_keys,
    rows_by_key,
)
from snu_analytics_tests.fixtures.postgres import execute
from snu_analytics_tests.warehouse.lines import DAY, NEXT_DAY, event, load, load_day, rows, until

WAITING = "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'relation' AND NOT granted"


def claim(url: str, fingerprint: str) -> None:
    with connect(url) as connection, claimed_key(connection, fingerprint):
        pass


def fingerprints(url: str) -> list[tuple]:
    return rows(url, "SELECT fingerprint FROM analytics.pseudonym_key")


def test_the_first_key_is_noted(warehouse_url):
    claim(warehouse_url, "first")
    assert fingerprints(warehouse_url) == [("first",)]


def test_the_same_key_is_welcome_again(warehouse_url):
    claim(warehouse_url, "first")
    load_day(warehouse_url, event(1))
    claim(warehouse_url, "first")
    assert fingerprints(warehouse_url) == [("first",)]


def test_another_key_is_refused_while_events_stand(warehouse_url):
    claim(warehouse_url, "first")
    load_day(warehouse_url, event(1))
    with pytest.raises(WarehouseError) as caught:
        claim(warehouse_url, "second")
    assert str(caught.value) == (
        "SNU_PSEUDONYM_KEY is not the key of the rows in analytics.young_event: set the former "
        "key, or rebuild all rows with this one by `snu-analytics key rotate`"
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


def test_key_matches_looks_without_claiming(warehouse_url):
    claim(warehouse_url, "first")
    with connect(warehouse_url) as connection:
        assert key_matches(connection, "second")
    load_day(warehouse_url, event(1))
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

    with connect(warehouse_url) as connection, claimed_key(connection, "first"):
        waiting = threading.Thread(target=other)
        waiting.start()
        until(warehouse_url, WAITING)
        load(connection, event(1))
    waiting.join()
    assert len(refused) == 1
    assert fingerprints(warehouse_url) == [("first",)]


def test_two_first_writers_with_one_key_both_go_on(warehouse_url):
    both = [threading.Thread(target=claim, args=(warehouse_url, "first")) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert fingerprints(warehouse_url) == [("first",)]


def states(url: str) -> list[tuple]:
    return rows(url, "SELECT fingerprint, state FROM analytics.pseudonym_key ORDER BY 1")


def load_with(url: str, key_id: str, number: int, day=DAY) -> None:
    """A day of the young people with one event of this key."""
    with connect(url) as connection, claimed_key(connection, key_id):
        fingerprint = SourceFingerprint(1, "digest", key_id)
        load(connection, event(number, day=day, key_id=key_id), day=day, fingerprint=fingerprint)


def call(url: str, step, *arguments):
    with connect(url) as connection:
        return step(connection, *arguments)


def test_the_incoming_key_writes_beside_the_current_one(warehouse_url):
    load_with(warehouse_url, "first", 1)
    call(warehouse_url, begin_rotation, "second")
    call(warehouse_url, begin_rotation, "second")
    load_with(warehouse_url, "second", 2, NEXT_DAY)
    load_with(warehouse_url, "first", 1)
    assert states(warehouse_url) == [("first", "current"), ("second", "incoming")]
    with pytest.raises(WarehouseError, match="is not the key of the rows"):
        claim(warehouse_url, "third")


def test_one_rotation_at_a_time(warehouse_url):
    load_with(warehouse_url, "first", 1)
    call(warehouse_url, begin_rotation, "second")
    with pytest.raises(WarehouseError, match="a rotation to the key second is under way"):
        call(warehouse_url, begin_rotation, "third")


def test_no_rotation_to_the_key_of_the_rows(warehouse_url):
    load_with(warehouse_url, "first", 1)
    with pytest.raises(WarehouseError, match="first is the key of the rows already"):
        call(warehouse_url, begin_rotation, "first")


def test_a_rotation_does_not_begin_while_a_process_writes(warehouse_url, monkeypatch):
    monkeypatch.setattr("snu_analytics.warehouse.keys._PATIENCE", "50ms")
    with (
        connect(warehouse_url) as connection,
        claimed_key(connection, "first"),
        pytest.raises(WarehouseError, match="another process is writing"),
    ):
        call(warehouse_url, begin_rotation, "second")


@pytest.mark.parametrize("key_id", ["first", "second"])
def test_who_must_write_alone_is_refused_during_a_rotation(warehouse_url, key_id):
    load_with(warehouse_url, "first", 1)
    with connect(warehouse_url) as connection, claimed_key(connection, "first", alone=True):
        pass
    call(warehouse_url, begin_rotation, "second")
    with (
        connect(warehouse_url) as connection,
        pytest.raises(WarehouseError, match="a rotation of the pseudonym key is under way"),
        claimed_key(connection, key_id, alone=True),
    ):
        pass


def test_erased_subjects_are_noted_under_the_new_key_and_then_under_it_alone(warehouse_url):
    old, new, gone = (f"00000000-0000-0000-0000-00000000000{n}" for n in (1, 2, 3))
    claim(warehouse_url, "first")
    for subject in (old, gone):
        execute(
            warehouse_url,
            "INSERT INTO analytics.erased_subject "
            f"VALUES ('young', '{subject}', 'first', 'request', '2024-03-01', true)",
        )
    call(warehouse_url, begin_rotation, "second")
    for _ in range(2):
        call(warehouse_url, carry_erased, "young", {old: new}, "second")
    assert call(warehouse_url, erased_with_other_keys, "second") == 2
    call(warehouse_url, finish_rotation, "second")
    assert rows(
        warehouse_url,
        "SELECT entity, digest::text, key_id, reason, since::text FROM analytics.erased_subject",
    ) == [("young", new, "second", "request", "2024-03-01")]


def test_the_days_of_other_keys_remain_to_be_rebuilt(warehouse_url):
    load_with(warehouse_url, "first", 1)
    load_with(warehouse_url, "first", 2, NEXT_DAY)
    call(warehouse_url, begin_rotation, "second")
    load_with(warehouse_url, "second", 2, NEXT_DAY)
    assert call(warehouse_url, days_of_other_keys, "second") == {("young_event", DAY)}


def test_a_day_loaded_before_there_were_key_ids_remains_to_be_rebuilt(warehouse_url):
    load_day(warehouse_url, event(1))
    assert call(warehouse_url, days_of_other_keys, "second") == {("young_event", DAY)}


def test_a_rotation_ends_when_no_row_of_the_old_key_is_left(warehouse_url):
    load_with(warehouse_url, "first", 1)
    load_with(warehouse_url, "first", 2, NEXT_DAY)
    call(warehouse_url, begin_rotation, "second")
    load_with(warehouse_url, "second", 1)
    with pytest.raises(WarehouseError) as caught:
        call(warehouse_url, finish_rotation, "second")
    assert str(caught.value).startswith(
        "analytics.young_event holds rows of another key still, of 2024-03-02 for one"
    )
    assert states(warehouse_url) == [("first", "current"), ("second", "incoming")]
    load_with(warehouse_url, "second", 2, NEXT_DAY)
    call(warehouse_url, finish_rotation, "second")
    assert states(warehouse_url) == [("first", "retired"), ("second", "current")]


@pytest.mark.parametrize("relation", ["flow", "projection"])
def test_counts_without_pseudonyms_have_no_key_to_change(warehouse_url, relation):
    load_with(warehouse_url, "first", 1)
    execute(warehouse_url, f"INSERT INTO analytics.day_load VALUES ('{relation}', '{DAY}', 1)")
    call(warehouse_url, begin_rotation, "second")
    load_with(warehouse_url, "second", 1)
    call(warehouse_url, finish_rotation, "second")
    assert states(warehouse_url) == [("first", "retired"), ("second", "current")]


def test_a_rotation_does_not_end_while_another_key_writes(warehouse_url, monkeypatch):
    monkeypatch.setattr("snu_analytics.warehouse.keys._PATIENCE", "50ms")
    load_with(warehouse_url, "first", 1)
    call(warehouse_url, begin_rotation, "second")
    load_with(warehouse_url, "second", 1)
    with (
        connect(warehouse_url) as connection,
        claimed_key(connection, "first"),
        pytest.raises(WarehouseError, match="another process is writing"),
    ):
        call(warehouse_url, finish_rotation, "second")
    call(warehouse_url, finish_rotation, "second")


def test_what_no_day_rebuilds_goes_when_a_rotation_ends(warehouse_url):
    load_with(warehouse_url, "first", 1)
    call(warehouse_url, begin_rotation, "second")
    load_with(warehouse_url, "second", 1)
    for statement in (
        "INSERT INTO analytics.audited_day VALUES ('young', '2024-03-01', 1, 'digest', 'first')",
        "INSERT INTO analytics.day_load VALUES ('pony_event', '2024-03-01', 0, 0, 'd', 'first')",
        "INSERT INTO analytics.quarantine "
        "VALUES ('young', '2024-03-09', gen_random_uuid(), 'date', 'first')",
    ):
        execute(warehouse_url, statement)
    call(warehouse_url, finish_rotation, "second")
    for table in ("audited_day", "quarantine"):
        assert rows(warehouse_url, f"SELECT FROM analytics.{table}") == []
    assert rows(warehouse_url, "SELECT relation FROM analytics.day_load") == [("young_event",)]


def test_a_quarantined_patch_of_a_loaded_day_is_never_dropped(warehouse_url):
    load_with(warehouse_url, "first", 1)
    call(warehouse_url, begin_rotation, "second")
    load_with(warehouse_url, "second", 1)
    execute(
        warehouse_url,
        "INSERT INTO analytics.quarantine "
        "VALUES ('young', '2024-03-01', gen_random_uuid(), 'date', 'first')",
    )
    with pytest.raises(WarehouseError, match=r"analytics\.quarantine holds rows of another key"):
        call(warehouse_url, finish_rotation, "second")
    assert len(rows(warehouse_url, "SELECT FROM analytics.quarantine")) == 1


def test_rows_of_an_entity_no_longer_followed_stop_the_end_of_a_rotation(warehouse_url):
    load_with(warehouse_url, "first", 1)
    call(warehouse_url, begin_rotation, "second")
    load_with(warehouse_url, "second", 1)
    execute(
        warehouse_url,
        "CREATE TABLE analytics.pony_event AS SELECT date '2024-03-01' AS event_date",
    )
    with pytest.raises(WarehouseError, match="put its catalogue file back first"):
        call(warehouse_url, finish_rotation, "second")


@pytest.mark.parametrize("state", ["retired", "destroyed"])
def test_a_key_out_of_use_is_refused_by_name(warehouse_url, state):
    load_with(warehouse_url, "second", 1)
    execute(
        warehouse_url, f"INSERT INTO analytics.pseudonym_key VALUES ('first', now(), '{state}')"
    )
    refusal = f"^the pseudonym key first was {state}: nothing"
    with pytest.raises(WarehouseError, match=refusal):
        claim(warehouse_url, "first")
    with pytest.raises(WarehouseError, match=refusal):
        call(warehouse_url, begin_rotation, "first")


def test_a_destroyed_key_leaves_its_rows_to_a_rotation_alone(warehouse_url):
    load_with(warehouse_url, "first", 1)
    call(warehouse_url, forget_key, "first")
    with pytest.raises(WarehouseError, match="is not the key of the rows"):
        claim(warehouse_url, "second")
    call(warehouse_url, begin_rotation, "second")
    load_with(warehouse_url, "second", 1)
    call(warehouse_url, finish_rotation, "second")
    assert states(warehouse_url) == [("first", "destroyed"), ("second", "current")]


def test_a_key_keeps_the_moment_of_its_first_use(warehouse_url):
    claim(warehouse_url, "first")
    before = call(warehouse_url, known_keys)["first"].since
    call(warehouse_url, forget_key, "first")
    assert call(warehouse_url, known_keys)["first"].since == before


def test_there_is_one_current_and_one_incoming_key_at_most(warehouse_url):
    execute(warehouse_url, "INSERT INTO analytics.pseudonym_key VALUES ('first', now(), 'current')")
    with pytest.raises(psycopg.errors.UniqueViolation):
        execute(
            warehouse_url, "INSERT INTO analytics.pseudonym_key VALUES ('second', now(), 'current')"
        )


def test_rows_are_counted_by_key(warehouse_url):
    load_with(warehouse_url, "first", 1)
    call(warehouse_url, begin_rotation, "second")
    load_with(warehouse_url, "second", 2, NEXT_DAY)
    assert call(warehouse_url, rows_by_key) == [
        KeyedRows("first", "young_event", 1, 1),
        KeyedRows("second", "young_event", 1, 1),
    ]


def test_rows_without_a_key_id_are_of_the_current_key(warehouse_url):
    claim(warehouse_url, "first")
    load_day(warehouse_url, event(1))
    assert call(warehouse_url, rows_by_key) == [KeyedRows("first", "young_event", 1, 1)]
