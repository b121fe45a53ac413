"""`snu-analytics report`, as a person types it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from snu_analytics.cli.main import main
from snu_analytics_tests.reports.literal import publish


@pytest.fixture(scope="module")
def published(shared_warehouse_url) -> str:
    publish(shared_warehouse_url)
    return shared_warehouse_url


@pytest.fixture
def report(monkeypatch, published):
    monkeypatch.setenv("SNU_WAREHOUSE_URL", published)

    def called(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["report", *arguments])

    return called


def test_the_last_published_day_is_written_where_it_is_asked_for(report, tmp_path):
    result = report("--out", str(tmp_path))
    folder = tmp_path / "public" / "2024-03-04"
    assert [line.split() for line in result.output.splitlines()] == [
        ["page", str(folder / "report.fr.html")],
        ["document", str(folder / "report.fr.pdf")],
    ]
    assert {file.suffix for file in folder.iterdir() if file.is_file()} == {".html", ".pdf"}


def test_a_month_a_language_and_an_edition_may_be_chosen(report, tmp_path):
    arguments = ("2024-02-10", "--period", "month", "--language", "en", "--edition", "restricted")
    assert report(*arguments, "--out", str(tmp_path)).exit_code == 0
    page = tmp_path / "restricted" / "2024-02" / "report.en.html"
    assert "Restricted edition" in page.read_text(encoding="utf-8")
    assert not (tmp_path / "public").exists()


def test_a_day_that_is_not_published_is_told_with_the_mend(report):
    result = report("2024-03-05")
    assert result.exit_code != 0
    assert "snu-analytics publish 2024-03-05 2024-03-05" in " ".join(result.output.split())
    assert not Path("reports").exists()
