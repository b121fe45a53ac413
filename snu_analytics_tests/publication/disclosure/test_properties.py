"""Whatever the counts are: small random cubes."""

import polars as pl
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from snu_analytics_tests.publication.disclosure.attacker import Attacker
from snu_analytics_tests.publication.disclosure.world import (
    APRIL,
    CATEGORIES,
    KINDS,
    REGIONS,
    closing,
)

COUNTS = st.lists(
    st.tuples(
        *(st.sampled_from(CATEGORIES[g]) for g in ("gender", "age_group", "department", "cohort")),
        st.sampled_from(list(KINDS)),
        st.integers(1, 40),
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=15, deadline=None, phases=[Phase.generate])
@given(counts=COUNTS)
def test_no_masked_cell_is_recovered(counts):
    names = ["gender", "age_group", "department", "cohort", "figures", "value"]
    fine = pl.DataFrame(counts, names, orient="row").with_columns(
        pl.lit(APRIL.first).alias("day"),
        pl.col("department").replace_strict(REGIONS).alias("region"),
    )
    tables = [("gender",), ("region",), ("department",), ("gender", "region")]
    month = closing(fine, tables=tables, threshold=4).cells
    assert Attacker([([0], month)], threshold=4, knows_rules=True).recovered() == {}
