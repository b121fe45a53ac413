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

__all__ = [
    "PERIODS",
    "Question",
    "answer_query",
    "ask",
    "find_question",
    "hint",
    "load_questions",
    "question_views",
    "read_questions",
    "require_rows",
]
