"""What an entity's pool may be told by."""

import pytest
from pydantic import ValidationError

from snu_analytics.catalogue import Entity, load_catalogue

YOUNG = load_catalogue().entities["young"]


def with_pool(**pool: str) -> Entity:
    return Entity.model_validate(YOUNG.model_dump(mode="json", by_alias=True) | {"pool": pool})


def test_a_pool_uses_fields_that_are_kept():
    assert with_pool(status="status", cohort="cohort").pool == {
        "status": "status",
        "cohort": "cohort",
    }
    with pytest.raises(ValidationError, match=r"the pool uses \['firstName'\], which are not"):
        with_pool(status="status", source="firstName")


def test_a_pool_tells_the_status():
    with pytest.raises(ValidationError, match="the pool lacks status"):
        with_pool(cohort="cohort")


def test_a_pool_has_no_other_parts():
    with pytest.raises(ValidationError, match="age"):
        with_pool(status="status", age="status")
