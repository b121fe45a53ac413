"""The files of deploy/ and the Dockerfile, read by what reads them: nothing is deployed here."""

import os
import shutil
import subprocess
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from dagster._config import process_config
from dagster_k8s import K8sRunLauncher

from snu_analytics.orchestration.celery_launcher import WatchfulCeleryRunLauncher

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
MANIFESTS = sorted(
    {path.name for path in KUBERNETES.glob("*.yaml")}
    - {"dagster.yaml", "workspace.yaml", "kustomization.yaml"}
)
LAUNCHERS: dict[str, Any] = {
    "celery": WatchfulCeleryRunLauncher,
    "kubernetes": K8sRunLauncher,
}

# How runs are launched, watched and counted; all else is as on one machine.
OWN = {"concurrency", "run_coordinator", "run_launcher", "run_monitoring"}


def checked(*command: str) -> str:
    """What a program of `make checks` has to say against a file: nothing."""
    folder = ROOT / ".tools" / "checks" / "bin"
    program = shutil.which(command[0], path=f"{folder}{os.pathsep}{os.environ.get('PATH', '')}")
    if program is None:
        pytest.skip(f"no {command[0]}: `make checks` installs it")
    done = subprocess.run([program, *command[1:]], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def loaded(path: Path) -> dict:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_every_manifest_is_valid_without_a_field_too_many():
    paths = [str(KUBERNETES / name) for name in MANIFESTS]
    assert checked("kubernetes-validate", "--strict", "--quiet", *paths) == ""


def test_every_manifest_is_applied():
    assert sorted(loaded(KUBERNETES / "kustomization.yaml")["resources"]) == MANIFESTS


def test_the_dockerfile_passes_the_linter():
    assert checked("hadolint", str(ROOT / "Dockerfile")) == ""


def test_the_compose_file_is_valid():
    schema = ("--builtin-schema", "vendor.compose-spec")
    assert checked("check-jsonschema", *schema, str(DEPLOY / "compose.yaml")) == ""


@pytest.mark.parametrize("engine", LAUNCHERS)
def test_an_instance_file_differs_in_how_runs_are_launched_alone(engine):
    here, there = loaded(ROOT / "dagster.yaml"), loaded(DEPLOY / engine / "dagster.yaml")
    assert {key: value for key, value in there.items() if key not in OWN} == {
        key: value for key, value in here.items() if key not in OWN
    }


@pytest.mark.parametrize("engine", LAUNCHERS)
def test_the_pools_have_a_place_for_every_run(engine):
    concurrency = loaded(DEPLOY / engine / "dagster.yaml")["concurrency"]
    assert concurrency["pools"]["default_limit"] >= concurrency["runs"]["max_concurrent_runs"]


@pytest.mark.parametrize("engine", LAUNCHERS)
def test_dagster_takes_the_configuration_of_the_launcher(engine, monkeypatch):
    monkeypatch.setenv("SNU_CELERY_URL", "redis://127.0.0.1:6379/0")
    launcher = loaded(DEPLOY / engine / "dagster.yaml")["run_launcher"]
    taken = process_config(LAUNCHERS[engine].config_type(), launcher["config"])
    assert not taken.errors
    assert getattr(import_module(launcher["module"]), launcher["class"]) is LAUNCHERS[engine]


def test_there_are_as_many_workers_as_runs_at_once():
    runs = loaded(DEPLOY / "celery" / "dagster.yaml")["concurrency"]["runs"]["max_concurrent_runs"]
    worker = loaded(DEPLOY / "compose.yaml")["services"]["worker"]
    assert worker["deploy"]["replicas"] == runs


def test_one_image_serves_every_program():
    services = loaded(DEPLOY / "compose.yaml")["services"]
    images = {s["image"] for n, s in services.items() if n not in {"postgres", "redis"}}
    images |= {
        container["image"]
        for name in MANIFESTS
        for manifest in yaml.safe_load_all((KUBERNETES / name).read_text(encoding="utf-8"))
        for container in _pod(manifest).get("containers", [])
    }
    assert images == {"snu-analytics:0.1.0"}


def test_no_pod_runs_as_root_or_writes_to_its_image():
    for name in MANIFESTS:
        for manifest in yaml.safe_load_all((KUBERNETES / name).read_text(encoding="utf-8")):
            pod = _pod(manifest)
            for container in pod.get("containers", []):
                assert pod["securityContext"]["runAsNonRoot"], name
                assert container["securityContext"]["readOnlyRootFilesystem"], name
                assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}, name


def _pod(manifest: dict) -> dict:
    return manifest.get("spec", {}).get("template", {}).get("spec", {})
