"""The commands of the README and of docs/, as they stand there, and what the shell completes."""

import re
import shlex
from pathlib import Path

import click
import psycopg
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from snu_analytics.cli.main import main

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    *(page for page in sorted((ROOT / "docs").glob("*.md")) if page.name != "register.md"),
]
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)

BLOCKS = re.findall(r"^snu-analytics figures .*$", TEXT, re.MULTILINE)
INLINE = sorted(set(re.findall(r"`(snu-analytics [^`]+)`", TEXT)))

# What the pages leave to whoever reads it.
STANDING_FOR = {
    "FROM": "2024-03-01",
    "TO": "2024-03-31",
    "FILE": __file__,
    "EVENT_ID": "x",
    "FINGERPRINT": "x",
    "DAY": "2024-03-01",
    "MONTH": "2024-03",
}


@pytest.fixture(scope="module")
def campaign(shared_warehouse_url) -> str:
    """A warehouse in which the days that the README names were loaded, with something on each."""
    with psycopg.connect(shared_warehouse_url, autocommit=True) as connection:
        connection.execute(
            """
            INSERT INTO analytics.day_load (relation, day, row_count)
            SELECT 'young_event', day, 1 FROM generate_series(date '2023-09-01', '2024-08-31',
                                                              interval '1 day') AS day;
            INSERT INTO analytics.daily_figure (day, phase, figure, region, value)
            VALUES ('2024-03-04', 'inscription', 'validated', 'Bretagne', 12);
            INSERT INTO analytics.flow (phase, figure, breakdown, day, region, value) VALUES
            ('inscription', 'validated', 'total', '2024-03-04', NULL, 12),
            ('inscription', 'validated', 'region', '2024-03-04', 'Bretagne', 12);
            INSERT INTO analytics.objective_progress
                (day, cohort, year, region, department, achieved, achieved_cle, objective)
            VALUES ('2024-08-31', 'Juillet 2024', 2024, 'Bretagne', 'Finistère', 5, 0, 9);
            INSERT INTO analytics.young_event (event_id, change_id, subject_id, event_date,
                event_order, phase, event_name, field, from_value, to_value, state_before,
                state_after, region, quality)
            SELECT gen_random_uuid(), gen_random_uuid(), '00000000-0000-0000-0000-000000000001',
                '2024-03-04', place, 'inscription', 'x', 'status', former, new, '{}', '{}',
                'Bretagne', 'recorded'
            FROM (VALUES (1, 'IN_PROGRESS', 'WAITING_LIST'), (2, 'WAITING_LIST', 'VALIDATED'))
                AS change (place, former, new);
            """
        )
    return shared_warehouse_url


@pytest.mark.parametrize("line", BLOCKS)
def test_a_command_in_a_block_runs_as_it_is_written(campaign, monkeypatch, tmp_path, line):
    monkeypatch.setenv("SNU_WAREHOUSE_URL", campaign)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, shlex.split(line)[1:])
    assert result.exit_code == 0, result.output
    assert len(result.output.splitlines()) < 100


@pytest.mark.parametrize("command", INLINE)
def test_a_command_within_the_text_is_there_with_its_options(command):
    words = [STANDING_FOR.get(word, word) for word in shlex.split(command)[1:]]
    words = [word for word in words if not word.startswith("[")]
    group, context = main, click.Context(main)
    while isinstance(group, click.Group):
        if not words:
            return
        command_of = group.get_command(context, words.pop(0))
        assert command_of is not None
        group = command_of  # type: ignore[assignment]
    try:
        group.make_context(command, words)
    except click.exceptions.Exit:
        pass  # its help was shown
    except click.MissingParameter:
        assert not words  # it is named without what it is for


def completed(*words: str) -> list[str]:
    complete = ShellComplete(main, {}, "snu-analytics", "_SNU_ANALYTICS_COMPLETE")
    return [item.value for item in complete.get_completions(list(words[:-1]), words[-1])]


def test_commands_questions_dimensions_and_entities_are_completed():
    assert completed("ma") == ["materialize"]
    assert completed("key", "ro") == ["rotate"]
    assert completed("figures", "inscription_f") == ["inscription_figures"]
    assert completed("figures", "flows", "--by", "reg") == ["region"]
    assert completed("figures", "published", "--by", "gender,reg") == ["gender,region"]
    assert completed("audit", "2024-03", "--entity", "mission_") == ["mission_equivalence"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_to_one(page):
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_readme_is_read_in_one_sitting():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 150
