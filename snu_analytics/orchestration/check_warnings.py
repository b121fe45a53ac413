"""The checks that failed without stopping a run, as one sentence per asset and check."""

from collections.abc import Iterable
from typing import NamedTuple

import dagster as dg

# More than this is a list that nobody reads; the asset's page has them all.
_LISTED_AT_MOST = 12

# The metadata of a check that names what is at fault, and how the sentence goes on.
_DETAILS = {"days": "failed on", "fields": "failed:"}


class CheckWarning(NamedTuple):
    """A check that did not pass; `details` are the days or fields at fault."""

    asset: str
    check: str
    verb: str = "failed"
    details: tuple[str, ...] = ()


def check_warning(evaluation: dg.AssetCheckEvaluation) -> CheckWarning:
    """The warning of an evaluation that did not pass."""
    asset, check = evaluation.asset_key.to_user_string(), evaluation.check_name
    for name, verb in _DETAILS.items():
        if value := evaluation.metadata.get(name):
            return CheckWarning(asset, check, verb, tuple(str(value.value).split(", ")))
    return CheckWarning(asset, check)


def warning_sentences(warnings: Iterable[CheckWarning]) -> list[str]:
    """A sentence per asset and check, over all that the warnings name."""
    merged: dict[tuple[str, str, str], set[str]] = {}
    for warning in warnings:
        merged.setdefault(warning[:3], set()).update(warning.details)
    return [
        f"{asset}: check {check} {verb}{_enumerated(sorted(details))}"
        for (asset, check, verb), details in sorted(merged.items())
    ]


def _enumerated(details: list[str]) -> str:
    if not details:
        return ""
    more = len(details) - _LISTED_AT_MOST
    listed = ", ".join(details[:_LISTED_AT_MOST])
    return f" {listed} and {more} more" if more > 0 else f" {listed}"
