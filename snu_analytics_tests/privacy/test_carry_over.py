"""An erasure stands when the pseudonym key changes."""

from datetime import date

import polars as pl

from snu_analytics.days import DayRange
from snu_analytics.events import Pseudonymiser
from snu_analytics.privacy import carry_over, erase_requested
from snu_analytics.warehouse import begin_rotation, finish_rotation
from snu_analytics_tests.fixtures.histories import (
    CATALOGUE,
    OTHER_REF,
    PSEUDONYMS,
    REF,
    YOUNG,
    add,
    document,
    patch,
)

NEW = Pseudonymiser(bytes.fromhex("5a17c3e90b4fd26881f07e9d3ac4b615" * 2))
DAYS = DayRange(date(2024, 2, 1), date(2024, 3, 31))
GONE = "55a000000000000000000003"
APPLICATION = "55a000000000000000000004"
HISTORY = {
    "youngs": [document(REF), document(OTHER_REF)],
    "young_patches": [
        patch("2024-03-01T10:00", add("/status", "IN_PROGRESS"), ref=ref)
        for ref in (REF, OTHER_REF, GONE)
    ],
    "applications": [document(APPLICATION)],
    "application_patches": [
        patch("2024-03-01T12:00", add("/status", "DONE"), add("/youngId", REF), ref=APPLICATION)
    ],
}


def test_erased_subjects_stay_out_of_days_rebuilt_with_a_new_key(world):
    world.hold(**HISTORY)
    world.load("2024-03-01")
    with world.connect() as connection:
        # REF has a document, of GONE only patches are left.
        erase_requested(world.context, YOUNG, [REF, GONE], connection)
    with world.source() as source, world.connect() as connection:
        begin_rotation(connection, NEW.fingerprint)
        assert carry_over(CATALOGUE, source, DAYS, PSEUDONYMS, NEW, connection) == 3
        assert carry_over(CATALOGUE, source, DAYS, PSEUDONYMS, NEW, connection) == 3
    world.with_key(NEW).load("2024-03-01")
    with world.connect() as connection:
        finish_rotation(connection, NEW.fingerprint)
    assert world.rows("SELECT subject_id::text FROM analytics.young_event") == [
        tuple(NEW.series("young", pl.Series([OTHER_REF])))
    ]
    assert world.rows("SELECT FROM analytics.application_event") == []
    assert world.rows(
        "SELECT entity, count(*), min(key_id) FROM analytics.erased_subject GROUP BY 1 ORDER BY 1",
    ) == [("application", 1, NEW.fingerprint), ("young", 2, NEW.fingerprint)]
