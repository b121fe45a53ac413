"""One event, from the row that holds it back to the patch behind it.

Reads source and warehouse through what it is given, rebuilds by the same code as the steps, and
shows nothing that the warehouse may not hold.
"""

from snu_analytics.explanation.contradictions import instant
from snu_analytics.explanation.explain import (
    RECORDED,
    Carried,
    Explanation,
    ExplanationError,
    Operation,
    explain,
)
from snu_analytics.explanation.values import NOTHING, shown

__all__ = [
    "NOTHING",
    "RECORDED",
    "Carried",
    "Explanation",
    "ExplanationError",
    "Operation",
    "explain",
    "instant",
    "shown",
]
