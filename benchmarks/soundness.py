"""How far rebuilt states and events can be trusted: damaged histories compared with their truth.

Written to `soundness.md`. A state's field is wrong when its canonical value is not that of the true
state just after the patch; dates count to the second, which is all that a text keeps of them. A
status event is false when its patch records no true one of that name and new value, nor happened
to its document within a second (a failed save and its second try leave twins); it is missing when
nothing of the kind was reported of it.
"""

import argparse
import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from snu_analytics.catalogue import Entity, load_catalogue
from snu_analytics.days import DayRange
from snu_analytics.events import Pseudonymiser, build_events, deidentified_states, kind_of
from snu_analytics.history import Canonicaliser, rebuild, snapshots
from snu_analytics.simulation import Simulation, simulate, write_dump
from snu_analytics.simulation.damage import PROFILES
from snu_analytics.source import open_source
from snu_analytics.source.json_text import json_text

HISTORY = DayRange(date(2022, 10, 1), date(2024, 6, 30))
CAMPAIGN = DayRange(date(2023, 9, 1), date(2024, 8, 31))
ALWAYS = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))
ENTITIES = ("young", "application")
TWINS_WITHIN = "1s"

CATALOGUE = load_catalogue()
PSEUDONYMS = Pseudonymiser(bytes.fromhex("1f60a97d3be24c05e88f42d90c7ab315" * 2))


@dataclass
class Tally:
    """What was counted of one damage; tallies add up."""

    fields: int = 0
    wrong: int = 0
    wrong_marked: int = 0
    right_marked: int = 0
    events: int = 0
    false: int = 0
    recorded: int = 0
    false_recorded: int = 0
    true: int = 0
    missing: int = 0
    true_recorded: int = 0
    missing_recorded: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--youngs", type=int, default=1_500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=200, help="clean histories of 12 people each")
    parser.add_argument("profiles", nargs="*", help="these alone, nothing written")
    options = parser.parse_args()
    lines = [
        "| damage | field states | wrong | of these marked | right but marked | status events "
        "| false | false among recorded | missing | missing though recorded |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    print("\n".join(lines), flush=True)
    for profile in options.profiles or ("none", *PROFILES):
        lines.append(_line(profile, measured(profile, options.youngs, options.seed)))
        print(lines[-1], flush=True)
    if not options.profiles:
        clean = sum(
            (measured("none", 12, seed, CAMPAIGN) for seed in range(options.seeds)), Tally()
        )
        lines.append(_line(f"none, {options.seeds} seeds", clean))
        print(lines[-1], flush=True)
        scope = (
            f"{options.youngs:,} young people and their applications, {HISTORY.first} to "
            f"{HISTORY.last}, seed {options.seed}; the seeds of the last line are 12 people each, "
            f"{CAMPAIGN.first} to {CAMPAIGN.last}."
        )
        text = "\n".join(["# Results of `make bench-soundness`", "", scope, "", *lines, ""])
        Path(__file__).with_name("soundness.md").write_text(text)


def measured(profile: str, youngs: int, seed: int, days: DayRange = HISTORY) -> Tally:
    damage = None if profile == "none" else profile
    simulation = simulate(youngs, days.first, days.last, seed, damage=damage)
    entities = (CATALOGUE.entities[name] for name in ENTITIES)
    with TemporaryDirectory() as folder:
        write_dump(simulation, Path(folder) / "dump")
        parts = [_of_entity(simulation, entity, Path(folder)) for entity in entities]
    return sum(parts, Tally())


def _of_entity(simulation: Simulation, entity: Entity, folder: Path) -> Tally:
    source = open_source(f"bson://{folder}/dump", folder / "home")
    refs = simulation.frame(f"{entity.name}_events")["ref"].unique().sort().to_list()
    canonicaliser = Canonicaliser(entity, CATALOGUE.vocabularies, kind_of)
    rebuilt = snapshots(rebuild(source.histories(entity, refs), entity, canonicaliser), *ALWAYS)
    source.close()
    states = _states(rebuilt, simulation.frame(f"{entity.name}_states"), entity, canonicaliser)
    staged = deidentified_states(rebuilt, _alone(entity), CATALOGUE, PSEUDONYMS)
    events = build_events(staged, _alone(entity), CATALOGUE, PSEUDONYMS).events
    patches = rebuilt.drop_nulls("patch_id")
    change = PSEUDONYMS.series("change", patches["patch_id"])
    events = events.join(patches.select("date", change_id=change), on="change_id", how="left")
    return states + _events(events, simulation.frame(f"{entity.name}_events"), entity)


def _alone(entity: Entity) -> Entity:
    """The entity without the columns of the one that it is joined with."""
    columns = {name: column for name, column in entity.columns.items() if not column.joined}
    return entity.model_copy(update={"columns": columns})


def _states(
    rebuilt: pl.DataFrame, truth: pl.DataFrame, entity: Entity, canonicaliser: Canonicaliser
) -> Tally:
    """Every kept field after every patch that was applied."""
    true = _columns(truth["state"], entity.fields).with_columns(patch_id=truth["patch_id"])
    both = rebuilt.join(true, on="patch_id", how="inner", suffix=".true")
    tally = Tally()
    for name, field in entity.fields.items():
        value, right = both[name], canonicaliser.series(name, both[f"{name}.true"])
        if field.treatment in ("age", "date"):
            value, right = (texts.str.replace(r"\.\d{3}Z", "Z") for texts in (value, right))
        wrong = value != right
        marked = both["doubts"].str.contains(f'"{name}":', literal=True)
        tally += Tally(
            fields=both.height,
            wrong=int(wrong.sum()),
            wrong_marked=int((wrong & marked).sum()),
            right_marked=int((~wrong & marked).sum()),
        )
    return tally


def _columns(states: pl.Series, names: Iterable[str]) -> pl.DataFrame:
    """True states as a column of JSON texts per field, "" where it is absent."""
    columns: dict[str, list[str]] = {name: [] for name in names}
    known: dict[Any, str] = {}
    for text in states:
        state = json.loads(text)
        for name, column in columns.items():
            value = state.get(name, columns)
            if value is columns:
                column.append("")
            elif type(value) is str:
                if value not in known:
                    known[value] = json_text(value)
                column.append(known[value])
            else:
                column.append(json_text(value))
    return pl.DataFrame(columns, dict.fromkeys(columns, pl.String))


def _events(rebuilt: pl.DataFrame, truth: pl.DataFrame, entity: Entity) -> Tally:
    """The events of statuses, creations among them, paired with the true ones."""
    of_status = pl.col("field").is_null() | (pl.col("field") == "status")
    reported = rebuilt.filter(of_status).select(
        "quality", "event_name", "to_value",
        subject="subject_id", change="change_id", at="date",
    ).with_row_index("reported")  # fmt: skip
    true = truth.filter(of_status).with_row_index("true")
    patches = true["patch_id"].drop_nulls().unique()
    change = dict(zip(patches, PSEUDONYMS.series("change", patches), strict=True))
    true = true.select(
        "true", "event_name", "to_value", at="date",
        subject=PSEUDONYMS.series(entity.name, true["ref"]),
        change=true["patch_id"].replace_strict(change, default=None, return_dtype=pl.String),
    )  # fmt: skip
    same = ["event_name", "to_value"]
    exact = reported.join(true, on=[*same, "change"], how="inner")
    left = reported.join(exact, on="reported", how="anti").sort("at")
    unmet = true.join(exact, on="true", how="anti").sort("at")
    twins = left.join_asof(
        unmet, on="at", by=[*same, "subject"], strategy="nearest", tolerance=TWINS_WITHIN,
        check_sortedness=False,
    ).drop_nulls("true").unique("true", keep="first", maintain_order=True)  # fmt: skip
    false = left.join(twins, on="reported", how="anti")
    missing = unmet.join(twins, on="true", how="anti")
    return Tally(
        events=reported.height,
        false=false.height,
        recorded=reported.filter(quality="recorded").height,
        false_recorded=false.filter(quality="recorded").height,
        true=true.height,
        missing=missing.height,
        true_recorded=true["change"].count(),
        missing_recorded=missing["change"].count(),
    )


def _line(profile: str, tally: Tally) -> str:
    shares = (
        (tally.wrong, tally.fields),
        (tally.wrong_marked, tally.wrong),
        (tally.right_marked, tally.fields - tally.wrong),
    )
    more = (
        (tally.false, tally.events),
        (tally.false_recorded, tally.recorded),
        (tally.missing, tally.true),
        (tally.missing_recorded, tally.true_recorded),
    )
    cells = [
        profile, f"{tally.fields:,}", *(_share(*pair) for pair in shares),
        f"{tally.events:,}", *(_share(*pair) for pair in more),
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f} %" if whole else "–"


if __name__ == "__main__":
    main()
