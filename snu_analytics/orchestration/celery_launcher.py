"""The run launcher of deploy/celery/dagster.yaml: dagster-celery's own, that notices a dead worker.

Needs the extra `celery`. Named by the instance file, imported by nothing else but `celery_app`.
"""

import dagster as dg
from dagster_celery.launcher import CeleryRunLauncher
from dagster_celery.tags import DAGSTER_CELERY_TASK_ID_TAG

from snu_analytics.orchestration.dagster_internals import CheckRunHealthResult, WorkerStatus
from snu_analytics.orchestration.processes import is_gone

# How long a worker has to say that it lives (seconds), and how often it is asked. Its main process
# answers in milliseconds while a process of its pool computes.
_PATIENCE = 10
_ATTEMPTS = 2


class WatchfulCeleryRunLauncher(CeleryRunLauncher):
    """CeleryRunLauncher, but for runs whose worker was killed.

    Celery tells such a task as STARTED for ever: nobody is left to tell otherwise. So the worker
    that started it is asked; where it does not answer the run counts as failed, the run monitoring
    says so, and the daemon repeats the run elsewhere.
    """

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        if DAGSTER_CELERY_TASK_ID_TAG not in run.tags:  # by hand, on this machine or another
            gone = is_gone(run, self._instance)
            return CheckRunHealthResult(WorkerStatus.FAILED if gone else WorkerStatus.RUNNING)
        health = super().check_run_worker_health(run)
        if health.status != WorkerStatus.RUNNING:
            return health
        worker = self._worker_of(run)
        if worker and not any(self._answers(worker) for _ in range(_ATTEMPTS)):
            return CheckRunHealthResult(
                WorkerStatus.FAILED, f"the Celery worker {worker} does not answer"
            )
        return health

    def _worker_of(self, run: dg.DagsterRun) -> str | None:
        """The name of the worker that started the run's task; None once the task has ended."""
        started = self.celery.AsyncResult(run.tags[DAGSTER_CELERY_TASK_ID_TAG]).info
        return started.get("hostname") if isinstance(started, dict) else None

    def _answers(self, worker: str) -> bool:
        inspect = self.celery.control.inspect([worker], timeout=_PATIENCE, limit=1)
        return bool(inspect.ping())
