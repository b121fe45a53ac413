"""What a patch becomes: kept operations as canonical texts, or the defect that sets it aside."""

import re
from datetime import datetime

import bson
import pytest
from bson import Binary, Code, DatetimeMS, Decimal128, Int64, MinKey, ObjectId, Regex, Timestamp
from bson.dbref import DBRef

from snu_analytics.source.contract import HEAD_SCHEMA, OP_SCHEMA
from snu_analytics.source.decode import (
    UNKNOWN,
    UNNAMED,
    Scope,
    UndecodableError,
    decode,
    decode_documents,
    decode_texts,
)
from snu_analytics.source.decode_patches import decode_patches
from snu_analytics.source.json_text import json_text
from snu_analytics_tests.source.samples import ANNA, BORIS, patch, patch_id, status, written

AT = "2024-03-04T11:00:00"
SCOPE = Scope(("status", "domains", "a/b~c"), re.compile(r"secret\w*$"))
ABSENT = object()


def scope(*fields):
    return Scope(fields, re.compile("_id$|secret$"))


def add(path, value):
    return {"op": "add", "path": f"/{path}", "value": value}


def frames(*documents):
    return decode_patches(written(documents), SCOPE).in_order()


def ops(*given):
    return frames(patch(ANNA, AT, 0, *given)).ops.drop("patch").rows()


def defect(**changes):
    document = patch(ANNA, AT, 0, status("VALIDATED")) | changes
    patches = frames({key: value for key, value in document.items() if value is not ABSENT})
    assert patches.ops.is_empty() or patches.heads["defect"].item() is None
    return patches.heads["defect"].item()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("VALIDATED", '"VALIDATED"'),
        ("Île-de-France", '"Île-de-France"'),
        ('"\\', r'"\"\\"'),
        ("\x00\x1f\n", r'"\u0000\u001f\n"'),
        ("", '""'),
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (24, "24"),
        (Int64(2**40), "1099511627776"),
        (24.0, "24"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (1e300, "1e+300"),
        (float("nan"), "null"),
        (float("-inf"), "null"),
        (Decimal128("24.00"), "24"),
        (Decimal128("24.50"), "24.5"),
        (Decimal128("1E+6000"), "1E+6000"),
        (Decimal128("NaN"), "null"),
        (datetime(2024, 3, 4, 11, 0, 0, 120_000), '"2024-03-04T11:00:00.120Z"'),
        (datetime(1, 1, 1), '"0001-01-01T00:00:00.000Z"'),
        (DatetimeMS(253402300800000), '"+010000-01-01T00:00:00.000Z"'),
        (DatetimeMS(-62198755200000), '"-000001-01-01T00:00:00.000Z"'),
        (ObjectId(ANNA), f'"{ANNA}"'),
        ({"b": [1.0, {"a": None}], "é": "x"}, '{"b":[1,{"a":null}],"é":"x"}'),
        ({}, "{}"),
        ([], "[]"),
        (DBRef("youngs", 1), '{"$ref":"youngs","$id":1}'),
        (Binary(b"a", 128), '''"b'a'"'''),
        (b"a", '''"b'a'"'''),
        (Regex("a"), "\"Regex('a', 0)\""),
        (re.compile("a"), "\"Regex('a', 32)\""),
        (Timestamp(1, 2), '"Timestamp(1, 2)"'),
        (MinKey(), '"MinKey()"'),
        (Code("f()"), '"f()"'),
    ],
)
def test_each_bson_type_has_one_text(value, text):
    (row,) = ops({"op": "add", "path": "/status", "value": value})
    assert row == ("status", "", "add", text, None)


def test_a_lone_surrogate_does_not_stop_the_program():
    assert json_text("a\ud800") == '"a?"'


def test_invalid_utf8_in_a_dropped_field_does_not_lose_the_patch():
    op = {"op": "add", "path": "/lastName", "value": "Zzz"}
    data = written([patch(ANNA, AT, 0, op, status("VALIDATED"))]).replace(b"Zzz", b"\xff\xfe\xfd")
    patches = decode_patches(data, SCOPE).in_order()
    assert patches.ops["value"].to_list() == ['"VALIDATED"']


def test_a_value_that_is_not_told_is_an_empty_object():
    assert ops({"op": "replace", "path": "/status"}) == [("status", "", "replace", "{}", None)]


def test_an_original_value_of_null_is_not_the_same_as_none():
    op = {"op": "replace", "path": "/status", "value": "A", "originalValue": None}
    assert ops(op) == [("status", "", "replace", '"A"', "null")]


def test_a_removal_has_no_value():
    op = {"op": "remove", "path": "/status", "value": "A", "originalValue": "B"}
    assert ops(op) == [("status", "", "remove", "", '"B"')]


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/domains/0", ("domains", "/0")),
        ("/domains/0/a~1b~0", ("domains", "/0/a~1b~0")),
        ("/domains/", ("domains", "/")),
        ("/a~1b~0c/d", ("a/b~c", "/d")),
    ],
)
def test_a_path_is_the_field_unescaped_and_the_rest_as_it_is(path, place):
    assert ops({"op": "add", "path": path, "value": 1})[0][:2] == place


@pytest.mark.parametrize("path", ["/email", "/statusComment", "/", "//status"])
def test_an_operation_on_another_field_never_leaves(path):
    patches = frames(patch(ANNA, AT, 0, {"op": "add", "path": path, "value": "x"}))
    assert patches.ops.is_empty()
    assert patches.heads["defect"].to_list() == [None]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"ops": []}, None),
        ({"ref": ANNA.upper()}, None),
        ({"date": "2024-03-04T11:00:00.000Z"}, None),
        ({"ref": ABSENT}, "no ref"),
        ({"ref": None}, "no ref"),
        ({"ref": "Anna"}, "no ref"),
        ({"ref": 7}, "no ref"),
        ({"date": ABSENT}, "no date"),
        ({"date": None}, "no date"),
        ({"date": "yesterday"}, "unparsable date"),
        ({"date": 1709550000000}, "unparsable date"),
        ({"date": DatetimeMS(10**15)}, "unparsable date"),
        ({"ops": ABSENT}, "ops is not an array"),
        ({"ops": None}, "ops is not an array"),
        ({"ops": {"0": status("A")}}, "ops is not an array"),
        ({"ops": [status("A"), "text"]}, "malformed op"),
        ({"ops": [status("A"), None]}, "malformed op"),
        ({"ops": [{"path": "/status"}]}, "malformed op"),
        ({"ops": [{"op": "add"}]}, "malformed op"),
        ({"ops": [{"op": None, "path": "/status"}]}, "malformed op"),
        ({"ops": [{"op": "add", "path": 5}]}, "malformed op"),
        ({"ops": [{"op": "add", "path": {"a": 1}}]}, "malformed op"),
        ({"ops": [{"op": "add", "path": "status"}]}, "malformed op"),
        ({"ops": [{"op": "add", "path": ""}]}, "malformed op"),
        ({"ops": [status("A"), {"op": "move", "path": "/email", "from": "/a"}]}, "unknown op"),
        ({"ops": [{"op": {}, "path": "/email"}]}, "unknown op"),
        ({"ref": None, "date": None, "ops": None}, "no ref"),
    ],
)
def test_a_defect_sets_the_whole_patch_aside(changes, expected):
    assert defect(**changes) == expected


def test_a_defective_patch_keeps_what_can_be_read_of_its_head():
    bad = {"_id": patch_id(AT, 1), "ref": ObjectId(ANNA), "date": datetime.fromisoformat(AT)}
    patches = frames(patch(ANNA, AT, 0, status("A")), bad | {"ops": 1}, bad | {"ref": 1})
    assert patches.heads["ref"].to_list() == [ANNA, ANNA, None]
    assert patches.heads["date"].null_count() == 0
    assert patches.ops["patch"].to_list() == [0]


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2024-03-04T11:00:00.120Z", "2024-03-04T11:00:00.120"),
        ("2024-03-04T12:00:00+01:00", "2024-03-04T11:00:00.000"),
        ("2024-03-04T11:00:00", "2024-03-04T11:00:00.000"),
        ("2024-03-04", "2024-03-04T00:00:00.000"),
        ("1969-12-31T23:59:59.9999Z", "1969-12-31T23:59:59.999"),
    ],
)
def test_a_date_written_as_iso_text_counts(date, expected):
    patches = frames(patch(ANNA, AT) | {"date": date}).heads["date"]
    assert patches.dt.to_string("%Y-%m-%dT%H:%M:%S%.3f").to_list() == [expected]


@pytest.mark.parametrize(
    ("user", "role"),
    [
        ({"role": "referent_region", "email": "a@example.org"}, "referent_region"),
        ({"email": "a@example.org"}, None),
        ({"role": 5}, None),
        (None, None),
        ("admin", None),
    ],
)
def test_the_role_is_all_that_is_read_of_the_user(user, role):
    patches = frames(patch(ANNA, AT) | {"user": user})
    assert patches.heads["role"].to_list() == [role]


@pytest.mark.parametrize(
    ("own", "text"), [(ObjectId(ANNA), ANNA), ("own", "own"), (5, "5"), (None, "None")]
)
def test_a_patch_id_is_hexadecimal_or_the_text_of_what_it_is(own, text):
    assert frames(patch(ANNA, AT) | {"_id": own}).heads["patch_id"].to_list() == [text]


def test_patches_come_by_ref_then_date_then_id_and_those_without_last():
    given = [
        patch("b" * 24, "2024-01-01T00:00", 1),
        patch(ANNA, "2024-01-02T00:00", 2, status("B", "A"), status("C", "B")),
        patch(ANNA, "2024-01-02T00:00", 1, status("A")),
        patch(ANNA, "2024-01-03T00:00", 3) | {"date": None},
        patch(ANNA, "2024-01-01T00:00", 4) | {"ref": None},
    ]
    patches = frames(*given)
    assert [text[-1] for text in patches.heads["patch_id"]] == ["1", "2", "3", "1", "4"]
    assert patches.heads["patch"].to_list() == [0, 1, 2, 3, 4]
    assert patches.ops.select("patch", "value").rows() == [(0, '"A"'), (1, '"B"'), (1, '"C"')]


def test_the_frames_have_the_schemas_of_the_contract():
    for patches in (frames(), frames(patch(ANNA, AT, 0, status("A")))):
        assert dict(patches.heads.schema) == HEAD_SCHEMA
        assert dict(patches.ops.schema) == OP_SCHEMA


def test_a_document_gives_its_kept_fields_and_nothing_where_it_has_none():
    documents = [{"_id": ObjectId(ANNA), "status": None, "secret": "a@example.org"}]
    columns = decode_documents(written(documents), scope("status", "gender"))
    assert columns["ref"].to_list() == [ANNA]
    assert (columns["status"].to_list(), columns["gender"].to_list()) == (["null"], [""])
    assert columns.columns == ["ref", "status", "gender", UNKNOWN]


def test_of_a_field_that_no_catalogue_knows_a_document_tells_the_name_alone():
    documents = [{"_id": ObjectId(ANNA), "status": "A", "secret": "x", "shoes": "41", "hat": 1}]
    columns = decode_documents(written(documents), scope("status"))
    assert columns[UNKNOWN].to_list() == ["hat\nshoes"]
    assert columns.columns == ["ref", "status", UNKNOWN]


def test_a_name_of_a_field_that_could_be_a_persons_is_not_told():
    documents = [{"_id": ObjectId(ANNA), "anna@example.org": 1, "0612345678": 1, "n0612345678": 1}]
    assert decode_documents(written(documents), scope())[UNKNOWN].to_list() == [
        "\n".join([UNNAMED] * 3)
    ]


def test_of_an_operation_on_a_field_that_no_catalogue_knows_the_name_stays():
    operations = [add("shoes", "41"), add("shoes/size", "42"), add("secretWord", "x"), status("A")]
    patches = frames(patch(ANNA, AT, 0, *operations))
    assert patches.unknown.rows() == [(0, "shoes")]
    assert patches.ops["field"].to_list() == ["status"]
    held = decode_patches(written([patch(ANNA, AT, 0, *operations)]), SCOPE).ops
    assert held["value"].to_list() == ["", "", '"A"']


def test_the_texts_of_the_fields_asked_for_are_found_however_deep():
    documents = [
        {"_id": ObjectId(ANNA), "secretNames": [{"first": "Anna", "age": 3}, "Lena"], "a": "A"},
        {"_id": ObjectId(BORIS), "secretNames": ["Boris"]},
    ]
    assert decode_texts(written(documents), {ANNA}, SCOPE.dropped) == {ANNA: {"Anna", "Lena"}}


def test_a_document_that_nothing_can_refer_to_is_left_out():
    assert len(decode_documents(written([{"_id": 5, "status": "A"}]), scope("status"))["ref"]) == 0


def test_what_is_not_bson_is_found_by_its_first_byte():
    sound = bson.encode({"a": 1})
    with pytest.raises(UndecodableError) as raised:
        list(decode(sound + sound.replace(b"\x10a", b"\x77a") + sound))
    assert raised.value.position == len(sound)
