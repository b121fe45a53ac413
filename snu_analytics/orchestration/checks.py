"""A check of an asset: its specification and its results, of one definition."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import dagster as dg


@dataclass(frozen=True)
class Check:
    """A check: blocking ones stop what would be built on a wrong partition, others warn."""

    name: str
    description: str
    blocking: bool = False

    def spec(self, asset: dg.AssetKey) -> dg.AssetCheckSpec:
        return dg.AssetCheckSpec(
            self.name, asset=asset, description=self.description, blocking=self.blocking
        )

    def result(
        self, passed: bool, severity: dg.AssetCheckSeverity | None = None, **metadata: Any
    ) -> dg.AssetCheckResult:
        """The result; of severity ERROR for a blocking check and WARN for others, if none is given.

        Of the metadata `days` and `fields` are named in the sentence of a warning.
        """
        usual = dg.AssetCheckSeverity.ERROR if self.blocking else dg.AssetCheckSeverity.WARN
        return dg.AssetCheckResult(
            check_name=self.name, passed=passed, severity=severity or usual, metadata=metadata
        )


def listed(items: Iterable[object]) -> str:
    """The items as a metadata text that `check_warnings` takes apart again; "none" without any."""
    return ", ".join(map(str, items)) or "none"
