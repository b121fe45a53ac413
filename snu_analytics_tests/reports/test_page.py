"""The page in a real browser, at the width of a desk and of a telephone."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from snu_analytics.reports import Request, write_report
from snu_analytics.warehouse import connect
from snu_analytics_tests.reports.literal import DAY, publish

MODULES = Path(__file__).parents[2] / ".tools" / "page"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="module")
def looks(shared_warehouse_url, tmp_path_factory) -> list[dict]:
    """What the browser says of both editions, at each width."""
    if not CHROMIUM or not shutil.which("node"):
        pytest.skip("chromium or node is not installed: apt-get install chromium nodejs")
    if not (MODULES / "node_modules" / "axe-core").exists():
        pytest.skip("puppeteer-core and axe-core are not installed: make page-checks")
    publish(shared_warehouse_url)
    root = tmp_path_factory.mktemp("reports")
    with connect(shared_warehouse_url) as connection:
        requests = (Request(DAY), Request(DAY, "restricted", "en"))
        pages = [str(write_report(connection, request, root).page) for request in requests]
    script = str(Path(__file__).with_name("look.mjs"))
    command = ["node", script, str(MODULES), CHROMIUM, *pages]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def test_axe_core_objects_to_nothing(looks):
    assert [look["axe"] for look in looks] == [[]] * 4


def test_no_text_is_cut_off_or_lies_on_another(looks):
    assert [look["layout"] for look in looks] == [[]] * 4


def test_every_chart_is_there(looks):
    assert [look["charts"] for look in looks] == [16, 16, 18, 18]


def test_nothing_but_the_page_itself_is_asked_for(looks):
    assert [look["asked"] for look in looks] == [1] * 4
