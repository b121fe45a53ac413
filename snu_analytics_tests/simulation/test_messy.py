"""Whole messy histories: which oddities there are, and that truth and patches agree with them."""

import json
import re
from datetime import date
from functools import cache
from typing import Any

import bson
import polars as pl
import pytest
from bson.decimal128 import Decimal128

from snu_analytics.days import DayRange
from snu_analytics.errors import SourceError
from snu_analytics.simulation import Simulation, generate, simulate, write_dump, write_truth
from snu_analytics.simulation.fields import COLLECTIONS, CREATION, UNTRACKED
from snu_analytics.simulation.messy.kinds import KINDS
from snu_analytics.simulation.messy.structural import UNKNOWN_FIELDS
from snu_analytics.simulation.recorder import as_json
from snu_analytics_tests.simulation.histories import applied, decoded

DAYS = DayRange(date(2022, 10, 1), date(2024, 6, 30))
MODELS = tuple(COLLECTIONS)


@cache
def undisturbed() -> Simulation:
    return simulate(499, DAYS.first, DAYS.last, seed=1)


@cache
def messy() -> Simulation:
    return simulate(499, DAYS.first, DAYS.last, seed=1, messy=0.2)


@cache
def oddities() -> pl.DataFrame:
    return messy().frame("oddities")


@cache
def documents(model: str) -> dict[str, dict[str, Any]]:
    return {str(d["_id"]): d for d in decoded(messy(), COLLECTIONS[model][0])}


@cache
def patches(model: str) -> dict[str, list[dict[str, Any]]]:
    by_ref: dict[str, list[dict[str, Any]]] = {}
    for patch in decoded(messy(), COLLECTIONS[model][1]):
        by_ref.setdefault(str(patch["ref"]), []).append(patch)
    return by_ref


def written(fields: str) -> list[Any]:
    """The odd values of the fields that the pattern matches."""
    rows = oddities().filter(pl.col("field").str.contains(f"^({fields})$"))
    return [json.loads(text) for text in rows["written"]]


def is_any(values: list[Any], pattern: str) -> bool:
    return any(isinstance(v, str) and re.search(pattern, v) for v in values)


PLACES = ".*[rR]egion|.*[dD]epartment|academy"
STATUSES = "status.*"
HOURS = "phase2NumberHours.*|placesLeft|placesTotal|.*[dD]uration"
LISTS = "domains|period|types|phase2ApplicationStatus|statusPhase2Contract"
DATES = "inscriptionDoneDate|lastStatusAt|statusPhase2OpenedAt|createdAt"


@pytest.mark.parametrize(
    ("fields", "pattern"),
    [
        (PLACES, "^[A-Z '-]{5,}$"),  # capitals without accents
        (PLACES, "\u0302|\u0301"),  # decomposed
        (PLACES, "^[ \u00a0\u202f]+|[ \u00a0\u202f]+$"),
        (PLACES, "[\u2010\u2013]"),
        (STATUSES, "[A-Z][ -][A-Z]"),  # blanks or hyphens for underscores
        (STATUSES, "[\u200b\u200d\u2060\ufeff\u00ad\u0007]"),
        (STATUSES, "[Ａ-Ｚ]"),
        (STATUSES, "[А-Я]"),
        (STATUSES, "[Α-Ω]"),
        ("department", "^\\d\\d$"),
        ("region", "^\\d\\d$"),
        ("region", "^(Alsace|Lorraine|Picardie|Auvergne|Rhône-Alpes|Aquitaine|PACA)$"),
        (PLACES, "Breizh"),
        (".*", " 🌊$"),
        ("grade", "2nde européenne|1ere STI2D"),
        (STATUSES, "^WAITING_REINSCRIPTION"),
        (".*", "^06\\d{8}$"),
        (".*", "@courriel-egare.test$"),
        (".*", "^\\d\\d/\\d\\d/2007"),
        (".*", "^\\d+ rue "),
        (HOURS, "^\\d+h$"),
        (HOURS, "^environ \\d+$"),
        (HOURS, "^ \\d+ $"),
        (HOURS, "^\\d+,0$"),
        (DATES, "T\\d\\d:\\d\\d:\\d\\dZ$"),
        (DATES, "[+]0[12]:00$"),
        (DATES, "GMT[+]0[12]00 [(]heure"),
        (DATES, "^\\d\\d/\\d\\d/\\d{4}"),
        ("birthdateAt", "^\\d\\d/\\d\\d/\\d{4}$"),
        (LISTS, "@|^06|[+]33"),
    ],
)
def test_texts_of_every_oddity_are_written(fields, pattern):
    assert is_any(written(fields), pattern)


@pytest.mark.parametrize(
    ("fields", "is_odd"),
    [
        (".*", lambda v: isinstance(v, bool)),
        ("department", lambda v: type(v) is int),
        (PLACES, lambda v: isinstance(v, dict)),
        (".*", lambda v: isinstance(v, list)),
        (HOURS, lambda v: isinstance(v, float)),
        (HOURS, lambda v: isinstance(v, dict) and "$numberDecimal" in v),
        (HOURS, lambda v: type(v) is int and v > 10_000_000),
        (DATES, lambda v: type(v) is int and v > 10**12),
        (LISTS, lambda v: v is None),
        (LISTS, lambda v: isinstance(v, dict)),
        (LISTS, lambda v: isinstance(v, int | float)),
    ],
)
def test_values_of_every_other_type_are_written(fields, is_odd):
    assert any(is_odd(value) for value in written(fields))


def test_a_person_s_own_name_stands_where_it_does_not_belong():
    own = [
        (row["ref"], json.loads(row["written"]))
        for row in oddities().filter(model="young", kind="personal").iter_rows(named=True)
    ]
    people = {str(y["_id"]): y for y in decoded(undisturbed(), "youngs")}
    assert any(text == people[ref]["firstName"] for ref, text in own)
    assert any(text == people[ref]["lastName"] for ref, text in own)


def test_a_list_stands_as_text():
    rows = oddities().filter(pl.col("field").is_in(["types", "period", "grades"]), kind="type")
    assert {type(json.loads(text)) for text in rows["becomes"]} == {str}
    assert any(json.loads(text) != "OTHER" for text in rows["becomes"])


def test_kinds_are_five_and_say_what_becomes():
    assert set(oddities()["kind"]) == {"spelling", "unlisted", "personal", "type", "blank"}
    becomes = oddities().group_by("kind").agg(pl.col("becomes").unique())
    by_kind = {kind: set(values) for kind, values in becomes.rows()}
    assert by_kind["personal"] == {'"OTHER"'}
    assert by_kind["unlisted"] == {'"OTHER"', "null"}
    assert by_kind["blank"] == {'""', "null"}
    # A legal status is listed as OTHER.
    spelled = oddities().filter(pl.col("field") != "legalStatus", kind="spelling")
    assert '"OTHER"' not in set(spelled["becomes"])


def test_what_becomes_null_is_blank_or_a_birth_that_cannot_be_read():
    rows = oddities().filter(becomes="null", kind="unlisted")
    assert set(rows["field"]) == {"birthdateAt"}


@pytest.mark.parametrize("model", MODELS)
def test_every_odd_value_stands_in_the_document_or_in_its_patches(model):
    for row in oddities().filter(model=model).iter_rows(named=True):
        document = documents(model).get(row["ref"], {})
        values = [document.get(row["field"])]
        for patch in patches(model).get(row["ref"], []):
            for op in patch["ops"]:
                if op["path"].split("/")[1] == row["field"]:
                    values += [op.get("value"), op.get("originalValue")]
        assert any(row["written"] in plain(value) for value in values), row


def plain(value: Any) -> str:
    """JSON text of the value, of which an element's text is part."""

    def decimal(inner: Any) -> Any:
        return {"$numberDecimal": str(inner)} if isinstance(inner, Decimal128) else as_json(inner)

    return json.dumps(
        as_json(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=decimal
    )


@pytest.mark.parametrize("model", MODELS)
def test_no_true_state_holds_an_odd_value(model):
    odd: dict[tuple[str, str], set[str]] = {}
    for _, ref, field, text, becomes, _ in oddities().filter(model=model).rows():
        if text != becomes:
            odd.setdefault((ref, field), set()).add(text)
    for ref, state in messy().frame(f"{model}_states").select("ref", "state").rows():
        for field, value in json.loads(state).items():
            parts = value if isinstance(value, list) else [value]
            held = {plain(part) for part in (value, *parts)}
            assert held.isdisjoint(odd.get((ref, field), ())), (ref, field)


@pytest.mark.parametrize("model", MODELS)
def test_patches_applied_forwards_give_what_the_document_is_written_with(model):
    checked = 0
    for ref, history in patches(model).items():
        if not any(op["path"] == "/createdAt" for op in history[0]["ops"]):
            continue
        rebuilt: dict[str, Any] = {}
        for patch in history:
            applied(rebuilt, patch)
        if ref in documents(model):
            document = documents(model)[ref]
            assert rebuilt == as_json({k: v for k, v in document.items() if k not in UNTRACKED})
            checked += 1
    assert checked


@pytest.mark.parametrize("model", MODELS)
def test_every_patch_has_a_state_and_events_name_patches(model):
    stored = sorted(str(patch["_id"]) for history in patches(model).values() for patch in history)
    assert sorted(messy().frame(f"{model}_states")["patch_id"]) == stored
    assert set(messy().frame(f"{model}_events")["patch_id"].drop_nulls()) <= set(stored)


def test_spelling_changes_no_event_but_other_values_do():
    odd = oddities().filter(pl.col("kind") != "spelling")["ref"].unique().implode()
    same = undisturbed().frame("mission_events").filter(~pl.col("ref").is_in(odd))
    assert same.height > 100
    events = messy().frame("mission_events").filter(~pl.col("ref").is_in(odd))
    assert events.equals(same)


def test_a_status_becomes_another_event_or_none():
    events = messy().frame("young_events").filter(field="status")
    assert events.filter(to_value="OTHER").height == 0
    names = events.filter(from_value="OTHER", to_value="WAITING_VALIDATION")["event_name"]
    assert set(names) == {"inscription_reexamined"}


def test_a_change_between_values_of_no_list_is_told():
    events = messy().frame("mission_events").filter(from_value="OTHER", to_value="OTHER")
    assert "mission_places_left_changed" in set(events["event_name"])


def test_an_application_tells_what_the_young_person_s_values_become():
    events = messy().frame("application_events")
    values = {name: set(events[f"young_{name}"]) for name in ("gender", "region", "birthdateAt")}
    assert {"male", "female"} <= values["gender"]
    assert "OTHER" in values["region"]
    assert None in values["birthdateAt"]
    assert values["gender"] <= {"male", "female", "OTHER", None, ""}


def test_some_young_people_are_inserted_without_a_patch():
    created = (
        messy()
        .frame("young_events")
        .filter(pl.col("patch_id").is_null(), event_name="inscription_created")
    )
    whole = [ref for ref in created["ref"] if len(documents("young")[ref]) > 1]
    assert len(whole) > 5
    for ref in whole:
        assert ref not in patches("young")
        (event,) = messy().frame("young_events").filter(ref=ref).iter_rows(named=True)
        assert event["date"].replace(microsecond=0) == bson.ObjectId(ref).generation_time


def test_some_documents_hold_their_id_alone():
    bare = [ref for ref, document in documents("young").items() if list(document) == ["_id"]]
    assert bare
    for ref in bare:
        (event,) = messy().frame("young_events").filter(ref=ref).rows()
        assert event[3:] == (CREATION["young"], None, None, None)
        assert event[1] is None


def test_some_histories_have_lost_their_document():
    lost = set(patches("young")) - set(documents("young"))
    created = messy().frame("young_events").filter(event_name="inscription_created")
    assert lost & set(created["ref"])


def test_some_patches_are_of_documents_that_never_were():
    lost = set(patches("young")) - set(documents("young"))
    created = set(messy().frame("young_events").filter(event_name="inscription_created")["ref"])
    assert lost - created
    for ref in lost - created:
        (patch,) = patches("young")[ref]
        (op,) = patch["ops"]
        (event,) = messy().frame("young_events").filter(ref=ref).iter_rows(named=True)
        assert (event["from_value"], event["to_value"]) == (op["originalValue"], op["value"])
        (state,) = messy().frame("young_states").filter(ref=ref)["state"]
        assert json.loads(state) == {"status": op["value"]}


def test_fields_of_no_schema_stand_in_documents_and_patches():
    held = {field for document in documents("young").values() for field in document}
    named = {op["path"][1:] for h in patches("young").values() for p in h for op in p["ops"]}
    assert set(UNKNOWN_FIELDS) <= held & named


def test_a_patch_has_five_hundred_operations():
    sizes = [len(patch["ops"]) for history in patches("young").values() for patch in history]
    assert sum(size >= 500 for size in sizes) >= 1


def test_few_documents_are_very_large():
    sizes = [len(document) for document in messy().collections["youngs"]]
    assert 1 <= sum(size > 900_000 for size in sizes) <= 3


def test_texts_that_are_dropped_hold_odd_signs():
    texts = [document.get("name", "") for document in documents("mission").values()]
    assert any("🎉" in text for text in texts)
    assert any("\u0007" in text or "\u001b" in text for text in texts)


@pytest.mark.parametrize("model", MODELS)
def test_fields_that_are_never_tracked_stay_out_of_patches(model):
    named = {op["path"][1:] for h in patches(model).values() for p in h for op in p["ops"]}
    assert named & UNTRACKED == set()


def test_ids_are_never_rewritten():
    assert all("Id" not in field for fields in KINDS.values() for field in fields)


def test_without_messy_documents_nothing_changes():
    spare = simulate(60, date(2023, 9, 1), date(2024, 8, 31), seed=2, messy=0.0)
    assert spare == simulate(60, date(2023, 9, 1), date(2024, 8, 31), seed=2)
    assert "oddities" not in spare.truth


@pytest.mark.parametrize("damage", [None, "everything"])
def test_the_same_arguments_give_the_same_bytes_whoever_invents_them(damage):
    first, last = date(2023, 9, 1), date(2024, 8, 31)
    whole = simulate(60, first, last, seed=2, damage=damage, messy=0.3)
    assert whole == simulate(60, first, last, seed=2, damage=damage, messy=0.3)
    days, flaws = DayRange(first, last), generate.Flaws(damage=damage, messy=0.3)
    parts = [generate._part(range(n, min(n + 25, 60)), days, 2, flaws) for n in (0, 25, 50)]
    shared = generate._joined(parts, 60, days, 2, flaws)
    assert {k: sorted(v) for k, v in shared.collections.items()} == {
        k: sorted(v) for k, v in whole.collections.items()
    }
    for name in whole.truth:
        assert sorted(shared.frame(name).rows(), key=str) == sorted(
            whole.frame(name).rows(), key=str
        )


@pytest.mark.parametrize("damage", ["everything", "mixed", "stringified", "soft_deleted"])
def test_damage_and_odd_writings_go_together(damage):
    first, last = date(2023, 9, 1), date(2024, 8, 31)
    history = simulate(75, first, last, seed=2, damage=damage, messy=0.3)
    for model, (_, collection) in COLLECTIONS.items():
        stored = sorted(str(patch["_id"]) for patch in decoded(history, collection))
        assert sorted(history.frame(f"{model}_states")["patch_id"]) == stored


@pytest.mark.parametrize("share", [-0.1, 1.01, float("nan")])
def test_what_is_no_share_is_refused(share):
    with pytest.raises(SourceError, match="is no share of messy documents: give a number from 0"):
        simulate(1, DAYS.first, DAYS.last, seed=1, messy=share)


def test_the_oddities_are_written_beside_the_truth(tmp_path):
    history = simulate(5, date(2023, 9, 1), date(2023, 9, 30), seed=2, messy=1.0)
    write_dump(history, tmp_path / "dump")
    write_truth(history, tmp_path / "truth")
    rows = pl.read_parquet(tmp_path / "truth" / "oddities.parquet")
    assert rows.columns == ["model", "ref", "field", "written", "becomes", "kind"]
    assert rows.equals(history.frame("oddities"))
