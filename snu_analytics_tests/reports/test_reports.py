"""What a report says, on literal numbers: each of them equals a query, on the page as on paper."""

import csv
import re
import shutil
import subprocess
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest

from snu_analytics.catalogue import definitions
from snu_analytics.errors import QuestionError
from snu_analytics.reports import Request, write_report
from snu_analytics.warehouse import connect
from snu_analytics_tests.fixtures.pipeline import rows
from snu_analytics_tests.reports.literal import DAY, SECRET, publish


@pytest.fixture(scope="module")
def written(shared_warehouse_url, tmp_path_factory):
    """Called with what a request says, the report, made once."""
    publish(shared_warehouse_url)
    root, made = tmp_path_factory.mktemp("reports"), {}

    def written(day: date = DAY, **said: Any):
        key = (day, *sorted(said.items()))
        if key not in made:
            with connect(shared_warehouse_url) as connection:
                made[key] = write_report(connection, Request(day, **said), root)
        return made[key]

    return written


def table(report, name: str, language: str = "fr") -> list[list[str]]:
    file = report.page.parent / f"data.{language}" / f"{name}.csv"
    return list(csv.reader(file.read_text().splitlines()))


def page_text(report) -> str:
    return report.page.read_text(encoding="utf-8")


class Texts(HTMLParser):
    """The texts of a page, those of style and of the ticks of axes aside."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._skipped = False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self._skipped = tag == "style" or ("class", "tick") in attrs

    def handle_data(self, data):
        if not self._skipped:
            self.texts.append(data)


def numbers(text: str) -> set[int]:
    """The whole numbers above 99 in a French text; those below are of dates and sentences."""
    grouped = r"(?<!\d)\d{1,3}(?:[\u202f ]\d{3})+(?!\d)|\d+"  # pdftotext writes a blank
    written = (re.sub(r"\D", "", number) for number in re.findall(grouped, text))
    return {int(number) for number in written if int(number) > 99}


YEARS = set(range(2021, 2025))


def test_the_first_table_holds_the_day_and_the_campaign(written):
    header, created, *_ = table(written(), "glance")
    assert header == [
        "Chiffre",
        "le 4\u00a0mars\u00a02024",
        "moyenne sur 7\u00a0jours",
        "même jour, un an avant",
        "depuis le 1er\u00a0septembre",
        "à la même date, un an avant",
    ]
    assert created == ["Inscriptions : créées", "900", "900.0", "600", "167400", "111600"]


def test_a_month_is_summed_and_stands_beside_that_of_the_year_before(written):
    _, created, *_ = table(written(date(2024, 2, 1), period="month"), "glance")
    assert created == ["Inscriptions : créées", "26100", "900.0", "16800", "163800", "109200"]


def test_curves_have_every_day_in_their_file(written):
    header, first, *_, last = table(written(), "course_inscription")
    assert header[:3] == ["day", "campaign_day", "created"]
    assert first[:3] == ["2021-09-01", "1", "300"]
    assert last[:3] == ["2024-03-04", "186", "167400"]


def test_masked_numbers_say_so_and_why(written):
    assert table(written(), "region_month")[1:] == [
        ["Bretagne", "", "", "", "3104"],
        ["Corse", "", "", "", ""],
        ["Île-de-France", "", "", "", "4105"],
    ]
    assert table(written(), "masked")[1:] == [
        ["Genre, février 2024, dernier mois clos", "2", "0", "0"],
        ["Tranche d’âge, février 2024, dernier mois clos", "1", "2", "0"],
        ["Région, février 2024, dernier mois clos", "2", "0", "1"],
    ]
    assert "masqué" in page_text(written())


def test_revisions_are_listed(written):
    assert table(written(), "revised")[1:] == [
        ["février 2024", "mois", "2023-11-01", "Inscriptions", "Créées", "1"]
    ]


def test_the_public_edition_holds_no_number_that_is_not_published(written, shared_warehouse_url):
    published = {
        int(value)
        for (value,) in rows(
            shared_warehouse_url,
            "SELECT value FROM published.flow UNION SELECT cumulated FROM published.flow "
            "UNION SELECT value FROM published.breakdown",
        )
        if value is not None
    }
    shown = numbers("\n".join(Texts(page_text(written())).texts))
    assert shown - published - YEARS == set()
    assert len(shown & published) > 100


def test_the_restricted_edition_adds_what_is_not_published(written):
    public, restricted = (written(edition=name) for name in ("public", "restricted"))
    assert SECRET not in numbers(page_text(public))
    assert SECRET in numbers(page_text(restricted))
    assert table(restricted, "objectives_region")[1:] == [["Bretagne", "5", "77777", "0 %"]]


def test_the_restricted_edition_says_how_sound_the_histories_are(written):
    assert table(written(edition="restricted"), "soundness")[1:] == [
        ["Jeunes", "Historiques sans rupture", "30", "40", "75 %"]
    ]


def test_the_restricted_edition_is_marked_and_lies_apart(written):
    public, restricted = (written(edition=name) for name in ("public", "restricted"))
    mark = "Édition restreinte"
    assert page_text(restricted).count(mark) == 3
    assert mark not in page_text(public)
    folder = restricted.page.parents[1]
    assert (folder.name, public.page.parents[1].name) == ("restricted", "public")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert restricted.page.stat().st_mode & 0o777 == 0o600
    assert restricted.document.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("edition", ["public", "restricted"])
def test_the_document_holds_the_numbers_of_the_page(written, edition):
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed: apt-get install poppler-utils")
    report = written(edition=edition)
    command = ["pdftotext", "-layout", str(report.document), "-"]
    document = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    page = numbers("\n".join(Texts(page_text(report)).texts))
    assert page - numbers(document) == set()


def test_a_page_asks_nobody_for_anything_and_needs_no_script(written):
    page = page_text(written())
    assert set(re.findall(r'(?:src|href)="(\w+:)', page)) == {"data:"}
    assert "<script" not in page
    assert "url(http" not in page
    assert len(page) < 1_500_000


def test_english_definitions_are_those_of_the_catalogue(written):
    page = page_text(written(language="en"))
    described = {d.definition for d in definitions() if d.figure in ("created", "validated")}
    assert all(f"{text[0].upper()}{text[1:]}." in page for text in described)
    assert '<html lang="en">' in page
    assert "167,400" in page


def test_the_same_report_is_the_same_files(written, shared_warehouse_url, tmp_path):
    with connect(shared_warehouse_url) as connection:
        again = write_report(connection, Request(DAY), tmp_path)
    assert again.page.read_bytes() == written().page.read_bytes()
    assert again.document.read_bytes() == written().document.read_bytes()


def test_a_day_that_is_not_published_is_refused(written):
    with pytest.raises(QuestionError, match=r"2024-03-05 is not published whole: run `snu-analy"):
        written(date(2024, 3, 5))
