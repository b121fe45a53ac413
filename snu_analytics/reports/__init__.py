"""Pages and documents made of answers: a list of blocks, and a renderer each for HTML and PDF.

The public edition reads `published` alone, in the role of a reader; the restricted one adds what
stands in `analytics`. Holds no SQL: `questions` answers. Knows nothing of Dagster.
"""

from snu_analytics.reports.files import WrittenReport, write_report
from snu_analytics.reports.model import (
    EDITIONS,
    LANGUAGES,
    PERIODS,
    Edition,
    Language,
    PeriodName,
    Request,
)

__all__ = [
    "EDITIONS",
    "LANGUAGES",
    "PERIODS",
    "Edition",
    "Language",
    "PeriodName",
    "Request",
    "WrittenReport",
    "write_report",
]
