"""The run launcher of dagster.yaml: Dagster's default one, that notices a dead process.

Named by the instance file. Without it the run monitoring cannot look at runs: killed, or with the
machine restarted under it, one stood as started for `max_runtime_seconds`, and held its places in
the pools, so that two of them stopped all others.
"""

import dagster as dg

from snu_analytics.orchestration.dagster_internals import CheckRunHealthResult, WorkerStatus
from snu_analytics.orchestration.processes import is_gone


class WatchfulRunLauncher(dg.DefaultRunLauncher):
    """DefaultRunLauncher that tells the run monitoring whether a run's process lives."""

    @property
    def supports_check_run_worker_health(self) -> bool:
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        if is_gone(run, self._instance):
            return CheckRunHealthResult(WorkerStatus.FAILED, "the process of the run is gone")
        return CheckRunHealthResult(WorkerStatus.RUNNING)
