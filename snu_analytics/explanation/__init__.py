"""One event, from the row that holds it back to the patch behind it.

Reads source and warehouse through what it is given, rebuilds by the same code as the steps, and
tells nothing that the warehouse may not hold.
"""

from snu_analytics.explanation.explain import (
    RECORDED,
    Carried,
    Explanation,
    ExplanationError,
    Operation,
    explain,
)

__all__ = ["RECORDED", "Carried", "Explanation", "ExplanationError", "Operation", "explain"]
