"""Charts within metadata."""

import base64

import pandas as pd

from snu_analytics.orchestration.charts import line_chart

DAYS = pd.DataFrame(
    {
        "day": [f"2024-03-{n % 30 + 1:02}" for n in range(300)],
        "status": [f"STATUS_{n // 30}" for n in range(300)],
        "closing": [n % 30 * (n // 30) for n in range(300)],
    }
)


def test_a_chart_is_a_small_png_within_the_text():
    text = str(line_chart(DAYS, "closing", "status", "Stock by status").value)
    assert text.startswith("![Stock by status](data:image/png;base64,")
    png = base64.b64decode(text.partition("base64,")[2].removesuffix(")"))
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert png.endswith(b"IEND\xaeB`\x82")
    assert len(png) < 40_000
