"""The Celery application of the workers: `celery -A snu_analytics.orchestration.celery_app worker`.

Broker, result backend and queue are those of the instance file, told once for daemon and workers.
"""

import dagster as dg
from celery import Celery
from dagster_celery.tasks import create_execute_job_task, create_resume_job_task

from snu_analytics.errors import SettingsError
from snu_analytics.orchestration.celery_launcher import WatchfulCeleryRunLauncher


def _application() -> Celery:
    """The run launcher's application with its tasks; raises SettingsError for another launcher."""
    with dg.DagsterInstance.get() as instance:
        launcher = instance.run_launcher
    if not isinstance(launcher, WatchfulCeleryRunLauncher):
        raise SettingsError(
            "the dagster.yaml of DAGSTER_HOME names no Celery run launcher: set DAGSTER_HOME to a "
            "folder that holds deploy/celery/dagster.yaml"
        )
    create_execute_job_task(launcher.celery)
    create_resume_job_task(launcher.celery)
    return launcher.celery


app = _application()
