"""`snu-analytics values`: the values that no list knows, without what is a person's."""

from bson import ObjectId
from click.testing import CliRunner

from snu_analytics.cli.main import main
from snu_analytics_tests.fixtures.histories import REF, add, document, patch, write_dump

TOUCHED = patch("2024-03-02T10:00", add("/qpv", "true"))


def test_the_command_lists_them_without_what_is_a_persons(tmp_path, monkeypatch):
    monkeypatch.setenv("SNU_SOURCE_URL", write_dump(
        tmp_path / "dump",
        youngs=[{"_id": ObjectId(REF), "region": "Breizh", "grade": "06 12 34 56 78"}],
        young_patches=[TOUCHED],
    ))  # fmt: skip
    result = CliRunner().invoke(main, ["values", "--from", "2024-03-01", "--to", "2024-03-31"])
    assert result.exit_code == 0, result.output
    assert "Breizh" in result.output
    assert "(a telephone number)" in result.output
    assert "06 12" not in result.output


def test_the_command_says_so_where_every_value_is_listed(tmp_path, monkeypatch):
    source = write_dump(tmp_path / "d", youngs=[document()], young_patches=[TOUCHED])
    monkeypatch.setenv("SNU_SOURCE_URL", source)
    result = CliRunner().invoke(main, ["values", "--from", "2024-03-01", "--to", "2024-03-31"])
    assert result.output.strip() == "Every value from 2024-03-01 to 2024-03-31 is in its list."
