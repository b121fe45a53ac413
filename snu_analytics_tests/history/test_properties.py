"""Whatever is written by saves is rebuilt: operations forwards, states back."""

from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from snu_analytics.simulation.recorder import UNSET, differences
from snu_analytics.source.json_text import json_text
from snu_analytics_tests.fixtures.histories import REF, document, patch, states

FIELDS = ("status", "gender", "statusPhase2Contract", "domains", "withdrawnReason")
TEXTS = st.sampled_from(["DRAFT", "SENT", "VALIDATED"])
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "status": st.sampled_from(["IN_PROGRESS", "WAITING_VALIDATION", "VALIDATED", "REFUSED"]),
    "gender": st.sampled_from([UNSET, None, "", "male", "female"]),
    "statusPhase2Contract": st.one_of(st.just(UNSET), st.lists(TEXTS, max_size=4)),
    "domains": st.lists(st.sampled_from(["SPORT", "HEALTH"]), max_size=3),
    "withdrawnReason": st.sampled_from([UNSET, "other", "no_interest"]),
}
STATES = st.fixed_dictionaries(VALUES)


def saved(history: list[dict[str, Any]]) -> list[dict]:
    """The patches of saves that went from nothing through these states, those of no change too."""
    patches: list[dict] = []
    before: dict[str, Any] = {}
    for day, after in enumerate(history):
        moment = datetime(2024, 3, 1, 10) + timedelta(days=day)
        patches.append(patch(moment.isoformat(), *differences(before, held(after))))
        before = held(after)
    return patches


def held(state: dict[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in state.items() if value is not UNSET}


def texts(state: dict[str, Any]) -> tuple:
    return tuple("" if state[f] is UNSET else json_text(state[f]) for f in FIELDS)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=st.lists(STATES, min_size=1, max_size=7), lost=st.integers(0, 6))
def test_saves_are_rebuilt_also_without_the_first_of_them(history, lost):
    patches = saved(history)[lost:]
    if not patches:
        return
    with TemporaryDirectory() as folder:
        values = states(Path(folder), [document(REF, **held(history[-1]))], patches, *FIELDS)
    assert values == [texts(state) for state in history[lost:]]
