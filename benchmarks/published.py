"""How much of a simulated campaign readers see, and what closing a month costs.

`make bench-published` invents a campaign (September to August), counts its true inscription events
by kind of change, closes its twelve months as `close_month` does, and prints for each declared
table and figure the share of persons in shown cells, and the seconds per month. It needs no
warehouse. `--youngs` sets how many young people there are, `--truth` keeps what was invented,
`--times` draws its counts so many times, with Poisson noise. `--cells` keeps the cells, and where
they are kept already says in what they differ now.
"""

import argparse
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from snu_analytics.catalogue import Clause, load_catalogue
from snu_analytics.days import DayRange, month_of
from snu_analytics.publication import Around, EntityClosing
from snu_analytics.simulation import simulate, write_truth

_CAMPAIGN = DayRange(date(2022, 9, 1), date(2023, 8, 31))
_ENTITY = load_catalogue().entities["young"]
_MAIN = ("created", "completed", "processed", "validated")
_FIELDS = ("gender", "birthdateAt", "region", "department", "cohort")

# The least share that readers see with 20,000 young people, over a campaign.
_TO_REACH = {
    ("month", "gender"): 99,
    ("month", "age_group"): 99,
    ("month", "cohort"): 99,
    ("month", "region"): 90,
    ("month", "gender,age_group"): 95,
    ("month", "gender,region"): 75,
    ("campaign", "department"): 95,
    ("campaign", "gender,department"): 80,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--youngs", type=int, default=20_000)
    parser.add_argument("--truth", type=Path)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--cells", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="snu-published-") as folder:
        truth = options.truth or Path(folder) / "truth"
        if not truth.exists():
            invented = simulate(options.youngs, _CAMPAIGN.first, _CAMPAIGN.last, 2)
            write_truth(invented, truth)
        counts = true_counts(truth)
    if options.times > 1:
        counts = _drawn(counts, options.times)
    cells = pl.concat(list(_closed(counts)))
    _print_shares(cells, counts)
    if options.cells and options.cells.exists():
        _print_differences(pl.read_parquet(options.cells), cells)
    elif options.cells:
        cells.write_parquet(options.cells)


def _drawn(counts: pl.DataFrame, times: int) -> pl.DataFrame:
    """The counts of a country so many times as large."""
    drawn = np.random.default_rng(1).poisson(times * counts["value"].to_numpy())
    return counts.with_columns(pl.Series("value", drawn, pl.Int64)).filter(pl.col("value") > 0)


def _print_differences(former: pl.DataFrame, cells: pl.DataFrame) -> None:
    """What is masked, and what shown, that was not; a shown value never differs."""
    keys = [name for name in cells.columns if name not in ("value", "masked", "mask")]
    both = former.join(cells, on=keys, how="full", nulls_equal=True, suffix="_now")
    assert len(both) == len(cells) == len(former), "other cells than before"
    assert (both["value"] == both["value_now"]).all(), "other values than before"
    now, before = pl.col("masked_now"), pl.col("masked")
    print("cells masked that were shown, and shown that were masked:")
    print(
        both.group_by("kind", "breakdown")
        .agg((now & ~before).sum().alias("masked"), (before & ~now).sum().alias("shown"))
        .filter((pl.col("masked") > 0) | (pl.col("shown") > 0))
        .sort("kind", "breakdown")
    )


def _closed(counts: pl.DataFrame):
    """The cells of each month, with what is closed with it."""
    published: pl.DataFrame | None = None
    closed: set[date] = set()
    for month in sorted({day.replace(day=1) for day in _CAMPAIGN}):
        began, cpu = time.perf_counter(), time.process_time()
        around = Around(month_of(month), frozenset(closed))
        closing = EntityClosing(_ENTITY, around, _within(counts, around.days), published, 11)
        cells = closing.close()
        closed.add(month)
        published = cells if published is None else pl.concat([published, cells])
        print(
            f"{month:%Y-%m}: {time.perf_counter() - began:5.1f} s, "
            f"{time.process_time() - cpu:5.1f} s of processor time, "
            f"{closing.counts['programs']:,} programs, {cells['masked'].sum():,} of "
            f"{len(cells):,} cells masked"
        )
        yield cells


def _print_shares(cells: pl.DataFrame, counts: pl.DataFrame) -> None:
    """Shares of the persons counted in the periods that have the table."""
    for (kind, breakdown), table in cells.group_by("kind", "breakdown", maintain_order=True):
        shares = []
        for figure in _MAIN:
            own = table.filter(pl.col("figure") == figure)
            counted = counts.filter(
                pl.col("figures").str.split("+").list.contains(figure),
                _period(str(kind)).is_in(own["period"].implode()),
            )
            share = 100 * float(own["value"].sum()) / max(1.0, float(counted["value"].sum()))
            shares.append(f"{figure} {share:5.1f} %")
        wanted = _TO_REACH.get((str(kind), str(breakdown)))
        print(f"{kind:9}{breakdown:30}", *shares, f"(to reach: {wanted} %)" if wanted else "")


def _period(kind: str) -> pl.Expr:
    if kind == "campaign":
        return pl.lit(_CAMPAIGN.first)
    return pl.col("day").dt.truncate("1w" if kind == "week" else "1mo")


def _within(counts: pl.DataFrame, days: DayRange) -> pl.DataFrame:
    return counts.filter(pl.col("day").is_between(days.first, days.last))


def true_counts(truth: Path) -> pl.DataFrame:
    """The inscription events of a simulated history as `kind_counts` has them."""
    changed = ("field", "from_value", "to_value")
    events = pl.read_parquet(truth / "young_events.parquet").with_columns(
        pl.col(changed).fill_null("")
    )
    names = [figure.figure for figure in _ENTITY.figures]
    events = events.with_columns(
        pl.any_horizontal([_meets(clause) for clause in figure.counts]).alias(figure.figure)
        for figure in _ENTITY.figures
    ).filter(pl.any_horizontal(names))
    states = pl.read_parquet(truth / "young_states.parquet")
    states = (
        states.join(events.select("patch_id").unique(), on="patch_id", how="semi")
        .with_columns(pl.col("state").str.json_decode(pl.Struct(dict.fromkeys(_FIELDS, pl.String))))
        .select("patch_id", pl.col("state").struct.unnest())
    )
    day = pl.col("date").dt.convert_time_zone("Europe/Paris").dt.date()
    birth = pl.col("birthdateAt").str.slice(0, 10).str.to_date(strict=False)
    before_birthday = pl.col("day").dt.strftime("%m%d") < birth.dt.strftime("%m%d")
    age = pl.col("day").dt.year() - birth.dt.year() - before_birthday.cast(pl.Int32)
    figures = pl.concat_str(
        [pl.when(name).then(pl.lit(name)) for name in names], separator="+", ignore_nulls=True
    )
    return (
        events.join(states, on="patch_id", how="left")
        .with_columns(day.alias("day"), figures.alias("figures"))
        .with_columns(age.cast(pl.Int64).alias("age"))
        .group_by("day", "figures", "gender", "age", "region", "department", "cohort")
        .agg(pl.len().cast(pl.Int64).alias("value"))
    )


def _meets(clause: Clause) -> pl.Expr:
    meets = pl.lit(True)
    for column, values in (
        ("event_name", clause.event),
        ("field", (clause.field,) if clause.field else ()),
        ("from_value", clause.origins),
        ("to_value", clause.to),
    ):
        if values:
            meets &= pl.col(column).is_in(list(values))
    return meets


if __name__ == "__main__":
    main()
