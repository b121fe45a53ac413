from snu_analytics.privacy import MEANINGS, meaning
from snu_analytics.privacy.risk_measures import bands


def test_every_band_of_sizes_is_explained():
    assert {f"{of}_of_{band}" for of in ("classes", "rows_in_classes") for band in bands()} <= set(
        MEANINGS
    )


def test_a_measure_is_explained_for_its_unit():
    assert meaning("unique_share", "person") == "share of persons alone in their group"
    assert meaning("unique_share", "event") == "share of event rows alone in their group"
