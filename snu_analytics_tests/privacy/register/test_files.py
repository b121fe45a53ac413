"""The two files: the same for the same catalogue, out of date when it changes."""

import re
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from snu_analytics.cli.main import main
from snu_analytics.privacy.register import (
    read_processing,
    register_document,
    stale_files,
    write_files,
)
from snu_analytics.privacy.register.typeset import pdf
from snu_analytics_tests.privacy.register.literal import PONY, TABLES, ponies

CHECKOUT = Path(__file__).parents[3]


def document(folder: Path, text: str = PONY) -> str:
    return register_document(ponies(folder, text), read_processing(), TABLES)


def register(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["register", *arguments])


def test_the_committed_register_is_that_of_the_catalogues():
    result = register("--out", str(CHECKOUT / "docs"), "--check")
    assert result.exit_code == 0, result.output


def test_files_that_were_just_written_are_up_to_date(tmp_path):
    text = document(tmp_path / "catalogue")
    assert write_files(text, tmp_path) == [tmp_path / "register.md", tmp_path / "register.pdf"]
    assert stale_files(text, tmp_path) == []


def test_missing_files_are_out_of_date(tmp_path):
    text = document(tmp_path / "catalogue")
    assert stale_files(text, tmp_path) == [tmp_path / "register.md", tmp_path / "register.pdf"]


@pytest.mark.parametrize(
    ("former", "now"),
    [
        ("reason: Moods are counted", "reason: Moods are foreseen"),
        ("category: demography", "category: programme"),
        ("[name, 'owner*']", "[name]"),
    ],
)
def test_a_change_of_the_catalogue_makes_both_files_out_of_date(tmp_path, former, now):
    write_files(document(tmp_path / "catalogue"), tmp_path)
    assert PONY.count(former) == 1
    changed = document(tmp_path / "catalogue", PONY.replace(former, now))
    assert stale_files(changed, tmp_path) == [tmp_path / "register.md", tmp_path / "register.pdf"]


def test_the_same_document_is_the_same_pdf(tmp_path):
    text = document(tmp_path / "catalogue")
    assert pdf(text) == pdf(text)


def test_the_pdf_holds_no_date(tmp_path):
    assert re.search(rb"/(Creation|Mod)Date|CreateDate", pdf(document(tmp_path / "c"))) is None


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_the_pdf_can_be_searched(tmp_path):
    write_files(document(tmp_path / "catalogue"), tmp_path)
    text = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "register.pdf", "-"], capture_output=True, check=True
    ).stdout.decode()
    assert "Moods are counted" in text
    assert "keyed pseudonym" in text
    assert re.search(r"1 ?/ ?\d\n", text)


def test_the_command_writes_and_says_where(tmp_path):
    result = register("--out", str(tmp_path / "new"))
    assert result.exit_code == 0
    assert "register.md" in result.output
    assert (tmp_path / "new" / "register.pdf").read_bytes().startswith(b"%PDF-")


def test_a_check_of_another_text_fails_with_1_and_writes_nothing(tmp_path):
    (tmp_path / "register.md").write_text("# Something else\n")
    result = register("--out", str(tmp_path), "--check")
    assert result.exit_code == 1
    assert "out of date, run `snu-analytics register`" in " ".join(result.output.split())
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["register.md"]


def test_a_folder_that_cannot_be_made_ends_with_2(tmp_path):
    (tmp_path / "file").write_text("")
    result = register("--out", str(tmp_path / "file" / "docs"))
    assert result.exit_code == 2
    assert "cannot be written" in " ".join(result.output.split())


def test_every_command_that_the_register_names_is_one():
    text = (files("snu_analytics.privacy.register") / "processing.yaml").read_text()
    for path in set(re.findall(r"`snu-analytics ([a-z ]+)", text)):
        assert CliRunner().invoke(main, [*path.split(), "--help"]).exit_code == 0, path
