"""On small random tables: every masked cell spans its interval in the whole joint system."""

from hypothesis import given, settings
from hypothesis import strategies as st

from snu_analytics_tests.publication.disclosure.attacker import Attacker
from snu_analytics_tests.publication.disclosure.counts import fine, publish

NAMES = ("gender", "region", "cohort")

_counts = st.lists(
    st.tuples(
        st.sampled_from([1, 2, 9, 30]),
        st.sampled_from(["female", "male"]),
        st.sampled_from(["Normandie", "Bretagne", "Corse"]),
        st.sampled_from(["A", "B"]),
        st.sampled_from([1, 2, 7, 10, 11, 25, 60]),
    ),
    max_size=14,
)


@settings(max_examples=8, deadline=None, derandomize=True)
@given(rows=_counts)
def test_no_masked_cell_can_be_bounded_more_closely_than_its_interval(rows):
    counts = fine(*rows, dimensions=NAMES)
    cells, made = publish(counts, NAMES)
    assert not any(secured.refused or secured.withheld for secured in made.values())
    bounded = sum(secured.bounded for secured in made.values())
    bare, _ = publish(counts, NAMES, secondary=False, threshold=1)
    true = Attacker(bare, NAMES).known
    for cell, (least, greatest) in Attacker(cells, NAMES).intervals().items():
        assert greatest - least >= 10 - 1e-4
        if 1 <= true.get(cell, 0) <= 10 and not bounded:
            assert least <= 1 + 1e-4
            assert greatest >= 10 - 1e-4


@settings(max_examples=8, deadline=None, derandomize=True)
@given(rows=_counts)
def test_publishing_twice_is_publishing_once(rows):
    counts = fine(*rows, dimensions=NAMES)
    first, _ = publish(counts, NAMES)
    second, _ = publish(counts, NAMES, first)
    assert {k: cells.rows() for k, cells in second.items()} == {
        k: cells.rows() for k, cells in first.items()
    }
