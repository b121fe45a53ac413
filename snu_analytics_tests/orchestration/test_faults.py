"""What Dagster shows of a fault, and which faults are worth another try."""

import dagster as dg
import pytest

from snu_analytics.errors import (
    SourceError,
    SourceUnavailable,
    StagingError,
    WarehouseError,
    WarehouseUnavailable,
)
from snu_analytics.orchestration.faults import as_dagster_failure


def failure_of(fault: Exception) -> dg.Failure:
    with pytest.raises(dg.Failure) as raised, as_dagster_failure():
        raise fault
    return raised.value


@pytest.mark.parametrize("kind", [SourceUnavailable, WarehouseUnavailable])
def test_a_network_fault_is_retried(kind):
    failure = failure_of(kind("it does not answer"))
    assert (failure.description, failure.allow_retries) == ("it does not answer", True)


@pytest.mark.parametrize("kind", [SourceError, StagingError, WarehouseError])
def test_any_other_known_fault_is_shown_and_not_retried(kind):
    failure = failure_of(kind("mend this"))
    assert (failure.description, failure.allow_retries) == ("mend this", False)


def test_an_unforeseen_fault_shows_its_kind_and_place_but_not_its_words():
    failure = failure_of(ValueError("Léa Martin, 0612345678"))
    assert failure.allow_retries is False
    assert "unforeseen ValueError at failure_of" in (failure.description or "")
    assert "Martin" not in str(failure.description)
