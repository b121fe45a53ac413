"""The units of deploy/systemd are what systemd takes, hardened, and hold no secret."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "deploy" / "systemd"
SERVICES = sorted(FOLDER.glob("*.service"))


@pytest.fixture
def units(tmp_path) -> list[Path]:
    """The units as they lie on a machine whose programs are those of this environment."""
    programs = str(Path(sys.executable).parent)
    for file in [*SERVICES, *FOLDER.glob("*.timer")]:
        text = file.read_text(encoding="utf-8").replace("/opt/snu-analytics/.venv/bin", programs)
        text = re.sub(r"(?m)^(User|Group)=.*$", r"\1=root", text)
        (tmp_path / file.name).write_text(text, encoding="utf-8")
    return sorted(tmp_path.iterdir())


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not on PATH")
def test_systemd_takes_every_unit(units):
    done = subprocess.run(
        ["systemd-analyze", "verify", *map(str, units)], capture_output=True, text=True
    )
    ours = [line for line in done.stderr.splitlines() if "snu-analytics" in line]
    assert (ours, done.returncode) == ([], 0)


@pytest.mark.parametrize("file", SERVICES, ids=lambda file: file.stem)
def test_a_service_gains_no_right_and_writes_nowhere_else(file):
    lines = set(file.read_text(encoding="utf-8").splitlines())
    assert {
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "ProtectHome=yes",
        "CapabilityBoundingSet=",
        "UMask=0077",
    } <= lines


@pytest.mark.parametrize("file", SERVICES, ids=lambda file: file.stem)
def test_a_service_that_stays_is_started_again_and_given_time_to_end(file):
    text = file.read_text(encoding="utf-8")
    if "Type=oneshot" not in text:
        assert "Restart=always" in text
        assert "TimeoutStopSec=" in text


def test_no_secret_stands_in_the_environment():
    names = {
        line.split("=")[0]
        for line in (FOLDER / "snu-analytics.env").read_text(encoding="utf-8").splitlines()
        if "=" in line and not line.startswith("#")
    }
    assert names.isdisjoint({"SNU_PSEUDONYM_KEY", "SNU_SOURCE_URL", "SNU_ALERT_URLS"})
    assert ":secret@" not in "".join(file.read_text(encoding="utf-8") for file in SERVICES)
