"""Columns of a former version, on a warehouse that holds rows."""

from snu_analytics.catalogue import load_catalogue
from snu_analytics_tests.fixtures.postgres import execute
from snu_analytics_tests.fixtures.warehouse import migrate
from snu_analytics_tests.warehouse.lines import rows


def test_the_day_of_a_projection_is_renamed_and_its_rows_stay(warehouse_url):
    execute(
        warehouse_url,
        "INSERT INTO analytics.projection (as_of, campaign, region, horizon_day, achieved, "
        "withheld) VALUES ('2024-03-01', 2024, 'France', 153, 1200, false)",
    )
    execute(
        warehouse_url, "ALTER TABLE analytics.projection RENAME COLUMN horizon_day TO campaign_day"
    )

    assert [change.sentence for change in migrate(warehouse_url, load_catalogue())] == [
        "column analytics.projection.campaign_day is renamed horizon_day, its rows stay"
    ]
    stored = "SELECT as_of::text, horizon_day, achieved FROM analytics.projection"
    assert rows(warehouse_url, stored) == [("2024-03-01", 153, 1200)]
    assert migrate(warehouse_url, load_catalogue()) == []


def test_dimensions_once_joined_by_a_sign_of_no_keyboard_are_joined_by_commas(warehouse_url):
    execute(
        warehouse_url,
        "INSERT INTO published.breakdown (kind, period, phase, figure, breakdown, gender, region, "
        "value, masked) VALUES ('month', '2024-03-01', 'inscription', 'created', "
        "'gender × region', 'female', 'Bretagne', 40, false)",
    )
    assert [change.sentence for change in migrate(warehouse_url, load_catalogue())] == [
        "dimensions in published.breakdown.breakdown are joined by a comma, the rows stay"
    ]
    assert rows(warehouse_url, "SELECT breakdown, value FROM published.breakdown") == [
        ("gender,region", 40)
    ]
    assert migrate(warehouse_url, load_catalogue()) == []
