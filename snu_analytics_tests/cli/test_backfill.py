"""`snu-analytics backfill` as a process with children: what these can see."""

import subprocess
import sys
import time
from contextlib import suppress

import psutil
import pytest

from snu_analytics.cli.backfill import require_reachable
from snu_analytics.errors import SettingsError
from snu_analytics.orchestration.celery_launcher import WatchfulCeleryRunLauncher
from snu_analytics.settings import default_file, ensure_key
from snu_analytics_tests.fixtures.histories import REF, add, document, patch, write_dump

HISTORY = {
    "youngs": [document(REF)],
    "young_patches": [patch("2024-03-01T10:00", add("/status", "IN_PROGRESS"))],
}
COMMAND = [sys.executable, "-m", "snu_analytics"]


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A data folder with a key file; the environment names it and a dump."""
    monkeypatch.setenv("SNU_SOURCE_URL", write_dump(tmp_path / "dump", **HISTORY))
    ensure_key(tmp_path / "home")
    return tmp_path / "home"


def test_no_process_of_a_backfill_has_the_key_of_the_file_in_its_environment(home):
    key = default_file(home).read_text().strip()
    environments: dict[int, str] = {}
    with subprocess.Popen([*COMMAND, "migrate"], stdout=subprocess.DEVNULL) as migration:
        _read(migration, environments)
    days = ["2024-03-01", "2024-04-30"]  # two chunks, each of a process of its own
    with subprocess.Popen([*COMMAND, "backfill", *days], stdout=subprocess.DEVNULL) as command:
        _read(command, environments)
    assert (migration.returncode, command.returncode) == (0, 0)
    # Both commands, the server of each with its keeper, and the two processes of the backfill.
    assert len(environments) >= 8
    assert not [pid for pid, text in environments.items() if key in text]
    assert any("SNU_PSEUDONYM_KEY_FILE" in text for text in environments.values())


def _read(process: subprocess.Popen, environments: dict[int, str]) -> None:
    """Add the environments of the process and all below it, until it ends."""
    while process.poll() is None:
        with suppress(psutil.Error):
            family = psutil.Process(process.pid)
            for member in [family, *family.children(recursive=True)]:
                with suppress(psutil.Error):
                    environments[member.pid] = "\n".join(
                        f"{name}={value}" for name, value in member.environ().items()
                    )
        time.sleep(0.05)


def test_an_embedded_warehouse_is_refused_for_runs_on_other_machines():
    launcher = WatchfulCeleryRunLauncher("dagster", "redis://127.0.0.1/0", "redis://127.0.0.1/0")
    with pytest.raises(SettingsError, match="that only this machine reaches, and"):
        require_reachable("embedded", launcher)
    require_reachable("postgresql://host/database", launcher)
