"""Charts within metadata."""

import base64
from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest

from snu_analytics.orchestration.charts import (
    STATUS_COLOURS,
    band_chart,
    course_chart,
    flow_chart,
    objective_chart,
    stock_chart,
)

DAYS = [f"2024-03-{n + 1:02}" for n in range(30)]
FLOWS = pd.DataFrame(
    [
        {"day": day, "figure": figure, "mean_7": n * 1.5, "mean_7_before": None if n < 3 else n}
        for figure in ("created", "validated")
        for n, day in enumerate(DAYS)
    ]
)
STOCKS = pd.DataFrame(
    [
        {"day": day, "status": status, "closing": n}
        for status in ("VALIDATED", "REFUSED", "SOMETHING_NEW")
        for n, day in enumerate(DAYS)
    ]
)
OBJECTIVES = pd.DataFrame(
    {"cohort": ["Juillet 2024", None], "achieved": [7, 2], "objective": [9, None]}
)
BANDS = pd.DataFrame(
    {
        "region": ["France", "Bretagne", "Corse"],
        "projected": [100.0, 40.0, None],
        "low80": [90.0, 30.0, None],
        "high80": [110.0, 50.0, None],
        "objective": [120.0, 45.0, 5.0],
    }
)
COURSE = pd.DataFrame(
    {
        "as_of": [date(2022, 10, 1), date(2022, 10, 2), date(2023, 10, 1), date(2023, 10, 2)],
        "campaign": [2023, 2023, 2024, 2024],
        "horizon_day": [1, 2, 1, 2],
        "achieved": [1.0, 3.0, 2.0, 5.0],
        "objective": [None, None, 120.0, 120.0],
        "projected": [None, None, None, 100.0],
        "low80": [None, None, None, 90.0],
        "high80": [None, None, None, 110.0],
    }
)


@pytest.mark.parametrize(
    ("chart", "arguments"),
    [
        (flow_chart, (FLOWS, ("created", "validated"))),
        (stock_chart, (STOCKS,)),
        (objective_chart, (OBJECTIVES,)),
        (band_chart, (BANDS,)),
        (course_chart, (COURSE,)),
        (course_chart, (COURSE.head(2),)),
    ],
)
def test_a_chart_is_a_small_png_within_the_text(chart: Callable, arguments: tuple[Any, ...]):
    text = str(chart(*arguments, "Stock by status").value)
    assert text.startswith("![Stock by status](data:image/png;base64,")
    png = base64.b64decode(text.partition("base64,")[2].removesuffix(")"))
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert png.endswith(b"IEND\xaeB`\x82")
    assert len(png) < 40_000


def test_a_status_has_a_colour_that_no_other_of_its_entity_has():
    young = {name: colour for name, colour in STATUS_COLOURS.items() if name != "ABANDON"}
    assert len(set(young.values())) == len(young)
