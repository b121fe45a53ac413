"""The dashboard asks for gauges that the command `metrics` prints, and no others."""

import json
import re
from pathlib import Path

FOLDER = Path(__file__).parents[2]
DASHBOARD = json.loads((FOLDER / "deploy/grafana/snu-analytics.json").read_text(encoding="utf-8"))
METRICS = (FOLDER / "snu_analytics/monitoring/metrics.py").read_text(encoding="utf-8")


def test_every_panel_asks_for_gauges_that_are_printed():
    asked = {
        name
        for panel in DASHBOARD["panels"]
        for target in panel["targets"]
        for name in re.findall(r"snu_\w+", target["expr"])
    }
    printed = {f"snu_{name}" for name in re.findall(r'"(\w+)"', METRICS)}
    assert asked - printed == set()
    assert len(asked) == 12


def test_no_panel_lies_on_another():
    places = [panel["gridPos"] for panel in DASHBOARD["panels"]]
    cells = [
        (x, y)
        for place in places
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells))
