"""What a question is: its view, what is counted in it, and by what it may be told apart."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, model_validator

from snu_analytics.catalogue import View

# Of the day of a row; a campaign begins in September and bears the year it ends.
PERIODS = ("day", "week", "month", "campaign")

TOTAL = "total"
"""The breakdown by nothing."""


class Counts(BaseModel):
    """How rows become an answer; one of the four names columns of the view.

    `distinct`: how many different values; `sum`: their sum; `percentiles`: their number, median and
    90th percentile (linear interpolation, PostgreSQL's percentile_cont); `told`: rows that are
    answers already, and are told as they are.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    distinct: str | None = None
    sum: str | None = None
    percentiles: str | None = None
    told: tuple[str, ...] = ()

    @property
    def column(self) -> str:
        """The column that is counted; none where rows are told as they are."""
        return self.distinct or self.sum or self.percentiles or ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that hold what is counted or told."""
        return self.told or (self.column,)

    @model_validator(mode="after")
    def _one(self) -> "Counts":
        if len(self.model_fields_set) != 1 or not self.columns[0]:
            raise ValueError("one of distinct, sum, percentiles and told is needed")
        return self


class Published(BaseModel):
    """A second view of the question, for readers: its name and the table it reads instead."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    view: str
    of: str
    instead_of: str


class Question(BaseModel):
    """A question and its view: one row per event, with the parameters as columns.

    `apart` are the dimensions without which a figure would mean nothing: they are always told.
    `columns` tells every column of the view in its order; one of them is `day`. Rows that are told
    as they are come in `breakdowns` (`total`, or names of columns), one of which is asked for. With
    `latest` and without days only the last day is told. `phase` is that of the figures it tells,
    where they are all of one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

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
    published: Published | None = None
    select: str

    @property
    def view(self) -> str:
        """The view's name in schema `analytics`."""
        return f"q_{self.name}"

    @property
    def views(self) -> list[View]:
        """The view in schema `analytics`, and the one that readers see if there is one."""
        told = f"{self.title}. {self.answers} Unit: {self.unit}."
        made = [View("analytics", self.view, self.select, told, self.columns, self.title)]
        if other := self.published:
            select = self.select.replace(other.instead_of, other.of)
            made.append(View("published", other.view, select, told, self.columns, self.title))
        return made

    @property
    def dimensions(self) -> list[str]:
        """By what it may be told apart and filtered: periods, then the other columns."""
        others = {*PERIODS, "breakdown", *self.counts.columns}
        return [*PERIODS, *(c for c in self.columns if c not in others)]

    @model_validator(mode="after")
    def _consistent(self) -> "Question":
        if "day" not in self.columns:
            raise ValueError("the columns lack day")
        for name in self.counts.columns:
            if name not in self.columns:
                raise ValueError(f"{name} is counted but not among the columns")
        if unknown := {*self.apart, *self.breakdowns} - {TOTAL, *self.dimensions}:
            raise ValueError(f"{sorted(unknown)} are not among the columns")
        if bool(self.counts.told) != bool(self.breakdowns):
            raise ValueError("rows told as they are, and no others, have breakdowns")
        if self.published and self.published.instead_of not in self.select:
            raise ValueError(f"the SELECT does not read {self.published.instead_of}")
        return self
