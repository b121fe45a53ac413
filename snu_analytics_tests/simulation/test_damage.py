"""Profiles of damage on simulated histories: the truth they leave, and the same bytes always."""

from datetime import date

import pytest
from click.testing import CliRunner

from snu_analytics.cli.main import main
from snu_analytics.days import DayRange
from snu_analytics.errors import SourceError
from snu_analytics.simulation import damage, generate, simulate
from snu_analytics_tests.simulation.histories import decoded


def test_every_kind_is_a_profile_beside_the_mixed_ones():
    assert set(damage.PROFILES) == {*damage.OF_SAVES, *damage.OF_DOCUMENTS, "mixed", "everything"}
    assert damage.PROFILES["mixed"] == {
        "cross_wired": 0.05, "phantom": 0.05, "unrecorded": 0.1, "failed_write": 0.03,
    }  # fmt: skip


DAYS = (date(2023, 9, 1), date(2024, 8, 31))


def test_taken_apart_and_not_damaged_a_history_is_the_same_bytes(monkeypatch):
    monkeypatch.setitem(damage.PROFILES, "nothing", {})
    assert simulate(30, *DAYS, seed=1, damage="nothing") == simulate(30, *DAYS, seed=1)


def test_the_same_arguments_give_the_same_bytes_whoever_invents_them():
    whole = simulate(60, *DAYS, seed=1, damage="everything")
    assert simulate(60, *DAYS, seed=1, damage="everything") == whole
    days, flaws = DayRange(*DAYS), generate.Flaws(damage="everything")
    parts = [generate._part(range(n, min(n + 25, 60)), days, 1, flaws) for n in (0, 25, 50)]
    shared = generate._joined(parts, 60, days, 1, flaws)
    assert shared.collections == whole.collections
    for name in whole.truth:
        assert shared.frame(name).equals(whole.frame(name))


@pytest.mark.parametrize("profile", list(damage.PROFILES))
def test_every_patch_has_a_true_state_and_events_name_patches(profile):
    history = simulate(75, *DAYS, seed=1, damage=profile)
    for entity in ("young", "application"):
        ids = [str(patch["_id"]) for patch in decoded(history, f"{entity}_patches")]
        assert len(set(ids)) == len(ids)
        assert sorted(history.frame(f"{entity}_states")["patch_id"]) == sorted(ids)
        named = history.frame(f"{entity}_events")["patch_id"].drop_nulls()
        assert set(named) <= set(ids)
    plain = simulate(75, *DAYS, seed=1)
    assert history.collections != plain.collections


def test_an_application_keeps_the_true_profile_of_a_damaged_young(monkeypatch):
    monkeypatch.setitem(damage.PROFILES, "lost", {"unrecorded": 1.0})
    plain, lost = (simulate(75, *DAYS, seed=2, damage=name) for name in (None, "lost"))
    columns = ("date", "event_name", "young_gender", "young_region", "young_department")
    assert (
        lost.frame("application_events")
        .select(columns)
        .equals(plain.frame("application_events").select(columns))
    )


def test_an_unknown_damage_is_refused():
    with pytest.raises(SourceError, match="rust is no damage: give one of unrecorded, phantom"):
        simulate(1, *DAYS, seed=1, damage="rust")


def test_the_command_takes_a_profile(tmp_path):
    span = ["--youngs", "30", "--from", "2023-09-01", "--to", "2024-08-31"]
    wrong = CliRunner().invoke(main, ["simulate", "--out", str(tmp_path), "--damage", "rust"])
    assert wrong.exit_code == 2
    assert "'rust' is not one of 'unrecorded', 'phantom'" in wrong.output
    folder = tmp_path / "d"
    done = CliRunner().invoke(
        main, ["simulate", "--out", str(folder), "--damage", "hard_deleted", *span]
    )
    assert done.exit_code == 0
    assert (folder / "truth" / "young_events.parquet").exists()
