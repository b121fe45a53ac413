"""Each kind of damage on a literal history: patches, documents and the truth that is kept."""

import json
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner

from snu_analytics.cli.main import main
from snu_analytics.errors import SourceError
from snu_analytics.simulation import damage, generate, simulate
from snu_analytics.simulation.moments import Telling
from snu_analytics.simulation.recorder import UNSET, Recorder
from snu_analytics.simulation.scene import Scene
from snu_analytics_tests.simulation.histories import decoded

BORN = datetime(2024, 3, 1, 10, tzinfo=UTC)
END = datetime(2024, 12, 31, tzinfo=UTC)
STAFF = {"role": "admin"}
NAMES = {
    "IN_PROGRESS": "inscription_reopened",
    "VALIDATED": "inscription_validated",
    "WAITING_VALIDATION": "inscription_completed",
}

ADD_STATUS = {"op": "add", "path": "/status", "value": "IN_PROGRESS"}
ADD_CREATED = {"op": "add", "path": "/createdAt", "value": "2024-03-01T10:00:00.000Z"}


def add(path: str, value: Any) -> dict:
    return {"op": "add", "path": path, "value": value}


def replace(path: str, original: Any, value: Any) -> dict:
    return {"op": "replace", "path": path, "value": value, "originalValue": original}


def remove(path: str, original: Any) -> dict:
    return {"op": "remove", "path": path, "originalValue": original}


def instant(ms: int) -> datetime:
    return BORN + timedelta(milliseconds=ms)


def young(*saves: tuple[int, dict], serial: int = 1, **fields: Any) -> Recorder:
    """Someone created IN_PROGRESS at 0 ms, then saved so many ms later."""
    made = Recorder("young", Random(serial), END)
    made.create(BORN, {"status": "IN_PROGRESS", **fields})
    for ms, changes in saves:
        made.save(instant(ms), changes, STAFF, NAMES.get(changes.get("status", "")))
    return made


def hit(kind: str, position: int | None, *records: Recorder, end: int = 10**6) -> Recorder:
    """The first record after the damage: of that save, or of the whole document."""
    tellings = [Telling(record) for record in records]
    scene = Scene(Random(1), instant(end), tellings)
    if position is None:
        damage.OF_DOCUMENTS[kind](scene, tellings[0])
    else:
        damage.OF_SAVES[kind](scene, tellings[0], tellings[0].moments[position])
    for telling in tellings:
        telling.write()
    written = [(patch["date"], patch["_id"]) for patch in records[0].patches]
    assert written == sorted(set(written))
    return records[0]


def patches(record: Recorder) -> list[tuple[int, list[dict]]]:
    return [((p["date"] - BORN) // timedelta(milliseconds=1), p["ops"]) for p in record.patches]


def states(record: Recorder, *fields: str) -> list[tuple]:
    """The fields after each patch, "–" where there is none."""
    assert [s.patch_id for s in record.states] == [str(p["_id"]) for p in record.patches]
    assert [s.date for s in record.states] == [p["date"] for p in record.patches]
    told = [json.loads(state.state) for state in record.states]
    return [tuple(state.get(field, "–") for field in fields) for state in told]


def events(record: Recorder) -> list[tuple]:
    """The number of the patch that tells it, instant, name, from, to."""
    number = {str(patch["_id"]): at for at, patch in enumerate(record.patches)}
    return [
        (None if e.patch_id is None else number[e.patch_id],
         (e.date - BORN) // timedelta(milliseconds=1), e.event_name, e.from_value, e.to_value)
        for e in record.events
    ]  # fmt: skip


CREATED = (0, 0, "inscription_created", None, "IN_PROGRESS")
CREATED_UNTOLD = (None, *CREATED[1:])


def test_unrecorded_loses_the_patch_and_keeps_value_and_event():
    record = hit("unrecorded", 1, young((10, {"status": "VALIDATED"}), (20, {"qpv": "true"})))
    assert patches(record) == [(0, [ADD_STATUS, ADD_CREATED]), (20, [add("/qpv", "true")])]
    assert states(record, "status", "qpv") == [("IN_PROGRESS", "–"), ("VALIDATED", "true")]
    assert record.document["status"] == "VALIDATED"
    assert events(record) == [
        CREATED,
        (None, 10, "inscription_validated", "IN_PROGRESS", "VALIDATED"),
    ]


def test_unrecorded_spares_the_creation():
    record = hit("unrecorded", 0, young())
    assert patches(record) == [(0, [ADD_STATUS, ADD_CREATED])]


def test_phantom_is_what_others_saved_in_that_status_and_changes_nothing():
    other = young((500, {"status": "VALIDATED", "lastStatusAt": instant(500)}), serial=2)
    record = hit("phantom", 0, young(), other, end=2)
    assert patches(record) == [
        (0, [ADD_STATUS, ADD_CREATED]),
        (1, [replace("/status", "IN_PROGRESS", "VALIDATED"),
             add("/lastStatusAt", "2024-03-01T10:00:00.001Z")]),
    ]  # fmt: skip
    assert states(record, "status", "lastStatusAt") == [("IN_PROGRESS", "–")] * 2
    assert record.document["status"] == "IN_PROGRESS"
    assert events(record) == [CREATED]


def test_the_patch_after_a_phantom_tells_the_original_from_before():
    record = hit("phantom", 0, young((2, {"status": "VALIDATED"})))
    change = [replace("/status", "IN_PROGRESS", "VALIDATED")]
    assert patches(record)[1:] == [(1, change), (2, change)]
    assert states(record, "status") == [("IN_PROGRESS",), ("IN_PROGRESS",), ("VALIDATED",)]
    assert events(record)[1:] == [(2, 2, "inscription_validated", "IN_PROGRESS", "VALIDATED")]


def test_phantom_needs_room_before_the_next_save():
    record = hit("phantom", 0, young((1, {"status": "VALIDATED"})))
    assert len(record.patches) == 2


def test_failed_write_leaves_its_patch_twice_and_one_event():
    record = hit("failed_write", 1, young((2, {"status": "VALIDATED"})))
    change = [replace("/status", "IN_PROGRESS", "VALIDATED")]
    assert patches(record)[1:] == [(1, change), (2, change)]
    assert [patch.get("user") for patch in record.patches] == [None, STAFF, STAFF]
    assert states(record, "status") == [("IN_PROGRESS",), ("IN_PROGRESS",), ("VALIDATED",)]
    assert events(record)[1:] == [(2, 2, "inscription_validated", "IN_PROGRESS", "VALIDATED")]


def test_cross_wired_tells_the_way_from_somebody_else():
    other = young(firstName="Ada", email="ada@a.test", qpv="true", serial=2)
    mine = young((10, {"qpv": "false"}), firstName="Bo", email="bo@b.test", domains=["ART"])
    record = hit("cross_wired", 1, mine, other)
    assert patches(record)[1] == (
        10,
        [
            replace("/qpv", "true", "false"),
            replace("/email", "ada@a.test", "bo@b.test"),
            replace("/firstName", "Ada", "Bo"),
            add("/domains", ["ART"]),
        ],
    )
    assert "user" not in record.patches[1]
    assert states(record, "qpv", "domains") == [("–", ["ART"]), ("false", ["ART"])]


def test_cross_wired_tells_no_change_that_the_other_has_already():
    other = young((5, {"status": "VALIDATED"}), serial=2, firstName="Ada")
    record = hit("cross_wired", 1, young((10, {"status": "VALIDATED"})), other)
    assert patches(record)[1] == (10, [remove("/firstName", "Ada")])
    assert events(record)[1:] == [(None, 10, "inscription_validated", "IN_PROGRESS", "VALIDATED")]


def test_cross_wired_needs_somebody_else():
    record = hit("cross_wired", 1, young((10, {"qpv": "false"})))
    assert patches(record)[1] == (10, [add("/qpv", "false")])


def test_fake_creation_tells_the_way_from_an_empty_model():
    made = young((10, {"status": "VALIDATED"}), source="CLE", domains=["ART"], gender="male",
                 statusPhase1="AFFECTED", statusPhase2="WAITING_REALISATION",
                 statusPhase3="WAITING_REALISATION", phase2ApplicationStatus=[],
                 statusPhase2Contract=[])  # fmt: skip
    record = hit("fake_creation", 1, made, end=12)
    assert patches(record)[2] == (
        11,
        [
            add("/domains/0", "ART"),
            replace("/source", "VOLONTAIRE", "CLE"),
            replace("/statusPhase1", "WAITING_AFFECTATION", "AFFECTED"),
            replace("/status", "IN_PROGRESS", "VALIDATED"),
            add("/gender", "male"),
            ADD_CREATED,
        ],
    )
    assert states(record, "status", "source")[1:] == [("VALIDATED", "CLE")] * 2
    assert len(record.events) == 2


def test_stale_writer_tells_the_same_original_twice():
    other = young((500, {"status": "WAITING_VALIDATION", "qpv": "true"}), serial=2)
    mine = young((2, {"status": "VALIDATED", "grade": "CAP"}))
    record = hit("stale_writer", 1, mine, other)
    assert patches(record)[1:] == [
        (1, [replace("/status", "IN_PROGRESS", "WAITING_VALIDATION")]),
        (2, [replace("/status", "IN_PROGRESS", "VALIDATED"), add("/grade", "CAP")]),
    ]
    assert states(record, "status", "grade", "qpv")[1:] == [
        ("WAITING_VALIDATION", "–", "–"),
        ("VALIDATED", "CAP", "–"),
    ]
    assert record.document["status"] == "VALIDATED"
    assert events(record)[1:] == [
        (1, 1, "inscription_completed", "IN_PROGRESS", "WAITING_VALIDATION"),
        (2, 2, "inscription_validated", "WAITING_VALIDATION", "VALIDATED"),
    ]


def test_duplicate_stores_the_patch_under_another_id():
    record = hit("duplicate", 1, young((10, {"status": "VALIDATED"})))
    _, one, two = record.patches
    assert one["_id"] < two["_id"]
    assert {**one, "_id": None} == {**two, "_id": None}
    assert states(record, "status") == [("IN_PROGRESS",), ("VALIDATED",), ("VALIDATED",)]
    assert events(record)[1:] == [(1, 10, "inscription_validated", "IN_PROGRESS", "VALIDATED")]


def test_backdated_is_written_long_after_its_date():
    record = hit("backdated", 1, young((10, {"status": "VALIDATED"}), (20, {"qpv": "true"})))
    assert [ms for ms, _ in patches(record)] == [0, 10, 20]
    delays = [patch["_id"].generation_time - BORN for patch in record.patches]
    assert (delays[0], delays[2]) == (timedelta(0), timedelta(0))
    assert delays[1] == timedelta(days=98)
    assert states(record, "status", "qpv")[1:] == [("VALIDATED", "–"), ("VALIDATED", "true")]
    assert events(record)[1:] == [(1, 10, "inscription_validated", "IN_PROGRESS", "VALIDATED")]


def test_same_millisecond_leaves_the_order_to_the_ids():
    record = hit("same_millisecond", 2, young((10, {"qpv": "true"}), (9_000, {"qpv": "false"})))
    assert patches(record)[1:] == [
        (10, [add("/qpv", "true")]),
        (10, [replace("/qpv", "true", "false")]),
    ]
    assert record.patches[2]["_id"].generation_time == BORN
    assert states(record, "qpv") == [("–",), ("true",), ("false",)]


def test_stringified_turns_values_into_texts():
    born = datetime(2007, 1, 1, 11, tzinfo=UTC)
    made = young((10, {"hasStartedReinscription": True, "places": 3, "birthdateAt": UNSET}),
                 birthdateAt=born, hasStartedReinscription=False, places=2.5)  # fmt: skip
    text = "Mon Jan 01 2007 11:00:00 GMT+0000 (Coordinated Universal Time)"
    record = hit("stringified", 1, made)
    assert patches(record)[1] == (
        10,
        [
            replace("/hasStartedReinscription", "false", "true"),
            replace("/places", "2.5", "3"),
            remove("/birthdateAt", text),
        ],
    )
    assert record.patches[1]["user"] == STAFF
    assert states(record, "hasStartedReinscription", "birthdateAt") == [
        (False, "2007-01-01T11:00:00.000Z"),
        (True, "–"),
    ]
    assert record.document["places"] == 3


def test_destroy_stands_for_a_removal():
    record = hit("destroy_op", 1, young((10, {"qpv": UNSET, "grade": "CAP"}), qpv="true"))
    destroyed = {**remove("/qpv", "true"), "op": "destroy"}
    assert patches(record)[1] == (10, [destroyed, add("/grade", "CAP")])
    assert states(record, "qpv", "grade")[1] == ("–", "CAP")


def test_destroy_stands_beside_other_operations():
    record = hit("destroy_op", 1, young((10, {"grade": "CAP"})))
    destroyed = {"op": "destroy", "path": "/notes"}
    assert patches(record)[1] == (10, [add("/grade", "CAP"), destroyed])


def test_virtual_paths_are_in_no_document():
    made = young((10, {"qpv": "true"}), firstName="Ada", lastName="Lin")
    record = hit("virtual_paths", 1, made)
    assert patches(record)[1] == (
        10,
        [add("/qpv", "true"), add("/id", record.ref), add("/fullName", "Ada Lin")],
    )
    assert record.document.keys() & {"id", "fullName"} == set()


def test_odd_keys_look_like_a_kept_field():
    record = hit("odd_keys", 1, young((10, {"qpv": "true"})))
    assert patches(record)[1] == (
        10,
        [add("/qpv", "true"), add("/status.old", "DRAFT"), add("/status~1old", None),
         add("/status~0old", "1")],
    )  # fmt: skip
    assert states(record, "status", "qpv") == [("IN_PROGRESS", "–"), ("IN_PROGRESS", "true")]
    held = {key: record.document[key] for key in ("status.old", "status/old", "status~old")}
    assert held == {"status.old": "DRAFT", "status/old": None, "status~old": "1"}


def test_array_object_is_mended_by_the_next_save():
    record = hit("array_object", 0, young(domains=["ART", "SPORT"]), end=3)
    keyed = {"0": "ART", "1": "SPORT"}
    assert patches(record)[1:] == [
        (1, [replace("/domains", ["ART", "SPORT"], keyed)]),
        (2, [replace("/domains", keyed, ["ART", "SPORT"])]),
    ]
    assert states(record, "domains") == [
        (["ART", "SPORT"],), (keyed,), (["ART", "SPORT"],),
    ]  # fmt: skip


def test_blanks_are_all_told_apart():
    record = hit("blanks", 0, young(qpv="true"), end=7)
    assert patches(record)[1:] == [
        (1, [replace("/qpv", "true", None)]),
        (2, [remove("/qpv", None)]),
        (3, [add("/qpv", "")]),
        (4, [replace("/qpv", "", 0)]),
        (5, [replace("/qpv", 0, False)]),
        (6, [replace("/qpv", False, "true")]),
    ]
    told = [json.dumps(value) for (value,) in states(record, "qpv")]
    assert told == ['"true"', "null", '"\\u2013"', '""', "0", "false", '"true"']


def test_missing_creation_leaves_the_truth_of_what_is_left():
    record = hit("missing_creation", None, young((10, {"status": "VALIDATED"})))
    assert patches(record) == [(10, [replace("/status", "IN_PROGRESS", "VALIDATED")])]
    assert states(record, "status") == [("VALIDATED",)]
    assert events(record) == [
        CREATED_UNTOLD,
        (0, 10, "inscription_validated", "IN_PROGRESS", "VALIDATED"),
    ]


def test_hard_deleted_leaves_patches_alone():
    record = hit("hard_deleted", None, young((10, {"status": "VALIDATED"})))
    assert record.document == {}
    assert len(record.patches) == len(record.states) == len(record.events) == 2


def test_soft_deleted_trims_the_young_and_the_applications():
    fields: dict[str, Any] = {
        "firstName": "Ada",
        "email": "a@a.test",
        "gender": "female",
        "qpv": "true",
    }
    saves = (10, {"source": "CLE", "city": "Brest"}), (20, {"qpv": UNSET, "source": "HTS"})
    made = young(*saves, **fields, domains=["ART"])
    application = Recorder("application", Random(2), END)
    application.create(instant(12), {"status": "WAITING_VALIDATION", "youngId": made.ref})
    application.save(instant(14), {"priority": "1"})
    record = hit("soft_deleted", None, made, application, end=22)

    assert patches(record) == [
        (0, [ADD_STATUS, add("/gender", "female"), add("/qpv", "true")]),
        (10, [add("/city", "Brest")]),
        (20, [remove("/qpv", "true")]),
        (21, [replace("/status", "IN_PROGRESS", "DELETED")]),
    ]
    assert states(record, "status", "gender", "source", "qpv", "domains") == [
        ("IN_PROGRESS", "female", "–", "true", ["ART"]),
        ("IN_PROGRESS", "female", "CLE", "true", ["ART"]),
        ("IN_PROGRESS", "female", "HTS", "–", ["ART"]),
        ("DELETED", "female", "–", "–", "–"),
    ]
    assert record.document == {
        "_id": record.document["_id"],
        "__v": 0,
        "status": "DELETED",
        "gender": "female",
        "city": "Brest",
        "email": f"{record.ref}@delete.com",
        "createdAt": BORN,
        "lastStatusAt": instant(21),
        "updatedAt": instant(21),
    }
    assert events(record) == [
        CREATED,
        (None, 10, "source_changed", None, "CLE"),
        (None, 20, "source_changed", "CLE", "HTS"),
        (3, 21, "young_deleted", "IN_PROGRESS", "DELETED"),
        (None, 21, "source_changed", "HTS", None),
    ]
    assert patches(application) == [(12, [add("/status", "WAITING_VALIDATION")])]
    assert states(application, "status", "youngId") == [("WAITING_VALIDATION", record.ref)]
    assert application.document["priority"] == "1"


def test_schema_defaults_appear_without_a_patch():
    record = hit("schema_defaults", None, young((10, {"accountStatus": "PRECOMPTE"})))
    assert patches(record) == [
        (0, [ADD_STATUS, ADD_CREATED]),
        (10, [add("/accountStatus", "PRECOMPTE")]),
    ]
    assert states(record, "youngPhase1Agreement", "accountStatus") == [
        ("false", "–"),
        ("false", "PRECOMPTE"),
    ]
    assert record.document["youngPhase1Agreement"] == "false"


def test_resaved_passes_through_in_progress_once_more():
    made = young((10, {"status": "VALIDATED"}), (20, {"qpv": "true"}))
    record = hit("resaved", None, made, end=23)
    assert patches(record) == [
        (10, [replace("/status", "IN_PROGRESS", "VALIDATED")]),
        (20, [add("/qpv", "true")]),
        (21, [replace("/status", "VALIDATED", "IN_PROGRESS")]),
        (22, [replace("/status", "IN_PROGRESS", "VALIDATED")]),
    ]
    assert states(record, "status", "qpv") == [
        ("VALIDATED", "–"),
        ("VALIDATED", "true"),
        ("IN_PROGRESS", "true"),
        ("VALIDATED", "true"),
    ]
    assert events(record) == [
        CREATED_UNTOLD,
        (0, 10, "inscription_validated", "IN_PROGRESS", "VALIDATED"),
        (2, 21, "inscription_reopened", "VALIDATED", "IN_PROGRESS"),
        (3, 22, "inscription_validated", "IN_PROGRESS", "VALIDATED"),
    ]


def test_every_kind_is_a_profile_beside_the_mixed_ones():
    assert set(damage.PROFILES) == {*damage.OF_SAVES, *damage.OF_DOCUMENTS, "mixed", "everything"}
    assert damage.PROFILES["mixed"] == {
        "cross_wired": 0.05, "phantom": 0.05, "unrecorded": 0.1, "failed_write": 0.03,
    }  # fmt: skip


DAYS = (date(2023, 9, 1), date(2024, 8, 31))


def test_taken_apart_and_not_damaged_a_history_is_the_same_bytes(monkeypatch):
    monkeypatch.setitem(damage.PROFILES, "nothing", {})
    assert simulate(30, *DAYS, seed=1, damage="nothing") == simulate(30, *DAYS, seed=1)


def test_the_same_arguments_give_the_same_bytes_whoever_tells_them():
    one = simulate(60, *DAYS, seed=1, damage="everything")
    assert simulate(60, *DAYS, seed=1, damage="everything") == one
    days = generate.DayRange(*DAYS)
    parts = [generate._part(range(n, min(n + 25, 60)), days, 1, "everything") for n in (0, 25, 50)]
    shared = generate._joined(parts, 60, days, 1)
    assert shared.collections == one.collections
    for name in one.truth:
        assert shared.frame(name).equals(one.frame(name))


@pytest.mark.parametrize("profile", list(damage.PROFILES))
def test_every_patch_has_a_true_state_and_events_name_patches(profile):
    history = simulate(75, *DAYS, seed=1, damage=profile)
    for entity in ("young", "application"):
        told = [str(patch["_id"]) for patch in decoded(history, f"{entity}_patches")]
        assert len(set(told)) == len(told)
        assert sorted(history.frame(f"{entity}_states")["patch_id"]) == sorted(told)
        named = history.frame(f"{entity}_events")["patch_id"].drop_nulls()
        assert set(named) <= set(told)
    plain = simulate(75, *DAYS, seed=1)
    assert history.collections != plain.collections


def test_an_application_keeps_the_true_profile_of_a_damaged_young(monkeypatch):
    monkeypatch.setitem(damage.PROFILES, "lost", {"unrecorded": 1.0})
    plain, lost = (simulate(75, *DAYS, seed=2, damage=name) for name in (None, "lost"))
    columns = ("date", "event_name", "young_gender", "young_region", "young_department")
    assert (
        lost.frame("application_events")
        .select(columns)
        .equals(plain.frame("application_events").select(columns))
    )


def test_an_unknown_damage_is_told():
    with pytest.raises(SourceError, match="rust is no damage: give one of unrecorded, phantom"):
        simulate(1, *DAYS, seed=1, damage="rust")


def test_the_command_takes_a_profile(tmp_path):
    span = ["--youngs", "30", "--from", "2023-09-01", "--to", "2024-08-31"]
    wrong = CliRunner().invoke(main, ["simulate", "--out", str(tmp_path), "--damage", "rust"])
    assert wrong.exit_code == 2
    assert "'rust' is not one of 'unrecorded', 'phantom'" in wrong.output
    folder = tmp_path / "d"
    done = CliRunner().invoke(
        main, ["simulate", "--out", str(folder), "--damage", "hard_deleted", *span]
    )
    assert done.exit_code == 0
    assert (folder / "truth" / "young_events.parquet").exists()
