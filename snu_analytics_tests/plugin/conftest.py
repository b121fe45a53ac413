"""The case that a test is named after."""

from pathlib import Path

import pytest

from snu_analytics_tests.plugin.history import History


@pytest.fixture
def case(request: pytest.FixtureRequest, tmp_path: Path) -> History:
    """The case that the test is named after."""
    return History(request.node.name.removeprefix("test_"), tmp_path)
