"""Named questions to the tables: a view each, and the counting over a period that answers it.

A question is a file of `sql/`: YAML in its leading comments, then the SELECT of its view. A further
one is a further file. Knows the names of the tables; neither the warehouse's code nor Dagster:
`ask` is given a connection.
"""

from snu_analytics.questions.answer import answer_query, ask, require_rows
from snu_analytics.questions.load import (
    find_question,
    load_questions,
    question_views,
    read_questions,
)
from snu_analytics.questions.model import PERIODS, Question, hint
from snu_analytics.questions.published_tables import (
    as_reader,
    cells,
    course_of_totals,
    last_closed_campaign,
    last_closed_month,
    last_published_day,
    require_published,
    revisions,
)

__all__ = [
    "PERIODS",
    "Question",
    "answer_query",
    "as_reader",
    "ask",
    "cells",
    "course_of_totals",
    "find_question",
    "hint",
    "last_closed_campaign",
    "last_closed_month",
    "last_published_day",
    "load_questions",
    "question_views",
    "read_questions",
    "require_published",
    "require_rows",
    "revisions",
]
