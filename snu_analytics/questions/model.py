"""What a question is: its view, what is counted in it, and its dimensions."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, model_validator

from snu_analytics.catalogue import View

# Of the day of a row; a campaign begins in September and bears the year it ends.
PERIODS = ("day", "week", "month", "campaign")

TOTAL = "total"
"""The breakdown by nothing."""


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
    measures come in `breakdowns` (`total`, or columns joined by ` × `), one of which is asked for.
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
    latest: bool = False
    phase: str | None = None
    select: str

    @property
    def view(self) -> str:
        """The view's name in schema `analytics`."""
        return f"q_{self.name}"

    @property
    def definition(self) -> View:
        """The view, as a migration makes it."""
        comment = f"{self.title}. {self.answers} Unit: {self.unit}."
        return View("analytics", self.view, self.select, comment, self.columns, self.title)

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
        parts = {part for breakdown in self.breakdowns for part in breakdown.split(" × ")}
        if unknown := {*self.apart, *parts} - {TOTAL, *self.dimensions}:
            raise ValueError(f"{sorted(unknown)} are not among the columns")
        if bool(self.counts.measures) != bool(self.breakdowns):
            raise ValueError("a question with measures, and no other, has breakdowns")
        return self
