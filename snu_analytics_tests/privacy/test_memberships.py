"""Memberships follow their events: loaded, replaced, erased, expired and re-keyed with them."""

from datetime import date

import polars as pl
import psycopg
import pytest

from snu_analytics.errors import WarehouseError
from snu_analytics.events import Pseudonymiser
from snu_analytics.privacy import erase_requested
from snu_analytics.warehouse import begin_rotation, expire_events, finish_rotation
from snu_analytics_tests.fixtures.histories import PSEUDONYMS, YOUNG, add, document, patch, replace
from snu_analytics_tests.fixtures.postgres import execute
from snu_analytics_tests.fixtures.world import World

ANNA, BORIS, CHLOE = (f"55a0000000000000000000{n}" for n in ("0a", "0b", "0c"))
CLASSE, SESSION = "65a000000000000000000001", "65a000000000000000000002"

PATCHES = [
    patch("2024-03-01T10:00", add("/status", "IN_PROGRESS"), add("/classeId", CLASSE), ref=ANNA),
    patch("2024-03-01T11:00", add("/status", "IN_PROGRESS"), ref=BORIS),
    patch("2024-03-01T12:00", add("/status", "IN_PROGRESS"), add("/classeId", CLASSE), ref=CHLOE),
    patch(
        "2024-03-02T10:00",
        replace("/status", "IN_PROGRESS", "VALIDATED"),
        add("/sessionPhase1Id", SESSION),
        ref=ANNA,
    ),
]


def pseudonym(namespace: str, ref: str, pseudonyms: Pseudonymiser = PSEUDONYMS) -> str:
    return pseudonyms.series(namespace, pl.Series([ref]))[0]


CLASSE_ID, SESSION_ID = pseudonym("classe", CLASSE), pseudonym("session_phase1", SESSION)


@pytest.fixture
def loaded(world) -> World:
    """Two days of three young people, two of them of one class."""
    world.hold(young_patches=PATCHES, youngs=[document(ref) for ref in (ANNA, BORIS, CHLOE)])
    world.load("2024-03-01", "2024-03-02")
    return world


def memberships(world: World) -> list[tuple]:
    """Day, subject, class and session, in order."""
    rows = world.rows(
        "SELECT m.event_date::text, m.subject_id::text, m.classe_id::text, "
        "m.session_phase1_id::text FROM analytics.young_membership m "
        "JOIN analytics.young_event e USING (event_id, subject_id, event_date)"
    )
    names = {pseudonym("young", ref): ref for ref in (ANNA, BORIS, CHLOE)}
    return sorted((day, names[subject], *ids) for day, subject, *ids in rows)


def test_an_event_of_a_subject_in_a_group_has_a_row_and_no_other(loaded):
    assert memberships(loaded) == [
        ("2024-03-01", ANNA, CLASSE_ID, None),
        ("2024-03-01", CHLOE, CLASSE_ID, None),
        ("2024-03-02", ANNA, CLASSE_ID, SESSION_ID),
    ]


def test_no_table_but_that_of_memberships_holds_a_group(loaded):
    for name, lines in loaded.contents().items():
        if name != "young_membership":
            assert not [line for line in lines if CLASSE_ID in line or SESSION_ID in line], name


def test_a_day_that_runs_again_replaces_its_memberships(loaded):
    loaded.hold(young_patches=PATCHES[1:3], youngs=[document(ref) for ref in (BORIS, CHLOE)])
    loaded.load("2024-03-01")
    assert memberships(loaded) == [
        ("2024-03-01", CHLOE, CLASSE_ID, None),
        ("2024-03-02", ANNA, CLASSE_ID, SESSION_ID),
    ]


def test_events_and_memberships_of_a_day_are_replaced_together_or_not_at_all(loaded):
    before = loaded.contents()
    execute(loaded.url, "ALTER TABLE analytics.young_membership ADD CHECK (false) NOT VALID")
    with pytest.raises(WarehouseError):
        loaded.load("2024-03-01")
    for name in ("young_event", "young_membership"):
        assert loaded.contents()[name] == before[name]


def test_whoever_is_erased_leaves_the_memberships(loaded):
    with loaded.connect() as connection:
        erase_requested(loaded.context, YOUNG, [ANNA], connection)
    assert memberships(loaded) == [("2024-03-01", CHLOE, CLASSE_ID, None)]
    assert len(loaded.rows("SELECT FROM analytics.young_membership")) == 1


def test_memberships_expire_with_their_events(loaded):
    with loaded.connect() as connection:
        expire_events(connection, YOUNG, date(2024, 3, 2))
    assert memberships(loaded) == [("2024-03-02", ANNA, CLASSE_ID, SESSION_ID)]
    assert len(loaded.rows("SELECT FROM analytics.young_membership")) == 1


def test_memberships_get_the_new_key_with_their_events(loaded):
    other = Pseudonymiser(bytes(range(32)))
    with loaded.connect() as connection:
        begin_rotation(connection, other.fingerprint)
    with loaded.connect() as connection, pytest.raises(WarehouseError, match="of another key"):
        finish_rotation(connection, other.fingerprint)
    loaded.with_key(other).load("2024-03-01", "2024-03-02")
    with loaded.connect() as connection:
        finish_rotation(connection, other.fingerprint)
    assert loaded.rows(
        "SELECT DISTINCT classe_id::text, key_id FROM analytics.young_membership"
    ) == [(pseudonym("classe", CLASSE, other), other.fingerprint)]


@pytest.mark.parametrize(
    ("role", "may_read"),
    [("snu_analyst", False), ("snu_reader", False), ("snu_membership_analyst", True)],
)
def test_one_role_alone_reads_memberships(loaded, role, may_read):
    with psycopg.connect(loaded.url.replace("//postgres@", f"//{role}@")) as connection:
        if may_read:
            rows = connection.execute("SELECT * FROM analytics.young_membership").fetchall()
            assert len(rows) == 3
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("SELECT * FROM analytics.young_event")
        else:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("SELECT * FROM analytics.young_membership")
