"""What a question is: its view, what is counted in it, and its dimensions."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from pydantic import BaseModel, ConfigDict, model_validator

from snu_analytics.catalogue import View

# Of the day of a row; a campaign begins in September and bears the year it ends.
PERIODS = ("day", "week", "month", "campaign")

TOTAL = "total"
"""The breakdown by nothing."""


def hint(text: str, known: Iterable[str]) -> str:
    """How a sentence about an unknown name goes on: with the name meant, or all that there are."""
    names = list(known)
    folded = {name.casefold(): name for name in reversed(names)}
    if near := get_close_matches(text.casefold(), folded, n=1, cutoff=0.75):
        return f": did you mean {folded[near[0]]}?"
    return f": known are {', '.join(names)}"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Counts(_Strict):
    """How the rows of the view become an answer; exactly one field is set, to names of columns.

    `distinct`: how many different values; `sum`: their sum; `percentiles`: their number, median and
    90th percentile (linear interpolation, PostgreSQL's percentile_cont); `measures`: nothing is
    counted, the rows are answers already and these are their figures.
    """

    distinct: str | None = None
    sum: str | None = None
    percentiles: str | None = None
    measures: tuple[str, ...] = ()

    @property
    def column(self) -> str:
        """The column that is counted; empty for measures."""
        return self.distinct or self.sum or self.percentiles or ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns with what is counted, or the measures."""
        return self.measures or (self.column,)

    @model_validator(mode="after")
    def _exactly_one(self) -> "Counts":
        if len(self.model_fields_set) != 1 or not self.columns[0]:
            raise ValueError("one of distinct, sum, percentiles and measures is needed")
        return self


class Question(_Strict):
    """A question and its view: one row per event, or per group and day where it has measures.

    `columns` describes every column of the view in its order; one of them is `day`. `apart` are
    the dimensions without which a figure would mean nothing: every answer has them. The rows of
    measures come in `breakdowns` (`total`, or columns joined by commas), one of which is asked for;
    each has a view of its own, so that no total stands among its parts. `beside` names the columns
    that a breakdown has besides its own, and `remark` is a line to be read with the answer.
    With `latest` an answer without days is that of the last day. `phase` is that of the figures,
    where they are all of one.
    """

    name: str
    title: str
    answers: str
    unit: str
    counts: Counts
    columns: Mapping[str, str]
    apart: tuple[str, ...] = ()
    breakdowns: tuple[str, ...] = ()
    beside: Mapping[str, tuple[str, ...]] = {}
    latest: bool = False
    phase: str | None = None
    remark: str | None = None
    select: str

    def view(self, breakdown: str = TOTAL) -> str:
        """The name, in schema `analytics`, of the view with the answers by a breakdown."""
        if breakdown == TOTAL:
            return f"q_{self.name}"
        return f"q_{self.name}_by_{breakdown.replace(',', '_and_')}"

    def columns_of(self, breakdown: str) -> dict[str, str]:
        """The columns of the view of a breakdown, without those of the others."""
        own = {*breakdown.split(","), *self.beside.get(breakdown, ()), *self.apart}
        others = {name for other in self.breakdowns for name in other.split(",")} - own
        return {n: text for n, text in self.columns.items() if n not in {*others, "breakdown"}}

    @property
    def definitions(self) -> list[View]:
        """The views, as a migration makes them."""
        sentences = (f"{self.title}.", self.answers, self.remark, f"Unit: {self.unit}.")
        comment = " ".join(filter(None, sentences))
        if not self.breakdowns:
            return [View("analytics", self.view(), self.select, comment, self.columns, self.title)]
        made = []
        for breakdown in self.breakdowns:
            columns = self.columns_of(breakdown)
            select = (
                f"SELECT {', '.join(columns)} FROM (\n{self.select}\n) AS answers "
                f"WHERE breakdown = '{breakdown}'"
            )
            groups = f" By {breakdown.replace(',', ' and ')}." if breakdown != TOTAL else ""
            name, about = self.view(breakdown), comment + groups
            made.append(View("analytics", name, select, about, columns, self.title))
        return made

    @property
    def dimensions(self) -> list[str]:
        """By what an answer may be grouped and filtered: periods, then the other columns."""
        others = {*PERIODS, "breakdown", *self.counts.columns}
        return [*PERIODS, *(c for c in self.columns if c not in others)]

    @model_validator(mode="after")
    def _consistent(self) -> "Question":
        if "day" not in self.columns:
            raise ValueError("the columns lack day")
        for name in self.counts.columns:
            if name not in self.columns:
                raise ValueError(f"{name} is counted but not among the columns")
        parts = {part for breakdown in self.breakdowns for part in breakdown.split(",")}
        if unknown := {*self.apart, *parts} - {TOTAL, *self.dimensions}:
            raise ValueError(f"{sorted(unknown)} are not among the columns")
        if bool(self.counts.measures) != bool(self.breakdowns):
            raise ValueError("a question with measures, and no other, has breakdowns")
        if self.breakdowns and "breakdown" not in self.columns:
            raise ValueError("the columns lack breakdown")
        return self
