"""Every asset refuses a day whose upstream was never loaded, with a sentence that names it."""

import re

import dagster as dg
import pytest

DAY = "2024-03-01"

# What has no asset above it reads the source, or all tables as they stand.
FIRST_OF_ALL = ("raw_patches", "audit", "risk", "watch", "night")


def fault(asset: dg.AssetsDefinition, defs: dg.Definitions, instance: dg.DagsterInstance) -> str:
    """What the asset says when it is run alone for a day of which nothing was loaded."""
    result = dg.materialize(
        [asset],
        instance=instance,
        partition_key=DAY,
        resources=defs.resources,
        raise_on_error=False,
        run_config={
            "execution": {"config": {"retries": {"disabled": {}}}},
            "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
        },
    )
    failures = [
        event.step_failure_data.user_failure_data
        for event in result.all_events
        if event.is_step_failure
    ]
    return str(failures[0] and failures[0].description) if failures else "nothing is refused"


@pytest.fixture
def dependent(definitions, settings):
    defs = definitions(settings.source_url)
    assets = [a for a in defs.assets if not {*a.key.path} & {*FIRST_OF_ALL}]
    with dg.DagsterInstance.ephemeral() as instance:
        return {asset.key.to_user_string(): fault(asset, defs, instance) for asset in assets}


def test_a_day_whose_upstream_is_missing_is_refused_by_every_asset(dependent):
    assert len(dependent) == 26
    refusal = f"{DAY}.*(materialise \\w+/\\w+|run `snu-analytics publish) .*first"
    assert {key: f for key, f in dependent.items() if not re.search(refusal, f)} == {}
