"""The commands as a person types them: what they print and how they end."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pandas as pd
import psutil
import psycopg
import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from snu_analytics.cli.audit import audit_tables
from snu_analytics.cli.main import main
from snu_analytics.settings import ensure_key
from snu_analytics_tests.fixtures.histories import add, patch, replace, write_dump
from snu_analytics_tests.fixtures.pipeline import rows

HISTORY = [
    patch("2024-03-01T10:00", add("/status", "IN_PROGRESS")),
    patch("2024-03-02T10:00", replace("/status", "IN_PROGRESS", "WAITING_VALIDATION")),
    patch("2024-03-03T10:00", replace("/status", "WAITING_VALIDATION", "VALIDATED")),
]


@pytest.fixture
def environment(monkeypatch, warehouse_url):
    """A small source, a migrated warehouse and a key; what commands export is taken back."""
    for name in ("STAGING_URL", "DAGSTER_URL", "START_DATE", "PSEUDONYM_KEY_FILE"):
        monkeypatch.setenv(f"SNU_{name}", "")
        monkeypatch.delenv(f"SNU_{name}")
    for name in ("DAGSTER_HOME", "DAGSTER_EVENT_BATCH_SIZE"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    home = Path(os.environ["SNU_HOME"])
    ensure_key(home)
    monkeypatch.setenv("SNU_WAREHOUSE_URL", warehouse_url)
    monkeypatch.setenv("SNU_SOURCE_URL", write_dump(home / "demo-source", young_patches=HISTORY))
    return monkeypatch


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def printed(result: Result) -> str:
    """What was printed, the terminal's line breaks taken out."""
    return " ".join(result.output.split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["materialize", "2999-01-01"], "2999-01-01 is not over yet: the last partition is"),
        (["materialize", "2021-06-17"], "before the first partition, 2021-06-18 (SNU_START_DATE)"),
        (["materialize", "yesterday"], "'yesterday' is not a day: write it as YYYY-MM-DD"),
        (["materialize", "2024-03-01", "--entity", "pony"], "'pony' is not one of"),
        (["backfill", "2024-03-02", "2024-03-01"], "give the earlier day first"),
        (["audit", "2020-01"], "2020-01 is no partition: they run from 2021-06 (SNU_START_DATE)"),
        (["audit", "2999-01"], "2999-01 is no partition"),
        (["simulate"], "give either --out DIR or --into"),
    ],
)
def test_wrong_use_is_told_and_ends_with_2(environment, arguments, message):
    result = run(*arguments)
    assert message in printed(result)
    assert result.exit_code == 2


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("SNU_PSEUDONYM_KEY", "c2hvcnQ=", "SNU_PSEUDONYM_KEY holds 5 bytes, 32 are needed"),
        ("SNU_START_DATE", "soon", "SNU_START_DATE is 'soon'"),
        ("SNU_SOURCE_URL", "bson:///nowhere/at/all", "/nowhere/at/all, which does not exist"),
        ("SNU_SOURCE_URL", "ftp://host", "SNU_SOURCE_URL is of no known kind"),
        ("SNU_SOURCE_URL", "mongodb://u:hidden@127.0.0.1:9", "SNU_SOURCE_URL"),
        ("SNU_WAREHOUSE_URL", "postgresql://u:hidden@127.0.0.1:9/d", "cannot be reached"),
    ],
)
def test_a_wrong_set_up_is_told_without_secrets_and_ends_with_2(
    environment, variable, value, message
):
    environment.setenv(variable, value)
    result = run("materialize", "2024-03-01")
    assert message in printed(result)
    assert "hidden" not in result.output
    assert "Traceback" not in result.output
    assert result.exit_code == 2


def test_a_warehouse_that_was_not_migrated_is_told(environment, empty_database_url):
    environment.setenv("SNU_WAREHOUSE_URL", empty_database_url)
    result = run("materialize", "2024-03-01")
    assert "run `snu-analytics migrate`" in printed(result)
    assert result.exit_code == 2


def test_migrate_says_what_it_changes_and_nothing_the_second_time(environment, empty_database_url):
    environment.setenv("SNU_WAREHOUSE_URL", empty_database_url)
    counted = printed(run("migrate"))
    assert re.search(r"created 3 schemas, \d+ tables, \d+ views", counted), counted
    assert "young_event" not in counted
    assert printed(run("migrate")) == "The warehouse is up to date."


def test_migrate_prints_each_change_when_asked_to(environment, empty_database_url):
    environment.setenv("SNU_WAREHOUSE_URL", empty_database_url)
    assert "table analytics.young_event is created, empty" in printed(run("migrate", "-v"))


def test_an_audit_lists_exceptions_and_has_one_line_for_what_is_intact(environment):
    assert run("materialize", "2024-03-01", "--entity", "young").exit_code == 0
    audited = run("audit", "2024-03", "--entity", "young")
    assert audited.exit_code == 0
    assert printed(audited) == (
        "young measure field which count of share documents gone, patches remain 1 1 100.0% "
        "young: intact are 1 of 1 creations, 1 of 1 documents, 3 of 3 values"
    )


def test_values_in_doubt_are_summed_over_their_fields_and_listed_when_asked_for():
    lines = pd.DataFrame(
        [
            ("young", "documents", None, "intact chain", 2, 2),
            ("young", "values", "region", "recorded", 1, 2),
            ("young", "values", "region", "inferred", 1, 2),
            ("young", "values", "status", "inferred", 1, 2),
            ("classe", "days", None, "late", 0, 31),
        ],
        columns=["entity", "measure", "field", "cause", "count", "total"],
    )

    def shown(verbose: bool) -> list[str]:
        console = Console(width=100)
        with console.capture() as captured:
            console.print(*audit_tables(lines, verbose), sep="\n")
        return [" ".join(line.split()) for line in captured.get().splitlines() if line.strip()]

    assert shown(verbose=False) == [
        "young",
        "measure field which count of share",
        "values 2 fields inferred 2 4 50.0%",
        "young: intact are 2 of 2 documents, 1 of 2 values",
        "classe: nothing was touched",
    ]
    assert "values region recorded 1 2 50.0%" in shown(verbose=True)


def test_a_day_is_materialised_and_its_figures_shown(environment, warehouse_url):
    result = run("materialize", "2024-03-01")
    assert "2024-03-01 is done" in printed(result)
    assert "created" in result.output
    assert result.exit_code == 0
    assert rows(warehouse_url, "SELECT event_name FROM analytics.young_event") == [
        ("inscription_created",)
    ]


def test_a_failing_day_of_a_backfill_is_named_and_the_others_stand(environment, warehouse_url):
    with psycopg.connect(warehouse_url) as connection:
        connection.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql "
            "AS $$ BEGIN RAISE 'no'; END $$"
        )
        connection.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON analytics.young_event FOR EACH ROW "
            "WHEN (NEW.event_date = '2024-03-02') EXECUTE FUNCTION refuse()"
        )
    result = run("backfill", "2024-03-01", "2024-03-03", "--entity", "young")
    assert "2 of 3 days are done." in printed(result)
    assert "snu-analytics materialize 2024-03-02 --entity young" in printed(result)
    assert result.exit_code == 1
    assert rows(warehouse_url, "SELECT event_date::text FROM analytics.young_event ORDER BY 1") == [
        ("2024-03-01",),
        ("2024-03-03",),
    ]


def test_doctor_finds_nothing_to_mend(environment):
    result = run("doctor")
    assert "mend" not in printed(result)
    assert result.exit_code == 0


def test_doctor_says_what_to_mend(environment):
    environment.setenv("SNU_PSEUDONYM_KEY", "")
    Path(os.environ["SNU_HOME"], "pseudonym.key").unlink()
    Path(os.environ["SNU_HOME"], "demo-source", "youngs.bson").unlink()
    result = run("doctor")
    assert "SNU_PSEUDONYM_KEY is not set" in printed(result)
    assert "youngs.bson" in printed(result)
    assert result.exit_code == 2


@pytest.mark.parametrize("command", [["figures", "files_opened"], ["doctor"], ["risk"], ["values"]])
def test_only_what_fills_it_makes_a_database(environment, command):
    environment.setenv("SNU_WAREHOUSE_URL", "")
    home = Path(os.environ["SNU_HOME"])
    result = run(*command)
    if command != ["values"]:  # which reads the source alone
        assert f"there is no database in {home} yet: run `snu-analytics demo`" in printed(result)
        assert result.exit_code == 2
    assert not (home / "postgres").exists()


def test_doctor_asks_a_dead_server_once(environment):
    environment.setenv("SNU_SOURCE_URL", "mongodb://127.0.0.1:9/snu?serverSelectionTimeoutMS=50")
    result = run("doctor")
    assert printed(result).count("the server does not answer") == 1
    assert result.exit_code == 2


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_command_ends_within_2_s_of_a_signal_and_its_processes_with_it(environment, sent):
    days = ["backfill", "2024-03-01", "2024-05-31"]
    command = [sys.executable, "-m", "snu_analytics", *days]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    children: list[psutil.Process] = []
    while len(children) < 4:  # two that work, who forks them, and who looks after semaphores
        assert process.poll() is None
        children = psutil.Process(process.pid).children(recursive=True)
        time.sleep(0.05)
    began = time.monotonic()
    process.send_signal(sent)
    _, printed_last = process.communicate(timeout=30)
    assert time.monotonic() - began < 2
    assert process.returncode == 128 + sent
    assert printed_last.endswith("run the command again for the rest\n")
    assert psutil.wait_procs(children, timeout=5)[1] == []


def test_simulate_writes_a_dump_and_its_truth(tmp_path):
    span = ["--from", "2024-01-01", "--to", "2024-03-31"]
    result = run("simulate", "--out", str(tmp_path / "d"), "--youngs", "3", *span)
    assert result.exit_code == 0
    assert {"youngs.bson", "young_patches.bson", "truth"} <= {
        file.name for file in (tmp_path / "d").iterdir()
    }


def test_every_command_is_imported_by_its_name():
    context = click.Context(main)
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert command.help


def test_help_imports_no_command():
    script = (
        "import sys; from snu_analytics.cli.main import main; "
        "main(['--help'], standalone_mode=False); "
        "print(*{'dagster', 'pandas', 'polars', 'psycopg', 'pydantic'} & {*sys.modules})"
    )
    output = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout
    assert "materialize  Materialise one DAY as a Dagster run" in output
    assert output.endswith("\n\n")


def commands(group: click.Group, *above: str) -> dict[str, click.Command]:
    """All commands by their words, those of groups within the group among them."""
    context = click.Context(group)
    by_words: dict[str, click.Command] = {}
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        words = (*above, name)
        nested = commands(command, *words) if isinstance(command, click.Group) else None
        by_words |= nested or {" ".join(words): command}
    return by_words


def test_every_help_is_a_sentence():
    for words, command in commands(main).items():
        options = [p for p in command.params if isinstance(p, click.Option)]
        texts = [str(command.help).strip(), *(str(option.help) for option in options)]
        for text in texts:
            assert re.match(r"[A-Z].* .*\.$", " ".join(text.split())), (words, text)
