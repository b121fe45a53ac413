"""Whether the process of a run still lives, on this machine."""

import json
import re
import socket

import dagster as dg
import psutil

from snu_analytics.orchestration.dagster_internals import GRPC_INFO_TAG

# The tag that names the process of a run by hand: its host, id and start.
PROCESS = "snu/process"

_STARTED = re.compile(r"Started process for run \(pid: (\d+)\)")
_TOLERANCE_SECONDS = 1


def this_process() -> str:
    """Host, id and start (seconds since 1970) of this process, as the tag PROCESS has them."""
    process = psutil.Process()
    return f"{socket.gethostname()} {process.pid} {process.create_time():.0f}"


def is_gone(run: dg.DagsterRun, instance: dg.DagsterInstance) -> bool:
    """Whether the process of a run was one of this machine, and lives no more.

    Of a run by hand the tag PROCESS tells it, of one that a code server started (Dagster's default
    launcher) the event with the process's id: after a restart of the machine another process may
    have that id, which began later.
    """
    if PROCESS in run.tags:
        host, process_id, began = run.tags[PROCESS].split()
        return host == socket.gethostname() and not _lives(int(process_id), float(began))
    if json.loads(run.tags.get(GRPC_INFO_TAG, "{}")).get("host") != "localhost":
        return False
    for entry in instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ENGINE_EVENT):
        if started := _STARTED.search(entry.user_message or entry.message):
            return not _lives(int(started[1]), entry.timestamp)
    return False


def _lives(process_id: int, latest_start: float) -> bool:
    """Whether a process with that id lives that began by an instant (seconds since 1970)."""
    try:
        process = psutil.Process(process_id)
        return (
            process.status() != psutil.STATUS_ZOMBIE
            and process.create_time() <= latest_start + _TOLERANCE_SECONDS
        )
    except psutil.NoSuchProcess:
        return False
