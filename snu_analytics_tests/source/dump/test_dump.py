"""A mongodump folder: days and histories out of it, its damages told, its index kept in step."""

import errno
import os
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date

import pytest
from bson import ObjectId

from snu_analytics.days import DayRange
from snu_analytics.errors import SourceError
from snu_analytics.source import delete_indexes, open_source
from snu_analytics.source.dump import bson_file
from snu_analytics.source.dump.index import DocumentIndex, PatchIndex
from snu_analytics.source.dump.versions import index_folder
from snu_analytics.source.shared import scope
from snu_analytics_tests.source.samples import (
    ANNA,
    BORIS,
    CHLOE,
    YOUNG,
    dated,
    dump,
    instant,
    patch,
    patch_id,
    status,
    written,
)

DAY = instant("2024-03-03T23:00"), instant("2024-03-04T23:00")
PATCHES = [
    patch(BORIS, "2024-03-04T11:00", 1, status("VALIDATED", "WAITING_VALIDATION")),
    patch(ANNA, "2024-03-03T22:59", 2, status("IN_PROGRESS")),
    patch(ANNA, "2024-03-03T23:00", 3, status("WAITING_VALIDATION", "IN_PROGRESS")),
    patch(ANNA, "2024-03-04T22:59", 4),
    patch(ANNA, "2024-03-04T23:00", 5, status("VALIDATED", "WAITING_VALIDATION")),
]
DOCUMENTS = [
    {"_id": ObjectId(ANNA), "status": "VALIDATED", "gender": None, "email": "a@example.org"}
]


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def source(tmp_path, home):
    url = dump(tmp_path / "dump", youngs=DOCUMENTS, young_patches=PATCHES)
    return open_source(url, home)


def indexes(home):
    """The collections and the versions of them that are indexed."""
    return sorted(tuple(path.relative_to(home / "index").parts) for path in home.glob("index/*/*"))


def test_a_day_holds_its_first_instant_and_not_its_last(source):
    patches = source.day_patches(YOUNG, *DAY)
    assert dated(patches) == [
        ("a", "2024-03-03 23:00"),
        ("a", "2024-03-04 22:59"),
        ("b", "2024-03-04 11:00"),
    ]
    assert patches.ops.rows() == [
        (0, "status", "", "replace", '"WAITING_VALIDATION"', '"IN_PROGRESS"'),
        (2, "status", "", "replace", '"VALIDATED"', '"WAITING_VALIDATION"'),
    ]


def test_the_patches_of_each_day_are_counted_and_empty_days_left_out(source):
    days = DayRange(date(2024, 3, 1), date(2024, 3, 31))
    assert source.patch_counts(YOUNG, days) == {
        date(2024, 3, 3): 1,
        date(2024, 3, 4): 3,
        date(2024, 3, 5): 1,
    }


def test_a_day_without_patches_is_empty(source):
    patches = source.day_patches(YOUNG, instant("2020-01-01"), instant("2020-01-02"))
    assert (len(patches.heads), len(patches.ops)) == (0, 0)


def test_an_undatable_patch_belongs_to_the_day_its_id_was_made(tmp_path, home):
    lost = [
        patch(ANNA, "2024-03-04T10:00", 1) | {"date": None},
        patch(ANNA, "2024-03-04T10:00", 2) | {"date": "soon", "ref": None},
        patch(ANNA, "2024-03-05T10:00", 3) | {"date": None},
        patch(ANNA, "2024-03-04T10:00", 4) | {"_id": "own", "date": None},
    ]
    source = open_source(dump(tmp_path / "dump", youngs=[], young_patches=lost), home)
    patches = source.day_patches(YOUNG, *DAY)
    assert patches.heads.select("ref", "date", "defect").rows() == [
        (ANNA, None, "no date"),
        (None, None, "no ref"),
    ]


def test_a_patch_saved_later_than_it_is_dated_belongs_to_its_date(tmp_path, home):
    late = patch(ANNA, "2024-03-04T10:00") | {"_id": patch_id("2024-04-01T00:00")}
    source = open_source(dump(tmp_path / "dump", youngs=[], young_patches=[late]), home)
    assert dated(source.day_patches(YOUNG, *DAY)) == [("a", "2024-03-04 10:00")]


def test_a_history_is_the_document_and_every_patch_in_order(source):
    history = source.histories(YOUNG, [ANNA], ["status", "gender"])
    assert history.documents.rows() == [(ANNA, '"VALIDATED"', "null")]
    assert history.documents.columns == ["ref", "status", "gender"]
    assert [date for _, date in dated(history.patches)] == [
        "2024-03-03 22:59",
        "2024-03-03 23:00",
        "2024-03-04 22:59",
        "2024-03-04 23:00",
    ]
    assert history.patches.ops["patch"].to_list() == [0, 1, 3]


def test_a_history_tells_every_field_of_the_catalogue_and_no_other(source):
    history = source.histories(YOUNG, [ANNA])
    assert history.documents.columns == ["ref", *YOUNG.fields]
    assert history.documents["region"].to_list() == [""]


def test_a_gone_document_keeps_its_patches(source):
    history = source.histories(YOUNG, [BORIS])
    assert history.documents.is_empty()
    assert dated(history.patches) == [("b", "2024-03-04 11:00")]


@pytest.mark.parametrize("refs", [[], [CHLOE], ["", "é", "not an id"]])
def test_unknown_refs_have_no_history(source, refs):
    history = source.histories(YOUNG, refs)
    assert (len(history.documents), len(history.patches.heads)) == (0, 0)


def test_a_ref_asked_for_twice_is_told_once(source):
    assert len(source.histories(YOUNG, [BORIS, BORIS.upper()]).patches.heads) == 1


def test_a_document_dumped_twice_is_told_as_it_was_last(tmp_path, home):
    twice = [{"_id": ObjectId(ANNA), "status": value} for value in ("A", "B")]
    source = open_source(dump(tmp_path / "dump", youngs=twice, young_patches=[]), home)
    assert source.histories(YOUNG, [ANNA], ["status"]).documents.rows() == [(ANNA, '"B"')]


def test_a_compressed_dump_reads_the_same(tmp_path, home, source):
    url = dump(tmp_path / "gz", compressed=True, youngs=DOCUMENTS, young_patches=PATCHES)
    compressed = open_source(url, home)
    assert compressed.day_patches(YOUNG, *DAY).ops.equals(source.day_patches(YOUNG, *DAY).ops)
    assert compressed.histories(YOUNG, [ANNA]).documents.equals(
        source.histories(YOUNG, [ANNA]).documents
    )


def test_several_processes_read_the_same(tmp_path, home, source, monkeypatch):
    alone = source.histories(YOUNG, [ANNA, BORIS])
    monkeypatch.setattr(bson_file, "_workers", lambda path: 2)
    monkeypatch.setattr(bson_file, "_CHUNK", 300)
    url = dump(tmp_path / "other", youngs=DOCUMENTS, young_patches=PATCHES)
    together = open_source(url, home).histories(YOUNG, [ANNA, BORIS])
    assert together.documents.equals(alone.documents)
    assert together.patches.heads.equals(alone.patches.heads)
    assert together.patches.ops.equals(alone.patches.ops)


@pytest.mark.parametrize("compressed", [False, True])
def test_an_empty_file_is_an_empty_collection(tmp_path, home, compressed):
    source = open_source(dump(tmp_path / "dump", compressed, youngs=[], young_patches=[]), home)
    assert source.day_patches(YOUNG, *DAY).heads.is_empty()
    assert source.histories(YOUNG, [ANNA]).documents.is_empty()
    assert [check.ok for check in source.checks(YOUNG)] == [True, True]


def test_a_lacking_file_is_named_with_the_command_that_makes_it(tmp_path, home):
    source = open_source(dump(tmp_path / "dump", youngs=DOCUMENTS), home)
    with pytest.raises(SourceError, match=r"dump holds neither young_patches\.bson nor .*--coll"):
        source.day_patches(YOUNG, *DAY)
    assert [check.ok for check in source.checks(YOUNG)] == [True, False]


def test_the_names_of_a_collection(tmp_path, home):
    cohorts: list[dict] = [
        {"name": "Juin 2023"},
        {"name": "à venir"},
        {"name": "à venir"},
        {"name": 5},
        {},
    ]
    source = open_source(dump(tmp_path / "dump", cohorts=cohorts), home)
    assert source.names("cohorts") == {"Juin 2023", "à venir"}
    assert source.names("schools") == frozenset()


FIRST = len(written(PATCHES[:1]))


@pytest.mark.parametrize(
    ("damage", "offset", "reason"),
    [
        (lambda data: data[:-3], len(written(PATCHES[:4])), "the file ends within it"),
        (lambda data: data[: FIRST + 3], FIRST, "the file ends within it"),
        (lambda data: data[:FIRST] + bytes(4) + data[FIRST + 4 :], FIRST, "length is impossible"),
        (lambda data: data[:FIRST] + b"\xff" * 4 + data[FIRST + 4 :], FIRST, "length is impos"),
        (lambda data: b"\x40" + data[1:], 0, "does not end where its length says"),
        (lambda data: data.replace(b"\x07ref", b"\x77ref"), 0, "it is not BSON"),
    ],
)
def test_a_damaged_file_is_named_with_the_byte(tmp_path, source, damage, offset, reason):
    path = tmp_path / "dump" / "young_patches.bson"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(SourceError, match=reason) as raised:
        source.day_patches(YOUNG, *DAY)
    assert f"{path}: the document at byte {offset} is damaged" in str(raised.value)
    assert "mongodump --collection=young_patches" in str(raised.value)
    assert "VALIDATED" not in str(raised.value)


def test_damage_found_by_another_process_is_told_the_same(tmp_path, source, monkeypatch):
    monkeypatch.setattr(bson_file, "_workers", lambda path: 1)
    path = tmp_path / "dump" / "young_patches.bson"
    path.write_bytes(written(PATCHES[:1]) + path.read_bytes().replace(b"\x07ref", b"\x77ref"))
    with pytest.raises(SourceError, match=f"at byte {FIRST} is damaged"):
        source.day_patches(YOUNG, *DAY)


def test_a_compressed_file_cut_short_is_damaged(tmp_path, home):
    url = dump(tmp_path / "dump", compressed=True, youngs=[], young_patches=PATCHES)
    path = tmp_path / "dump" / "young_patches.bson.gz"
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(SourceError, match=r"young_patches\.bson\.gz: .* cut short"):
        open_source(url, home).day_patches(YOUNG, *DAY)


def test_a_damaged_file_leaves_no_index(tmp_path, home, source):
    path = tmp_path / "dump" / "young_patches.bson"
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(SourceError):
        source.day_patches(YOUNG, *DAY)
    assert indexes(home) == []


def test_the_index_is_built_once(source, monkeypatch):
    source.day_patches(YOUNG, *DAY)
    monkeypatch.setattr(PatchIndex, "build", None)
    assert len(source.day_patches(YOUNG, *DAY).heads) == 3


def test_a_new_dump_is_read_and_the_old_index_deleted(tmp_path, home, source):
    source.day_patches(YOUNG, *DAY)
    dump(tmp_path / "dump", young_patches=PATCHES[:1])
    assert len(source.day_patches(YOUNG, *DAY).heads) == 1
    assert [collection for collection, _ in indexes(home)] == ["young_patches"]


def test_another_dump_takes_the_place_of_the_first(tmp_path, home, source):
    source.histories(YOUNG, [ANNA])
    before = indexes(home)
    other = open_source(dump(tmp_path / "other", youngs=[], young_patches=PATCHES[:1]), home)
    assert len(other.histories(YOUNG, [BORIS]).patches.heads) == 1
    assert [collection for collection, _ in indexes(home)] == ["young_patches", "youngs"]
    assert set(before).isdisjoint(indexes(home))
    assert len(source.histories(YOUNG, [ANNA]).patches.heads) == 4


def test_the_index_of_a_former_version_of_the_program_is_deleted(home, source):
    for name in ("youngs.bson-0123456789abcdef-0123456789abcdef", "youngs.bson-0123.building"):
        (home / "index" / name / "documents").mkdir(parents=True)
    (home / "index" / "youngs.bson-0123456789abcdef.lock").touch()
    source.histories(YOUNG, [ANNA])
    assert sorted(path.name for path in home.glob("index/youngs*")) == ["youngs", "youngs.lock"]


def test_indexes_are_deleted_and_built_again(home, source):
    before = source.histories(YOUNG, [ANNA])
    assert delete_indexes(home) == 2
    assert indexes(home) == []
    assert not [path for path in home.rglob("*") if path.is_file() and path.stat().st_size]
    after = source.histories(YOUNG, [ANNA])
    assert after.documents.equals(before.documents)
    assert after.patches.heads.equals(before.patches.heads)


def test_an_index_that_was_built_since_stays(home, source):
    source.day_patches(YOUNG, *DAY)
    assert delete_indexes(home, time.time() - 60) == 0
    assert delete_indexes(home, time.time() + 60) == 1


def test_where_nothing_was_indexed_nothing_is_deleted(home):
    assert delete_indexes(home) == 0


def test_an_index_is_not_deleted_while_it_is_read(tmp_path, home):
    dump(tmp_path / "dump", youngs=DOCUMENTS)
    path, read = tmp_path / "dump" / "youngs.bson", scope(YOUNG)

    def build(folder):
        DocumentIndex.build(path, folder, read)

    with ThreadPoolExecutor() as other, index_folder(home, path, read, build) as folder:
        deletion = other.submit(delete_indexes, home)
        assert wait([deletion], timeout=0.2).not_done
        assert DocumentIndex(folder).all("status").rows() == [(ANNA, '"VALIDATED"')]
    assert deletion.result() == 1


def test_a_field_more_in_the_catalogue_makes_a_new_index(home, source):
    source.histories(YOUNG, [ANNA])
    before = indexes(home)
    more = YOUNG.model_copy(update={"fields": {**YOUNG.fields, "email": YOUNG.fields["status"]}})
    assert source.histories(more, [ANNA], ["email"]).documents["email"].to_list() == [
        '"a@example.org"'
    ]
    assert [collection for collection, _ in indexes(home)] == ["young_patches", "youngs"]
    assert set(before).isdisjoint(indexes(home))


def test_the_index_is_for_its_owner_alone(home, source):
    previous = os.umask(0)
    try:
        source.histories(YOUNG, [ANNA])
    finally:
        os.umask(previous)
    for path in [home, *home.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_no_dropped_value_is_kept_in_the_index(home, source):
    source.histories(YOUNG, [ANNA])
    content = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert b"VALIDATED" in content
    assert b"example.org" not in content


def test_two_processes_build_an_index_once(tmp_path, home):
    many = [patch(ANNA, "2024-03-04T11:00", number) for number in range(5000)]
    url = dump(tmp_path / "dump", youngs=[], young_patches=many)
    script = (
        "import sys, pathlib\n"
        "from snu_analytics.source import open_source\n"
        "from snu_analytics.source.dump import index\n"
        "from snu_analytics_tests.source.samples import YOUNG, instant\n"
        "build = index.PatchIndex.build\n"
        "index.PatchIndex.build = lambda *given: (print('built'), build(*given))\n"
        "source = open_source(sys.argv[1], pathlib.Path(sys.argv[2]))\n"
        "found = source.day_patches(YOUNG, instant('2024-03-04'), instant('2024-03-05'))\n"
        "print(len(found.heads))\n"
    )
    command = [sys.executable, "-c", script, url, str(home)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    answers = [process.communicate()[0].split() for process in processes]
    assert sorted(answers, key=len) == [["5000"], ["built", "5000"]]


def test_a_full_disk_is_told(source, monkeypatch):
    def full(*given):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(PatchIndex, "build", full)
    with pytest.raises(SourceError, match=r"home/index: the disk is full"):
        source.day_patches(YOUNG, *DAY)


def test_the_checks_tell_what_can_be_read(source):
    assert [(check.subject, check.ok, check.message) for check in source.checks(YOUNG)] == [
        ("youngs", True, "youngs.bson can be read, about 1 documents"),
        ("young_patches", True, "young_patches.bson can be read, about 5 documents"),
    ]
