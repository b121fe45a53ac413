"""What the plugin writes, and what is rebuilt from it; each case is named after its test."""

import json
from functools import cached_property
from pathlib import Path
from typing import Any

import bson
import polars as pl
import pytest

from snu_analytics.catalogue import Field
from snu_analytics.events import kind_of
from snu_analytics.history import Canonicaliser, Timeline, rebuild, snapshots
from snu_analytics.source import open_source
from snu_analytics.source.contract import Histories
from snu_analytics_tests.fixtures.histories import (
    BEGINNING,
    CATALOGUE,
    END,
    YOUNG,
    add,
    remove,
    replace,
    young_events,
)

CASES = Path(__file__).parent / "cases"

# The catalogue keeps no nested objects; the plugin's way with them is proven all the same, under a
# treatment that a rebuild leaves alone.
NESTED = {
    name: Field(
        treatment="pseudonym",
        namespace=name,
        description=name,
        reason="proven",
        category="identifier",
    )
    for name in ("location", "notes", "extra")
}
ENTITY = YOUNG.model_copy(update={"fields": {**YOUNG.fields, **NESTED}})

FIRST_DAY = "2024-03-01T10:00:00.000Z"


class History:
    """The documents and patches of a case."""

    def __init__(self, name: str, home: Path) -> None:
        self._folder = CASES / name
        self._home = home
        self._canonicaliser = Canonicaliser(ENTITY, CATALOGUE.vocabularies, kind_of)
        self.documents = self._decoded("youngs")
        self.patches = self._decoded("young_patches")
        self.ops = [patch["ops"] for patch in self.patches]

    def _decoded(self, collection: str) -> list[dict[str, Any]]:
        return bson.decode_all((self._folder / f"{collection}.bson").read_bytes())

    @cached_property
    def _histories(self) -> Histories:
        refs = {str(d["_id"]) for d in self.documents} | {str(p["ref"]) for p in self.patches}
        return open_source(f"bson://{self._folder}", self._home).histories(ENTITY, sorted(refs))

    @cached_property
    def _timeline(self) -> Timeline:
        return rebuild(self._histories, ENTITY, self._canonicaliser)

    def states(self, *fields: str) -> list[tuple]:
        """The fields after each patch, document by document, as canonical JSON texts."""
        told = snapshots(self._timeline, BEGINNING, END)
        own = [str(patch["_id"]) for patch in self.patches]
        return told.filter(pl.col("patch_id").is_in(own)).select(fields).rows()

    def events(self) -> list[tuple]:
        """Name, former value, value and quality of each event."""
        told = young_events(self._home, self.documents, self.patches)
        return told.select("event_name", "from_value", "to_value", "quality").rows()

    def drift(self) -> list[tuple]:
        """Number of the document, field, last rebuilt and stored value, where these two differ."""
        last = self._timeline
        ends = {ref: row for row, ref in enumerate(last.refs.gather(last.document_of))}
        found = []
        for stored in self._histories.documents.iter_rows(named=True):
            for field, track in last.tracks.items():
                rebuilt = track.texts[int(track.codes[ends[stored["ref"]]])]
                (today,) = self._canonicaliser.series(field, pl.Series([stored[field]]))
                if _parsed(rebuilt) != _parsed(today):
                    found.append((int(stored["ref"][-8:]), field, rebuilt, today))
        return sorted(found)


def _parsed(text: str) -> Any:
    return json.loads(text) if text else ...


@pytest.fixture
def told(request: pytest.FixtureRequest, tmp_path: Path) -> History:
    """The case that the test is named after."""
    return History(request.node.name.removeprefix("test_"), tmp_path)


def test_every_case_has_a_test():
    names = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    assert {case.name for case in CASES.iterdir()} == names - {"every_case_has_a_test"}


def test_creation_adds_each_field_without_original(told):
    assert told.ops == [
        [
            add("/email", "a@example.org"),
            add("/status", "IN_PROGRESS"),
            add("/statusPhase1", "WAITING_AFFECTATION"),
            add("/gender", "female"),
            add("/statusPhase2Contract", []),
            add("/phase2ApplicationStatus", []),
            add("/classeId", "65a000000000000000000009"),
            add("/notes", []),
            add("/createdAt", FIRST_DAY),
        ]
    ]
    assert told.patches[0]["user"] == {"role": "referent_region", "lastName": "X"}
    assert told.states("status", "gender", "statusPhase2Contract", "createdAt") == [
        ('"IN_PROGRESS"', '"female"', "[]", f'"{FIRST_DAY}"')
    ]
    assert told.events() == [("inscription_created", None, "IN_PROGRESS", "recorded")]
    assert told.drift() == []


def test_unchanged_and_excluded_fields_leave_no_patch(told):
    assert len(told.patches) == 1
    assert told.documents[0]["password"] == "secret"
    assert told.states("gender") == [('"male"',)]
    assert told.drift() == []


def test_setting_adds_and_unsetting_removes(told):
    assert told.ops[1:] == [
        [add("/cohort", "Juin 2023")],
        [replace("/cohort", "Juin 2023", "Juillet 2023")],
        [remove("/cohort", "Juillet 2023")],
    ]
    assert told.states("cohort") == [("",), ('"Juin 2023"',), ('"Juillet 2023"',), ("",)]
    assert told.drift() == []


def test_null_missing_empty_zero_and_false_differ(told):
    assert told.ops[1:] == [
        [replace("/withdrawnReason", None, ""), add("/extra", 0)],
        [replace("/extra", 0, False), replace("/withdrawnReason", "", None)],
        [replace("/extra", False, None), remove("/withdrawnReason", None)],
        [replace("/extra", None, ""), add("/withdrawnReason", "other")],
        [remove("/extra", ""), replace("/withdrawnReason", "other", "")],
        [remove("/withdrawnReason", ""), add("/extra", False)],
        [replace("/extra", False, 0), add("/withdrawnReason", None)],
    ]
    assert told.states("withdrawnReason", "extra", "hasStartedReinscription") == [
        ("null", "", "false"),
        ('""', "0", "false"),
        ("null", "false", "false"),
        ("", "null", "false"),
        ('"other"', '""', "false"),
        ('""', "", "false"),
        ("", "false", "false"),
        ("null", "0", "false"),
    ]
    assert told.drift() == []


def test_string_booleans_and_numeric_strings_stay_strings(told):
    assert told.ops[1:] == [
        [replace("/phase2NumberHoursDone", "0", "84"), replace("/parentAllowSNU", "", "true")],
        [replace("/phase2NumberHoursDone", "84", ""), replace("/parentAllowSNU", "true", "false")],
    ]
    assert told.states("parentAllowSNU", "phase2NumberHoursDone") == [
        ('""', "0"),
        ('"true"', "84"),
        ('"false"', '""'),
    ]
    assert told.drift() == []


def test_dates_are_iso_strings(told):
    before, after = "2007-06-15T11:00:00.000Z", "2006-06-15T11:00:00.120Z"
    assert told.ops[1:] == [
        [replace("/birthdateAt", before, after)],
        [replace("/birthdateAt", after, None)],
    ]
    assert told.states("birthdateAt") == [(f'"{before}"',), (f'"{after}"',), ("null",)]
    assert told.drift() == []


def test_object_ids_are_hex_strings(told):
    before, after = "65a000000000000000000007", "65a000000000000000000008"
    assert told.ops[1] == [
        replace("/extra/classe", before, after),
        replace("/classeId", before, after),
    ]
    assert told.documents[0]["extra"] == {"classe": bson.ObjectId(after)}
    assert told.states("classeId", "extra") == [
        (f'"{before}"', f'{{"classe":"{before}"}}'),
        (f'"{after}"', f'{{"classe":"{after}"}}'),
    ]
    assert told.drift() == []


def test_a_push_adds_at_the_tail(told):
    path = "/phase2ApplicationStatus"
    assert told.ops[1:] == [
        [add(f"{path}/0", "WAITING_VALIDATION"), add(f"{path}/1", "VALIDATED")],
        [add(f"{path}/2", "DONE")],
    ]
    assert told.states("phase2ApplicationStatus") == [
        ("[]",),
        ('["WAITING_VALIDATION","VALIDATED"]',),
        ('["WAITING_VALIDATION","VALIDATED","DONE"]',),
    ]
    assert told.drift() == []


def test_a_pull_shifts_values_and_removes_the_tail(told):
    path = "/statusPhase2Contract"
    assert told.ops[1:] == [
        [
            remove(f"{path}/2", "VALIDATED"),
            replace(f"{path}/1", "SENT", "VALIDATED"),
            replace(f"{path}/0", "DRAFT", "SENT"),
        ],
        [remove(f"{path}/1", "VALIDATED")],
    ]
    assert told.states("statusPhase2Contract") == [
        ('["DRAFT","SENT","VALIDATED"]',),
        ('["SENT","VALIDATED"]',),
        ('["SENT"]',),
    ]
    assert told.drift() == []


def test_a_replaced_array_is_compared_by_index(told):
    path = "/phase2ApplicationStatus"
    assert told.ops[1:] == [
        [
            remove(f"{path}/2", "REFUSED"),
            remove(f"{path}/1", "CANCEL"),
            replace(f"{path}/0", "DONE", "VALIDATED"),
        ],
        [add(f"{path}/1", "DONE"), add(f"{path}/2", "ABANDON")],
        [
            remove(f"{path}/2", "ABANDON"),
            remove(f"{path}/1", "DONE"),
            remove(f"{path}/0", "VALIDATED"),
        ],
        [replace(path, [], None)],
        [replace(path, None, ["DONE"])],
        [remove(path, ["DONE"])],
    ]
    assert told.states("phase2ApplicationStatus") == [
        ('["DONE","CANCEL","REFUSED"]',),
        ('["VALIDATED"]',),
        ('["VALIDATED","DONE","ABANDON"]',),
        ("[]",),
        ("null",),
        ('["DONE"]',),
        ("",),
    ]
    assert told.drift() == []


def test_nested_objects_change_by_path(told):
    assert told.ops[1:] == [
        [add("/location/lon", 2.3)],
        [replace("/location/lat", 48.8, 45.7)],
        [remove("/location", {"lat": 45.7, "lon": 2.3})],
    ]
    assert told.states("location") == [
        ('{"lat":48.8}',),
        ('{"lat":48.8,"lon":2.3}',),
        ('{"lat":45.7,"lon":2.3}',),
        ("",),
    ]
    assert told.drift() == []


def test_escaped_keys_lose_their_original(told):
    assert told.ops[1:] == [
        [
            {"op": "replace", "path": "/extra/c~0d/e", "value": 2},
            {"op": "replace", "path": "/extra/c~0d/~01", "value": 2},
            {"op": "replace", "path": "/extra/a~1b", "value": 2},
        ],
        [
            {"op": "remove", "path": "/extra/c~0d"},
            {"op": "remove", "path": "/extra/a~1b"},
            add("/extra/f", 1),
        ],
    ]
    assert told.states("extra") == [
        ('{"a/b":1,"c~d":{"~1":1,"e":1}}',),
        ('{"a/b":2,"c~d":{"~1":2,"e":2}}',),
        ('{"f":1}',),
    ]
    assert told.drift() == []


def test_a_dotted_key_takes_the_original_of_the_nested_one(told):
    assert told.ops[1] == [remove("/extra/k.l", "nested")]
    assert told.states("extra") == [('{"k":{"l":"nested"}}',)] * 2
    assert told.drift() == []


def test_an_array_that_becomes_an_object_is_replaced_several_times(told):
    replaced = replace("/extra", ["a", "b"], {"x": 1})
    assert told.ops[1:] == [
        [replaced, replaced, add("/extra/x", 1)],
        [replace("/extra", {"x": 1}, ["c"])],
    ]
    assert told.states("extra") == [('["a","b"]',), ('{"x":1}',), ('["c"]',)]
    assert told.drift() == []


def test_an_empty_array_that_becomes_an_object_only_adds(told):
    assert told.ops[1] == [add("/extra/list/x", 1)]
    assert told.states("extra") == [('{"list":[]}',), ('{"list":{"x":1}}',)]
    assert told.drift() == []


def test_an_array_that_becomes_an_object_with_its_indexes_is_not_told(told):
    assert told.ops[1] == [add("/extra/x", 1)]
    assert told.states("extra") == [('["a"]',), ('{"0":"a","x":1}',)]
    assert told.drift() == []


def test_an_empty_object_is_an_absent_value(told):
    assert told.ops[1:] == [
        [{"op": "add", "path": "/notes/0"}, {"op": "add", "path": "/extra/1"}],
        [
            {"op": "replace", "path": "/extra/1", "value": "b"},
            {"op": "replace", "path": "/extra/0", "originalValue": "a"},
            add("/notes/0/text", "b"),
        ],
        [remove("/extra/1", "b"), remove("/notes/0", {"text": "b"})],
    ]
    assert told.states("extra", "notes") == [
        ('["a"]', "[]"),
        ('["a",{}]', "[{}]"),
        ('[{},"b"]', '[{"text":"b"}]'),
        ("[{}]", "[]"),
    ]
    assert told.drift() == []


def test_update_one_tells_only_what_it_changed(told):
    assert told.ops[1:] == [[replace("/status", "WAITING_VALIDATION", "VALIDATED")]]
    assert told.states("status", "gender") == [
        ('"WAITING_VALIDATION"', '"male"'),
        ('"VALIDATED"', '"male"'),
    ]
    assert told.drift() == []


def test_update_one_whose_filter_no_longer_matches_still_tells(told):
    assert told.ops[1:] == [[replace("/status", "WAITING_VALIDATION", "VALIDATED")]]
    assert told.states("status") == [('"WAITING_VALIDATION"',), ('"VALIDATED"',)]
    assert told.drift() == []


def test_find_one_and_update_giving_the_old_document(told):
    assert told.ops[1:] == [[replace("/status", "WAITING_VALIDATION", "VALIDATED")]]
    assert told.states("status") == [('"WAITING_VALIDATION"',), ('"VALIDATED"',)]
    assert told.drift() == []


def test_find_one_and_update_giving_the_new_document(told):
    assert told.ops[1:] == [
        [replace("/status", "WAITING_VALIDATION", "VALIDATED")],
        [replace("/status", "VALIDATED", "WITHDRAWN")],
    ]
    assert told.states("status") == [
        ('"WAITING_VALIDATION"',),
        ('"VALIDATED"',),
        ('"WITHDRAWN"',),
    ]
    assert told.drift() == []


def test_update_many_in_the_order_of_insertion(told):
    assert told.ops[2:] == [
        [replace("/status", "VALIDATED", "WITHDRAWN")],
        [replace("/status", "WAITING_LIST", "WITHDRAWN")],
    ]
    assert told.states("status") == [
        ('"VALIDATED"',),
        ('"WITHDRAWN"',),
        ('"WAITING_LIST"',),
        ('"WITHDRAWN"',),
    ]
    assert told.drift() == []


def test_update_many_in_another_order_crosses_originals(told):
    assert told.ops[3:] == [
        [replace("/gender", "male", "female"), replace("/status", "VALIDATED", "WITHDRAWN")],
        [replace("/status", "WAITING_LIST", "WITHDRAWN")],
        [replace("/gender", "female", "male"), replace("/status", "REFUSED", "WITHDRAWN")],
    ]
    assert told.states("status", "gender") == [
        ('"REFUSED"', '"female"'),
        ('"WITHDRAWN"', '"female"'),
        ('"WAITING_LIST"', '"male"'),
        ('"WITHDRAWN"', '"male"'),
        ('"VALIDATED"', '"male"'),
        ('"WITHDRAWN"', '"male"'),
    ]
    assert told.events() == [
        ("inscription_created", None, "REFUSED", "recorded"),
        ("inscription_withdrawn", "REFUSED", "WITHDRAWN", "conflict"),
        ("inscription_created", None, "WAITING_LIST", "recorded"),
        ("inscription_withdrawn", "WAITING_LIST", "WITHDRAWN", "recorded"),
        ("inscription_created", None, "VALIDATED", "recorded"),
        ("inscription_withdrawn", "VALIDATED", "WITHDRAWN", "conflict"),
    ]
    assert told.drift() == []


def test_an_update_without_match_tells_a_creation_of_another_document(told):
    assert told.ops[1] == [
        replace("/createdAt", "2024-03-09T10:00:00.000Z", FIRST_DAY),
        replace("/status", "IN_PROGRESS", "VALIDATED"),
        add("/gender", "female"),
        add("/cohort", "Juin 2023"),
    ]
    assert (
        told.states("status", "gender", "cohort", "createdAt")
        == [('"VALIDATED"', '"female"', '"Juin 2023"', f'"{FIRST_DAY}"')] * 2
    )
    assert told.events() == [("inscription_created", None, "VALIDATED", "recorded")]
    assert told.drift() == []


# The original of createdAt, the plugin's own clock a moment before, gives such a patch away.
def test_an_update_without_match_is_the_first_patch_of_a_document(told):
    assert told.ops == [
        [
            replace("/createdAt", "2024-03-09T10:00:00.000Z", FIRST_DAY),
            replace("/status", "IN_PROGRESS", "VALIDATED"),
            add("/gender", "female"),
        ]
    ]
    assert told.states("status", "gender", "createdAt") == [
        ('"VALIDATED"', '"female"', f'"{FIRST_DAY}"')
    ]
    assert told.events() == [("inscription_created", None, "VALIDATED", "inferred")]
    assert told.drift() == []


def test_an_update_many_without_match_is_the_whole_creation_of_older_documents(told):
    assert [str(patch["ref"])[-1:] for patch in told.patches] == ["2", "3", "1", "3"]
    assert told.ops[2] == [
        add("/statusPhase1", "WAITING_AFFECTATION"),
        add("/statusPhase2Contract", []),
        add("/phase2ApplicationStatus", []),
        add("/status", "VALIDATED"),
        add("/gender", "female"),
        add("/createdAt", FIRST_DAY),
        add("/notes", []),
    ]
    assert told.ops[3] == told.ops[1]
    assert told.states("status", "gender") == [
        ('"VALIDATED"', '"female"'),
        ('"REFUSED"', ""),
        ('"VALIDATED"', ""),
        ('"VALIDATED"', ""),
    ]
    assert told.events() == [
        ("inscription_created", None, "VALIDATED", "inferred"),
        ("inscription_created", None, "REFUSED", "recorded"),
        ("inscription_created", None, "VALIDATED", "recorded"),
    ]
    assert told.drift() == [
        (1, "notes", "[]", ""),
        (1, "phase2ApplicationStatus", "[]", ""),
        (1, "statusPhase1", '"WAITING_AFFECTATION"', ""),
        (1, "statusPhase2Contract", "[]", ""),
    ]


def test_a_push_without_match_tells_a_creation_of_the_first_document(told):
    assert told.ops[2:] == [
        [
            replace("/createdAt", "2024-03-09T10:00:00.000Z", FIRST_DAY),
            add("/gender", "female"),
        ]
    ]
    assert told.states("gender", "statusPhase2Contract") == [
        ('"female"', "[]"),
        ('"female"', "[]"),
        ('"male"', "[]"),
    ]
    assert told.events() == [("inscription_created", None, "IN_PROGRESS", "recorded")] * 2
    assert told.drift() == []


def test_a_push_to_many_without_match_tells_a_creation_of_every_document(told):
    assert told.ops[2:] == told.ops[:2]
    assert told.states("gender", "statusPhase2Contract") == [
        ('"female"', "[]"),
        ('"female"', "[]"),
        ('"male"', "[]"),
        ('"male"', "[]"),
    ]
    assert told.events() == [("inscription_created", None, "IN_PROGRESS", "recorded")] * 2
    assert told.drift() == []


def test_a_find_one_and_update_without_match_fails_or_tells_a_creation(told):
    assert told.ops[1:] == [
        [
            replace("/createdAt", "2024-03-03T10:00:00.000Z", FIRST_DAY),
            replace("/status", "IN_PROGRESS", "VALIDATED"),
        ]
    ]
    assert told.states("status") == [('"VALIDATED"',)] * 2
    assert told.events() == [("inscription_created", None, "VALIDATED", "recorded")]
    assert told.drift() == []


def test_an_upsert_is_compared_with_the_defaults(told):
    assert told.ops == [
        [
            replace("/createdAt", FIRST_DAY, "2024-03-01T10:00:00.001Z"),
            replace("/status", "IN_PROGRESS", "VALIDATED"),
            add("/cohort", "Juin 2023"),
        ]
    ]
    assert told.states("status", "cohort") == [('"VALIDATED"', '"Juin 2023"')]
    assert told.events() == [("inscription_created", None, "VALIDATED", "inferred")]
    assert told.drift() == []


def test_a_hook_that_fails_leaves_a_phantom(told):
    assert told.ops[1:] == [
        [replace("/status", "WAITING_VALIDATION", "VALIDATED")],
        [replace("/status", "WAITING_VALIDATION", "REFUSED")],
    ]
    assert told.states("status") == [
        ('"WAITING_VALIDATION"',),
        ('"VALIDATED"',),
        ('"REFUSED"',),
    ]
    assert told.events() == [
        ("inscription_created", None, "WAITING_VALIDATION", "recorded"),
        ("inscription_validated", "WAITING_VALIDATION", "VALIDATED", "conflict"),
        ("inscription_refused", "VALIDATED", "REFUSED", "conflict"),
    ]
    assert told.drift() == []


def test_a_hook_that_fails_last_leaves_a_phantom(told):
    assert told.ops[1:] == [[replace("/status", "WAITING_VALIDATION", "VALIDATED")]]
    assert told.states("status") == [('"WAITING_VALIDATION"',), ('"VALIDATED"',)]
    assert told.events() == [
        ("inscription_created", None, "WAITING_VALIDATION", "recorded"),
        ("inscription_validated", "WAITING_VALIDATION", "VALIDATED", "conflict"),
    ]
    assert told.drift() == [(1, "status", '"VALIDATED"', '"WAITING_VALIDATION"')]


def test_a_save_tried_again_leaves_its_patch_twice(told):
    assert told.ops[1:] == [[replace("/status", "WAITING_VALIDATION", "VALIDATED")]] * 2
    assert told.states("status") == [
        ('"WAITING_VALIDATION"',),
        ('"VALIDATED"',),
        ('"VALIDATED"',),
    ]
    assert told.events() == [
        ("inscription_created", None, "WAITING_VALIDATION", "recorded"),
        ("inscription_validated", "WAITING_VALIDATION", "VALIDATED", "recorded"),
    ]
    assert told.drift() == []


def test_a_duplicate_key_leaves_the_creation_of_no_document(told):
    assert [str(patch["ref"])[-1:] for patch in told.patches] == ["1", "2"]
    assert [str(document["_id"])[-1:] for document in told.documents] == ["1"]
    assert told.ops[1][:2] == told.ops[0][:2]
    assert told.states("status") == [('"IN_PROGRESS"',)] * 2
    assert told.drift() == []


def test_a_version_error_leaves_a_phantom(told):
    path = "/phase2ApplicationStatus"
    assert told.ops[1:] == [
        [remove(f"{path}/1", "VALIDATED"), replace(f"{path}/0", "WAITING_VALIDATION", "DONE")],
        [replace(f"{path}/1", "VALIDATED", "DONE")],
    ]
    assert told.states("phase2ApplicationStatus") == [
        ('["WAITING_VALIDATION","VALIDATED"]',),
        ('["DONE"]',),
        ('["DONE","DONE"]',),
    ]
    assert told.drift() == [(1, "phase2ApplicationStatus", '["DONE","DONE"]', '["DONE"]')]


def test_an_update_that_fails_leaves_no_patch(told):
    assert [str(patch["ref"])[-1:] for patch in told.patches] == ["1", "2"]
    assert told.states("status") == [('"IN_PROGRESS"',)] * 2
    assert told.drift() == []


def test_an_invalid_value_leaves_no_patch(told):
    assert len(told.patches) == 1
    assert told.states("status") == [('"IN_PROGRESS"',)]
    assert told.drift() == []


def test_a_document_saved_after_its_deletion_leaves_a_phantom(told):
    assert told.documents == []
    assert told.ops[1:] == [[replace("/status", "VALIDATED", "WITHDRAWN")]]
    assert told.states("status") == [('"VALIDATED"',), ('"WITHDRAWN"',)]


def test_stale_writers_leave_two_patches_with_one_original(told):
    assert told.ops[1:] == [
        [replace("/status", "WAITING_VALIDATION", "VALIDATED")],
        [replace("/status", "WAITING_VALIDATION", "REFUSED"), add("/cohort", "Juin 2023")],
    ]
    assert told.states("status", "cohort") == [
        ('"WAITING_VALIDATION"', ""),
        ('"VALIDATED"', ""),
        ('"REFUSED"', '"Juin 2023"'),
    ]
    assert told.events() == [
        ("inscription_created", None, "WAITING_VALIDATION", "recorded"),
        ("inscription_validated", "WAITING_VALIDATION", "VALIDATED", "conflict"),
        ("inscription_refused", "VALIDATED", "REFUSED", "conflict"),
        ("cohort_changed", None, "Juin 2023", "recorded"),
    ]
    assert told.drift() == []


def test_stale_pushes_tell_the_same_index(told):
    assert told.ops[1:] == [
        [add("/phase2ApplicationStatus/0", "DONE")],
        [add("/phase2ApplicationStatus/0", "CANCEL")],
    ]
    assert told.states("phase2ApplicationStatus") == [
        ("[]",),
        ('["DONE"]',),
        ('["DONE","CANCEL"]',),
    ]
    assert told.drift() == []


def test_writes_around_the_plugin_leave_no_patch(told):
    assert told.ops == [[replace("/status", "WAITING_VALIDATION", "VALIDATED")]]
    assert told.states("status", "statusPhase1", "gender") == [
        ('"VALIDATED"', '"AFFECTED"', '"male"')
    ]
    assert told.drift() == []


def test_a_bulk_save_leaves_patches(told):
    assert told.ops[1:] == [[add("/gender", "female")]]
    assert told.states("gender") == [("",), ('"female"',)]
    assert told.drift() == []


def test_an_inserted_document_saved_at_once_tells_a_late_creation(told):
    assert told.ops == [
        [
            add("/status", "VALIDATED"),
            add("/statusPhase1", "WAITING_AFFECTATION"),
            add("/gender", "male"),
            add("/statusPhase2Contract", []),
            add("/phase2ApplicationStatus", []),
            add("/notes", []),
            add("/createdAt", FIRST_DAY),
        ]
    ]
    assert told.states("status", "gender") == [('"VALIDATED"', '"male"')]
    assert told.drift() == []


def test_a_schema_default_appears_without_patch(told):
    assert told.ops == [
        [add("/cohort", "Juin 2023")],
        [replace("/status", "IN_PROGRESS", "WAITING_VALIDATION")],
    ]
    assert told.documents[0]["statusPhase1"] == "WAITING_AFFECTATION"
    assert told.documents[0]["createdAt"].isoformat() == "2024-03-02T10:00:00"
    assert told.states("status", "statusPhase1", "cohort") == [
        ('"IN_PROGRESS"', '"WAITING_AFFECTATION"', '"Juin 2023"'),
        ('"WAITING_VALIDATION"', '"WAITING_AFFECTATION"', '"Juin 2023"'),
    ]
    assert told.drift() == []


def test_an_update_does_not_store_the_defaults_it_compares(told):
    before, after = "2024-03-02T10:00:00.000Z", "2024-03-02T10:00:00.001Z"
    assert told.ops == [[replace("/createdAt", before, after), add("/cohort", "Juin 2023")]]
    assert told.documents == [
        {"_id": told.patches[0]["ref"], "gender": "male", "cohort": "Juin 2023"}
    ]
    assert told.states("cohort", "status", "gender") == [('"Juin 2023"', "", '"male"')]
    assert told.drift() == [(1, "createdAt", f'"{after}"', "")]


def test_unsetting_by_update_tells_the_default(told):
    assert told.ops[1:] == [[replace("/status", "VALIDATED", "IN_PROGRESS")]]
    assert told.documents[0].keys().isdisjoint({"status", "statusPhase1"})
    assert told.states("status", "statusPhase1") == [
        ('"VALIDATED"', '"WAITING_AFFECTATION"'),
        ('"IN_PROGRESS"', '"WAITING_AFFECTATION"'),
    ]
    assert told.drift() == [
        (1, "status", '"IN_PROGRESS"', ""),
        (1, "statusPhase1", '"WAITING_AFFECTATION"', ""),
    ]


def test_unsetting_by_save_removes_a_default(told):
    assert told.ops[1:] == [[remove("/status", "VALIDATED")], [add("/gender", "male")]]
    assert told.states("status", "gender") == [
        ('"VALIDATED"', ""),
        ("", ""),
        ("", '"male"'),
    ]
    assert told.drift() == [(1, "status", "", '"IN_PROGRESS"')]


def test_deletions_leave_the_patches(told):
    assert told.documents == []
    assert [str(patch["ref"])[-1:] for patch in told.patches] == ["1", "2", "3"]
    assert told.states("status") == [('"VALIDATED"',)] * 3


def test_patches_of_one_millisecond_have_rising_ids(told):
    assert len({patch["date"] for patch in told.patches}) == 1
    assert told.ops[1:] == [
        [replace("/status", "IN_PROGRESS", "WAITING_VALIDATION")],
        [replace("/status", "WAITING_VALIDATION", "IN_PROGRESS")],
        [replace("/status", "IN_PROGRESS", "VALIDATED")],
    ]
    assert told.states("status") == [
        ('"IN_PROGRESS"',),
        ('"WAITING_VALIDATION"',),
        ('"IN_PROGRESS"',),
        ('"VALIDATED"',),
    ]
    assert told.drift() == []
