"""A report as one HTML page: its pictures and data within, no script, no request to anywhere."""

from base64 import b64encode
from functools import cache
from importlib.resources import files
from itertools import count

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from snu_analytics.reports.blocks import Chart, Report, Table
from snu_analytics.reports.csv_files import csv_text
from snu_analytics.reports.drawing import svg
from snu_analytics.reports.language import words


def html(report: Report) -> str:
    """The page, the same for the same report."""
    own = words(report.language)
    numbers = count(1)

    def picture(chart: Chart) -> Markup:
        return Markup(svg(chart, next(numbers), own))  # noqa: S704  # its texts are escaped there

    return _template().render(report=report, words=own, picture=picture, data=_data)


def _data(table: Table) -> str:
    """The CSV of a table as an address of itself, which a page keeps when it is sent on."""
    return f"data:text/csv;charset=utf-8;base64,{b64encode(csv_text(table).encode()).decode()}"


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True, lstrip_blocks=True, trim_blocks=True, undefined=StrictUndefined
    )
    environment.filters["kind"] = lambda block: type(block).__name__
    environment.filters["numeric"] = lambda value: isinstance(value, int | float) or value is None
    folder = files(__package__)
    css = (folder / "style.css").read_text(encoding="utf-8")
    environment.globals["css"] = Markup(css)  # noqa: S704  # a file of this package
    return environment.from_string((folder / "report.html.jinja").read_text(encoding="utf-8"))
