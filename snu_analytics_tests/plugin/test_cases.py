"""Each case that the plugin wrote is named after the one test that reads it."""

import re
from pathlib import Path

from snu_analytics_tests.plugin.history import CASES


def test_every_case_has_a_test():
    files = sorted(set(Path(__file__).parent.glob("test_*.py")) - {Path(__file__)})
    names = [
        name for file in files for name in re.findall(r"^def test_(\w+)", file.read_text(), re.M)
    ]
    assert sorted(names) == sorted(case.name for case in CASES.iterdir())
