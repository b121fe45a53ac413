"""What odd writings make of a document, its patches and its truth: literal histories."""

import json
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from bson.decimal128 import Decimal128

from snu_analytics.simulation.messy import instants, spellings
from snu_analytics.simulation.messy.rewriting import (
    OTHER,
    Rewriting,
    Written,
    key_of,
    oddities,
    raw_text,
    rewrite,
    values_of,
)
from snu_analytics.simulation.messy.sorts import SORTS, Site, rewriting
from snu_analytics.simulation.recorder import Recorder

BORN = datetime(2024, 3, 14, 10, 0, 0, 5_000, UTC)
END = datetime(2025, 1, 1, tzinfo=UTC)


def young(*saves: tuple[dict, str | None], **fields: Any) -> Recorder:
    record = Recorder("young", Random(1), END)
    record.create(BORN, {"status": "IN_PROGRESS", **fields})
    for number, (changes, event) in enumerate(saves, 1):
        record.save(BORN + timedelta(hours=number), changes, None, event)
    return record


def writings(field: str, **entries: Any) -> dict[str, Rewriting]:
    """Each true text in another writing, which becomes OTHER."""
    written = {key_of(k): Written(v, OTHER, "unlisted") for k, v in entries.items()}
    return {field: Rewriting(written)}


def events(record: Recorder) -> list[tuple]:
    return [event[3:] for event in record.events]


def states(record: Recorder, field: str) -> list[Any]:
    return [json.loads(state.state).get(field) for state in record.states]


def ops(record: Recorder, field: str) -> list[tuple]:
    return [
        (op.get("originalValue"), op.get("value"))
        for patch in record.patches
        for op in patch["ops"]
        if op["path"].startswith(f"/{field}")
    ]


def test_document_and_patches_hold_the_writing_and_the_truth_what_it_becomes():
    record = young(({"region": "Corse"}, None), region="Bretagne")
    rewrite(record, writings("region", Bretagne="Breizh", Corse="Breizh 2"))
    assert record.document["region"] == "Breizh 2"
    assert ops(record, "region") == [(None, "Breizh"), ("Breizh", "Breizh 2")]
    assert states(record, "region") == ["OTHER", "OTHER"]


def test_a_change_between_two_unlisted_values_stays_an_event():
    record = young(({"region": "Corse"}, None), region="Bretagne")
    rewrite(record, writings("region", Bretagne="Breizh", Corse="Breizh 2"))
    assert events(record)[1:] == [("region_changed", "region", "OTHER", "OTHER")]


def test_a_status_that_no_rule_names_makes_no_event():
    validated = {"status": "VALIDATED"}, "inscription_validated"
    record = young(validated)
    rewrite(record, writings("status", VALIDATED="WAITING_REINSCRIPTION"))
    assert events(record) == [("inscription_created", None, None, "IN_PROGRESS")]
    assert states(record, "status") == ["IN_PROGRESS", "OTHER"]


def test_an_unlisted_origin_is_none_of_those_that_rules_name():
    completed = {"status": "WAITING_VALIDATION"}, "inscription_completed"
    record = young(completed)
    rewrite(record, writings("status", IN_PROGRESS="ENCOURS"))
    assert events(record) == [
        ("inscription_created", None, None, "OTHER"),
        ("inscription_reexamined", "status", "OTHER", "WAITING_VALIDATION"),
    ]


def test_any_status_of_a_structure_is_an_event():
    record = Recorder("structure", Random(1), END)
    record.create(BORN, {"status": "VALIDATED"})
    later = BORN + timedelta(hours=1)
    record.save(later, {"status": "DRAFT"}, None, "structure_status_changed")
    rewrite(record, writings("status", DRAFT="brouillon"))
    assert events(record)[1:] == [("structure_status_changed", "status", "VALIDATED", "OTHER")]


def test_lists_are_rewritten_element_by_element():
    record = young(({"domains": ["SPORT", "HEALTH"]}, None), domains=["SPORT"])
    entries = {key_of("HEALTH"): Written("0612345678", OTHER, "personal")}
    rewrite(record, {"domains": Rewriting(entries, elements=True)})
    assert record.document["domains"] == ["SPORT", "0612345678"]
    assert ops(record, "domains") == [(None, ["SPORT"]), (None, "0612345678")]
    assert states(record, "domains") == [["SPORT"], ["SPORT", "OTHER"]]


def test_a_date_has_one_key_in_documents_patches_and_texts():
    text = "Thu Mar 14 2024 10:00:00 GMT+0000 (Coordinated Universal Time)"
    assert key_of(BORN, dates=True) == key_of("2024-03-14T10:00:00.005Z", dates=True)
    assert key_of(text, dates=True) == '"2024-03-14T10:00:00.000Z"'


def test_values_of_a_field_are_those_of_patches_and_document_oldest_first():
    record = young(({"region": "Corse"}, None), region="Bretagne")
    record.document["region"] = "Occitanie"
    assert list(values_of(record, "region").values()) == ["Bretagne", "Corse", "Occitanie"]


def test_an_oddity_is_a_row_of_json_texts():
    record = young(region="Bretagne")
    chosen = writings("region", Bretagne={"name": "Breizh"})
    assert [row[2:] for row in oddities(record, chosen)] == [
        ("region", '{"name":"Breizh"}', '"OTHER"', "unlisted")
    ]
    assert raw_text(Decimal128("84.0")) == '{"$numberDecimal":"84.0"}'
    assert raw_text(BORN) == '"2024-03-14T10:00:00.005Z"'


def entries(sort: str, field: str, kind: Any, seed: int = 1, **fields: Any) -> list[Written]:
    made = rewriting(Random(seed), young(**fields), field, kind, sort)
    return list(made.entries.values())


@pytest.mark.parametrize(
    ("style", "text", "written"),
    [
        (spellings.upper, "Bretagne", "BRETAGNE"),
        (spellings.without_accents, "Île-de-France", "Ile-de-France"),
        (spellings.capitals_without_accents, "Rhône", "RHONE"),
        (spellings.decomposed, "Rhône", "Rho\u0302ne"),
        (spellings.typographic, "Côte-d'Or", "Côte-d’Or"),
        (spellings.en_dashes, "Grand-Est", "Grand–Est"),
        (spellings.short_dashes, "Grand-Est", "Grand‐Est"),
        (spellings.blanks_for_dashes, "WAITING_LIST", "WAITING LIST"),
        (spellings.dashes_for_blanks, "Grand Est", "Grand-Est"),
        (spellings.underscores, "Grand Est", "Grand_Est"),
        (spellings.fullwidth, "DONE", "ＤＯＮＥ"),
        (spellings.cyrillic, "Corse", "Соrsе"),
        (spellings.greek, "DONE", "DΟΝΕ"),
    ],
)
def test_a_style_writes_a_listed_value_otherwise(style, text, written):
    assert style(text) == written


@pytest.mark.parametrize("seed", range(40))
def test_a_spelling_always_differs_from_the_value(seed):
    assert spellings.style(Random(seed))("2023") != "2023"


def test_codes_and_former_names_stand_for_places():
    random = Random(1)
    assert {spellings.department_code(random, "Ain") for _ in range(40)} == {"01", "1", 1}
    assert {spellings.department_code(random, "Corse-du-Sud") for _ in range(40)} == {"2A", "2a"}
    assert spellings.department_code(random, "Breizh") is None
    assert spellings.region_code(random, "Bretagne") == "53"
    assert spellings.former_region(random, "Bretagne") is None
    names = {spellings.former_region(random, "Grand Est") for _ in range(40)}
    assert names == {"Alsace", "Lorraine", "Champagne-Ardenne"}


def test_an_instant_in_the_ways_that_can_be_read():
    assert [write(BORN) for write in instants.READABLE] == [
        "2024-03-14T10:00:00.005Z",
        "2024-03-14T10:00:00Z",
        "2024-03-14T11:00:00.005+01:00",
        1710410400005,
        "Thu Mar 14 2024 11:00:00 GMT+0100 (heure normale d’Europe centrale)",
    ]


def test_a_boolean_becomes_its_text():
    assert entries("boolean", "qpv", "boolean", qpv="true") == [Written(True, "true", "spelling")]


def test_numbers_are_written_in_many_ways_and_stay_the_number():
    made = {
        raw_text(entry.written)
        for seed in range(60)
        for entry in entries("number", "phase2NumberHoursDone", "number", seed,
                             phase2NumberHoursDone=84)
    }  # fmt: skip
    assert made == {"84.0", "84", '"84"', '{"$numberDecimal":"84.0"}', '" 84 "', '"84,0"'}


def test_what_is_no_number_becomes_other():
    made = {
        entry
        for seed in range(30)
        for entry in entries("no_number", "phase2NumberHoursDone", "number", seed,
                             phase2NumberHoursDone="84")
    }  # fmt: skip
    assert {("84h", "OTHER", "unlisted"), ("environ 84", "OTHER", "unlisted")} <= made
    assert {entry.kind for entry in made} == {"unlisted", "personal"}


@pytest.mark.parametrize(("field", "becomes"), [("birthdateAt", None), ("departSejourAt", OTHER)])
def test_a_date_that_cannot_be_read(field, becomes):
    made = {e for seed in range(20) for e in entries("no_date", field, "date", seed,
            **{field: BORN})}  # fmt: skip
    assert made == {
        Written("inconnue", becomes, "unlisted"),
        Written("14/03/2024", becomes, "unlisted"),
    }


def test_the_date_of_birth_in_another_field_becomes_other():
    made = entries("birth_copied", "lastStatusAt", "date", lastStatusAt=END, birthdateAt=BORN)
    assert made == [Written(BORN, OTHER, "personal")]


def test_a_date_that_makes_events_is_no_copy_of_the_birth():
    assert entries("birth_copied", "departSejourAt", "date", departSejourAt=END,
                   birthdateAt=BORN) == []  # fmt: skip


@pytest.mark.parametrize("field", ["status", "region"])
def test_fields_that_make_events_are_not_blanked(field):
    assert entries("blank", field, "text", **{field: "Corse"}) == []  # type: ignore[arg-type]


def test_a_blank_stays_a_blank():
    (entry,) = entries("blank", "gender", "text", gender="male")
    assert entry.written in (None, "")
    assert entry == Written(entry.written, entry.written, "blank")


def test_a_list_written_as_text_is_one_closed_value():
    made = rewriting(Random(1), young(domains=["SPORT"]), "domains", "array", "text_for_list")
    assert list(made.entries.values()) == [Written("SPORT", "SPORT", "type")]
    made = rewriting(Random(1), young(domains=["A", "B"]), "domains", "array", "text_for_list")
    assert list(made.entries.values()) == [Written("A, B", "OTHER", "type")]


def test_a_list_that_changed_by_its_elements_is_not_written_as_text():
    record = young(({"domains": ["A", "B"]}, None), domains=["A"])
    assert rewriting(Random(1), record, "domains", "array", "text_for_list").entries == {}


def test_personal_things_are_the_person_s_own_or_invented():
    fields = {"firstName": "Ada", "lastName": "Linou", "region": "Corse"}
    made = {e.written for s in range(60) for e in entries("personal", "region", "region", s,
            **fields)}  # fmt: skip
    assert {"Ada", "Linou"} <= made
    assert any("@" in text for text in made)
    assert any(text.startswith("+33 6 ") for text in made)


TEXT_SORTS = [name for name, (kinds, _) in SORTS.items() if "text" in kinds and name != "blank"]


@pytest.mark.parametrize("sort", TEXT_SORTS)
@pytest.mark.parametrize("seed", range(8))
def test_different_values_stay_different(sort, seed):
    values = ["AFFECTED", "DONE", "NOT_DONE", "EXEMPTED"]
    site = Site(
        Random(seed), young(firstName="Ada"), "statusPhase1", {key_of(v): v for v in values}
    )
    written = [raw_text(entry.written) for entry in SORTS[sort][1](site).values()]
    assert written
    assert len(set(written)) == len(written)
    assert set(written).isdisjoint(map(raw_text, values))
