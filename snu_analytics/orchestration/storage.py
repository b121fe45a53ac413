"""Dagster's storage of runs and events in PostgreSQL, in batches and over connections kept open.

Every process that records anything makes it from `dagster.yaml`: commands, the daemon, the UI and
the runs that these start. dagster-postgres by itself opens a connection per event, a third of what
a run costs Dagster, and writes events one by one, 3 ms each.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeVar

import dagster as dg
from dagster_postgres import PostgresEventLogStorage, PostgresRunStorage
from dagster_postgres.utils import pg_url_from_config
from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from snu_analytics.errors import WarehouseUnavailable
from snu_analytics.orchestration.dagster_internals import (
    AssetCheckExecutionsTable,
    ConfigurableClassData,
    JobFailureData,
    SerializableErrorInfo,
    SqlEventLogStorageTable,
    StepFailureData,
)

_Storage = TypeVar("_Storage", bound=PostgresRunStorage | PostgresEventLogStorage)

_FAILED = dg.DagsterEventType.RUN_FAILURE
_PLANNED = dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED


# Materialisations of a run that are written at once.
_EVENT_BATCH = "200"

_KEPT_OPEN: dict[str, int] = {
    "statement_timeout": 60_000,  # ms
    "pool_recycle": 3_600,  # s
    "max_overflow": 5,
}


@contextmanager
def _sentence_when_lost(connection: AbstractContextManager[Connection]) -> Iterator[Connection]:
    """The connection; where PostgreSQL is lost one sentence: SQLAlchemy's quotes all parameters.

    Raises WarehouseUnavailable, which Dagster prints wherever it cannot note an event.
    """
    try:
        with connection as opened:
            yield opened
    except (OperationalError, InterfaceError):
        raise WarehouseUnavailable(
            "Dagster's storage (SNU_DAGSTER_URL) was lost: every day holds its former rows or its "
            "new ones, whole. Run the same again"
        ) from None


def _pooled(
    storage: type[_Storage], inst_data: ConfigurableClassData | None, config: Mapping[str, Any]
) -> _Storage:
    """The storage of a configuration, its connections kept open."""
    made = storage(
        postgres_url=pg_url_from_config(config),
        should_autocreate_tables=config.get("should_autocreate_tables", True),
        inst_data=inst_data,
    )
    made.optimize_for_webserver(**_KEPT_OPEN)
    return made


class PooledRunStorage(PostgresRunStorage):
    """PostgresRunStorage over connections that are kept open."""

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "PooledRunStorage":
        return _pooled(cls, inst_data, config_value)

    def connect(self) -> AbstractContextManager[Connection]:
        return _sentence_when_lost(super().connect())


class BatchingEventLogStorage(PostgresEventLogStorage):
    """PostgresEventLogStorage in batches, planned materialisations too; of faults no stacks."""

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "BatchingEventLogStorage":
        os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", _EVENT_BATCH)
        return _pooled(cls, inst_data, config_value)

    def _connect(self) -> AbstractContextManager[Connection]:
        return _sentence_when_lost(super()._connect())

    def store_event(self, event: dg.EventLogEntry) -> None:
        super().store_event(_without_stack(event))
        self._forget_checks_not_run([event])

    def store_event_batch(self, events: Sequence[dg.EventLogEntry]) -> None:
        events = [_without_stack(event) for event in events]
        planned = [event for event in events if event.dagster_event_type == _PLANNED]
        others = [event for event in events if event.dagster_event_type != _PLANNED]
        if planned:
            self._store_planned(planned)
        if len(others) == 1:
            self.store_event(others[0])
        elif others:
            super().store_event_batch(others)
            self._forget_checks_not_run(others)

    def _forget_checks_not_run(self, events: Sequence[dg.EventLogEntry]) -> None:
        """Take back the planned checks of runs that failed; Dagster shows them as failed checks."""
        failed = [event.run_id for event in events if event.dagster_event_type == _FAILED]
        if failed:
            checks = AssetCheckExecutionsTable
            with self.index_connection() as connection:
                connection.execute(
                    checks.delete().where(
                        checks.c.run_id.in_(failed), checks.c.execution_status == "PLANNED"
                    )
                )

    def _store_planned(self, events: Sequence[dg.EventLogEntry]) -> None:
        insert = self.prepare_insert_event_batch(events)
        with self._connect() as connection:
            rows = connection.execute(insert.returning(SqlEventLogStorageTable.c.id)).fetchall()
        ids = [row_id for (row_id,) in rows]
        last = {
            event.get_dagster_event().asset_key: (event, row_id)
            for event, row_id in zip(events, ids, strict=True)
        }
        with self.index_transaction() as connection:
            self._store_asset_event_tags(connection, events, ids)
            for event, row_id in last.values():
                self._store_asset_event(connection, event, row_id)


def _without_stack(entry: dg.EventLogEntry) -> dg.EventLogEntry:
    """The entry; where a step failed for a reason in a sentence (`as_dagster_failure`) no stack.

    The stack is Dagster's own, 40 lines between whoever reads the run's page and that sentence.
    """
    event = entry.dagster_event
    return entry._replace(dagster_event=_stripped(event)) if event else entry


def _stripped(event: dg.DagsterEvent) -> dg.DagsterEvent:
    """The event of a step that failed, or of its run, without the stack."""
    data = event.event_specific_data
    if isinstance(data, StepFailureData) and data.user_failure_data:
        data = data._replace(error=_sentence(data.error))
    elif isinstance(data, JobFailureData) and data.first_step_failure_event:
        first = _stripped(data.first_step_failure_event)
        error = _sentence(data.error) if first.step_failure_data.user_failure_data else data.error
        data = data._replace(first_step_failure_event=first, error=error)
    else:
        return event
    return event._replace(event_specific_data=data)


def _sentence(error: SerializableErrorInfo | None) -> SerializableErrorInfo | None:
    return error and error._replace(stack=[], cause=None, context=None)
