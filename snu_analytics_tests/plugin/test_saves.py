"""What saves write: fields, dates, ids, arrays, nested objects."""

import bson

from snu_analytics_tests.fixtures.histories import add, remove, replace
from snu_analytics_tests.plugin.history import FIRST_DAY


def test_creation_adds_each_field_without_original(case):
    assert case.ops == [
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
    assert case.patches[0]["user"] == {"role": "referent_region", "lastName": "X"}
    assert case.states("status", "gender", "statusPhase2Contract", "createdAt") == [
        ('"IN_PROGRESS"', '"female"', "[]", f'"{FIRST_DAY}"')
    ]
    assert case.events() == [("inscription_created", None, "IN_PROGRESS", "recorded")]
    assert case.drift() == []


def test_unchanged_and_excluded_fields_leave_no_patch(case):
    assert len(case.patches) == 1
    assert case.documents[0]["password"] == "secret"
    assert case.states("gender") == [('"male"',)]
    assert case.drift() == []


def test_setting_adds_and_unsetting_removes(case):
    assert case.ops[1:] == [
        [add("/cohort", "Juin 2023")],
        [replace("/cohort", "Juin 2023", "Juillet 2023")],
        [remove("/cohort", "Juillet 2023")],
    ]
    assert case.states("cohort") == [("",), ('"Juin 2023"',), ('"Juillet 2023"',), ("",)]
    assert case.drift() == []


def test_null_missing_empty_zero_and_false_differ(case):
    assert case.ops[1:] == [
        [replace("/withdrawnReason", None, ""), add("/extra", 0)],
        [replace("/extra", 0, False), replace("/withdrawnReason", "", None)],
        [replace("/extra", False, None), remove("/withdrawnReason", None)],
        [replace("/extra", None, ""), add("/withdrawnReason", "other")],
        [remove("/extra", ""), replace("/withdrawnReason", "other", "")],
        [remove("/withdrawnReason", ""), add("/extra", False)],
        [replace("/extra", False, 0), add("/withdrawnReason", None)],
    ]
    assert case.states("withdrawnReason", "extra", "hasStartedReinscription") == [
        ("null", "", "false"),
        ('""', "0", "false"),
        ("null", "false", "false"),
        ("", "null", "false"),
        ('"other"', '""', "false"),
        ('""', "", "false"),
        ("", "false", "false"),
        ("null", "0", "false"),
    ]
    assert case.drift() == []


def test_string_booleans_and_numeric_strings_stay_strings(case):
    assert case.ops[1:] == [
        [replace("/phase2NumberHoursDone", "0", "84"), replace("/parentAllowSNU", "", "true")],
        [replace("/phase2NumberHoursDone", "84", ""), replace("/parentAllowSNU", "true", "false")],
    ]
    assert case.states("parentAllowSNU", "phase2NumberHoursDone") == [
        ('""', "0"),
        ('"true"', "84"),
        ('"false"', '""'),
    ]
    assert case.drift() == []


def test_dates_are_iso_strings(case):
    before, after = "2007-06-15T11:00:00.000Z", "2006-06-15T11:00:00.120Z"
    assert case.ops[1:] == [
        [replace("/birthdateAt", before, after)],
        [replace("/birthdateAt", after, None)],
    ]
    assert case.states("birthdateAt") == [(f'"{before}"',), (f'"{after}"',), ("null",)]
    assert case.drift() == []


def test_object_ids_are_hex_strings(case):
    before, after = "65a000000000000000000007", "65a000000000000000000008"
    assert case.ops[1] == [
        replace("/extra/classe", before, after),
        replace("/classeId", before, after),
    ]
    assert case.documents[0]["extra"] == {"classe": bson.ObjectId(after)}
    assert case.states("classeId", "extra") == [
        (f'"{before}"', f'{{"classe":"{before}"}}'),
        (f'"{after}"', f'{{"classe":"{after}"}}'),
    ]
    assert case.drift() == []


def test_a_push_adds_at_the_tail(case):
    path = "/phase2ApplicationStatus"
    assert case.ops[1:] == [
        [add(f"{path}/0", "WAITING_VALIDATION"), add(f"{path}/1", "VALIDATED")],
        [add(f"{path}/2", "DONE")],
    ]
    assert case.states("phase2ApplicationStatus") == [
        ("[]",),
        ('["WAITING_VALIDATION","VALIDATED"]',),
        ('["WAITING_VALIDATION","VALIDATED","DONE"]',),
    ]
    assert case.drift() == []


def test_a_pull_shifts_values_and_removes_the_tail(case):
    path = "/statusPhase2Contract"
    assert case.ops[1:] == [
        [
            remove(f"{path}/2", "VALIDATED"),
            replace(f"{path}/1", "SENT", "VALIDATED"),
            replace(f"{path}/0", "DRAFT", "SENT"),
        ],
        [remove(f"{path}/1", "VALIDATED")],
    ]
    assert case.states("statusPhase2Contract") == [
        ('["DRAFT","SENT","VALIDATED"]',),
        ('["SENT","VALIDATED"]',),
        ('["SENT"]',),
    ]
    assert case.drift() == []


def test_a_replaced_array_is_compared_by_index(case):
    path = "/phase2ApplicationStatus"
    assert case.ops[1:] == [
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
    assert case.states("phase2ApplicationStatus") == [
        ('["DONE","CANCEL","REFUSED"]',),
        ('["VALIDATED"]',),
        ('["VALIDATED","DONE","ABANDON"]',),
        ("[]",),
        ("null",),
        ('["DONE"]',),
        ("",),
    ]
    assert case.drift() == []


def test_nested_objects_change_by_path(case):
    assert case.ops[1:] == [
        [add("/location/lon", 2.3)],
        [replace("/location/lat", 48.8, 45.7)],
        [remove("/location", {"lat": 45.7, "lon": 2.3})],
    ]
    assert case.states("location") == [
        ('{"lat":48.8}',),
        ('{"lat":48.8,"lon":2.3}',),
        ('{"lat":45.7,"lon":2.3}',),
        ("",),
    ]
    assert case.drift() == []


def test_escaped_keys_lose_their_original(case):
    assert case.ops[1:] == [
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
    assert case.states("extra") == [
        ('{"a/b":1,"c~d":{"~1":1,"e":1}}',),
        ('{"a/b":2,"c~d":{"~1":2,"e":2}}',),
        ('{"f":1}',),
    ]
    assert case.drift() == []


def test_a_dotted_key_takes_the_original_of_the_nested_one(case):
    assert case.ops[1] == [remove("/extra/k.l", "nested")]
    assert case.states("extra") == [('{"k":{"l":"nested"}}',)] * 2
    assert case.drift() == []


def test_an_array_that_becomes_an_object_is_replaced_several_times(case):
    replaced = replace("/extra", ["a", "b"], {"x": 1})
    assert case.ops[1:] == [
        [replaced, replaced, add("/extra/x", 1)],
        [replace("/extra", {"x": 1}, ["c"])],
    ]
    assert case.states("extra") == [('["a","b"]',), ('{"x":1}',), ('["c"]',)]
    assert case.drift() == []


def test_an_empty_array_that_becomes_an_object_only_adds(case):
    assert case.ops[1] == [add("/extra/list/x", 1)]
    assert case.states("extra") == [('{"list":[]}',), ('{"list":{"x":1}}',)]
    assert case.drift() == []


def test_an_array_that_becomes_an_object_with_its_indexes_is_not_told(case):
    assert case.ops[1] == [add("/extra/x", 1)]
    assert case.states("extra") == [('["a"]',), ('{"0":"a","x":1}',)]
    assert case.drift() == []


def test_an_empty_object_is_an_absent_value(case):
    assert case.ops[1:] == [
        [{"op": "add", "path": "/notes/0"}, {"op": "add", "path": "/extra/1"}],
        [
            {"op": "replace", "path": "/extra/1", "value": "b"},
            {"op": "replace", "path": "/extra/0", "originalValue": "a"},
            add("/notes/0/text", "b"),
        ],
        [remove("/extra/1", "b"), remove("/notes/0", {"text": "b"})],
    ]
    assert case.states("extra", "notes") == [
        ('["a"]', "[]"),
        ('["a",{}]', "[{}]"),
        ('[{},"b"]', '[{"text":"b"}]'),
        ("[{}]", "[]"),
    ]
    assert case.drift() == []
