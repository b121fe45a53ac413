"""How good projections are: simulated campaigns projected with only the campaigns before them.

Written to `projections.md`. Six campaigns a seed, the later five projected on each of four days;
the errors are shares of the total that the campaign came to, over regions and seeds.
"""

import argparse
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd

from snu_analytics.days import PARIS, DayRange
from snu_analytics.figures.projections import LENGTH, Curves, backtest, curves
from snu_analytics.figures.projections.backtest import trial
from snu_analytics.simulation.generate import invent_lives
from snu_analytics.simulation.truth import profile_at

HISTORY = DayRange(date(2021, 9, 1), date(2027, 8, 31))
DAYS = {share: round(share * LENGTH) for share in (0.25, 0.5, 0.75, 0.9)}

# How much the campaigns differ, and on how many seeds each is measured. Constants of the
# projections were chosen on seeds 1 to 12; these are others.
VARIATIONS = {0.0: 4, 0.5: 6, 1.0: 10}
FIRST_SEED = 101

_TOLD = {
    0.0: "Campaigns alike but for growth and chance, as the simulator makes them by default",
    0.5: "Campaigns that differ by half as much as the next ones",
    1.0: "Campaigns that differ: by a week (standard deviation) in their beginning, by another one "
    "between their waves, by a quarter in the height of the second and by 15 % in volume",
}
_AT_A_TIME = 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--youngs", type=int, default=20_000)
    options = parser.parse_args()
    lines = [
        "# Results of `make bench-projections`",
        "",
        f"{options.youngs:,} young people per seed over six campaigns (2022 to 2027, pupils come "
        "by classes from 2024), of each the later five projected with only those before them. "
        "Errors are mean absolute errors as shares of the final total; last year's ratio is what "
        "was reached over the share that the last campaign had reached on that day.",
    ]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        for variation, seeds in VARIATIONS.items():
            measure = partial(measured, youngs=options.youngs, variation=variation)
            errors = list(pool.map(measure, range(FIRST_SEED, FIRST_SEED + seeds)))
            rows = pd.concat(errors, ignore_index=True)
            total = rows.groupby("place")["total"].median()
            part = [
                "",
                f"## {_TOLD[variation]}",
                "",
                f"{seeds} seeds. The median campaign comes to {total['France']:,.0f} validated, "
                f"that of a region to {total['regions']:,.0f}; the larger, the less they vary by "
                "chance.",
                "",
                *_by_day(rows),
            ]
            if variation == 1:
                part += ["", *_by_history(rows)]
            print("\n".join(part), flush=True)
            lines += part
    Path(__file__).with_name("projections.md").write_text("\n".join(lines) + "\n")


def measured(seed: int, youngs: int, variation: float) -> pd.DataFrame:
    """One row per campaign, region and day of DAYS: how the projection fared.

    Columns past (campaigns before), place, day, total (that the campaign came to), error and
    ratio_error as in `Trial`, the bands as inside50, inside80, inside95, and withheld where the
    backtest of the campaigns before would have withheld the projection.
    """
    known = curves(_daily(seed, youngs, variation), HISTORY.last)
    whole = np.concatenate([known.past, known.path[:, None]], axis=1)
    rows = []
    for past in range(1, whole.shape[1]):
        path, before = whole[:, past], whole[:, :past]
        fared = trial(path, before)
        tested = backtest(Curves(known.regions, known.campaigns[:past], before, path, ()))
        for n in range(len(known.regions)):
            withheld = tested.objection(n) is not None
            for day in DAYS.values():
                held = fared.inside[:, n, day]
                errors = (fared.error[n, day], fared.ratio_error[n, day])
                place, total = "regions" if n else "France", path[n, -1]
                rows.append((past, place, day, total, *errors, *held, withheld))
    columns = ["past", "place", "day", "total", "error", "ratio_error",
               "inside50", "inside80", "inside95", "withheld"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _daily(seed: int, youngs: int, variation: float) -> pd.DataFrame:
    """Net validations by day and region, the region as of the validation or withdrawal."""
    counts: Counter[tuple[date, str | None]] = Counter()
    for start in range(0, youngs, _AT_A_TIME):
        numbers = range(start, min(start + _AT_A_TIME, youngs))
        for life in invent_lives(numbers, HISTORY, seed, variation):
            for event in life.young.events:
                validated = event.event_name == "inscription_validated"
                withdrawn = event.event_name == "inscription_withdrawn"
                if validated or (withdrawn and event.from_value == "VALIDATED"):
                    day = event.date.astimezone(PARIS).date()
                    region = profile_at(life.profiles, event.date).region
                    counts[day, region] += 1 if validated else -1
    rows = [(day, region, value) for (day, region), value in counts.items()]
    return pd.DataFrame(rows, columns=["day", "region", "value"])


def _by_day(rows: pd.DataFrame) -> Iterator[str]:
    yield (
        f"| | day of {LENGTH} | projection | last year's ratio | in the 50 % band | in the 80 % "
        "band | in the 95 % band | withheld |"
    )
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    for (place, day), own in rows.groupby(["place", "day"]):
        cells = [*_errors(own), *(f"{own[f'inside{n}'].mean():.0%}" for n in (50, 80, 95))]
        share = next(share for share, shown in DAYS.items() if shown == day)
        withheld = f"{own['withheld'].mean():.0%}"
        yield f"| {place} | {day} ({share:.0%}) | {' | '.join([*cells, withheld])} |"


def _by_history(rows: pd.DataFrame) -> Iterator[str]:
    """The means over the four days, by the number of past campaigns."""
    yield "| | past campaigns | projection | last year's ratio | in the 80 % band | withheld |"
    yield "|---|---:|---:|---:|---:|---:|"
    for (place, past), own in rows.groupby(["place", "past"]):
        shares = [f"{own[name].mean():.0%}" for name in ("inside80", "withheld")]
        yield f"| {place} | {past} | {' | '.join([*_errors(own), *shares])} |"


def _errors(rows: pd.DataFrame) -> list[str]:
    return [f"{100 * rows[name].mean():.1f} %" for name in ("error", "ratio_error")]


if __name__ == "__main__":
    main()
