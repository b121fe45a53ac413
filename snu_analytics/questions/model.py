"""What a question is: its view, what is counted in it, and by what it may be told apart."""

from collections.abc import Mapping
from hashlib import sha256

from pydantic import BaseModel, ConfigDict, model_validator

# Of the day of a row; a campaign begins in September and bears the year it ends.
PERIODS = ("day", "week", "month", "campaign")


class Counts(BaseModel):
    """How rows become an answer; one of the three names a column of the view.

    `distinct`: how many different values; `sum`: their sum; `percentiles`: their number, median and
    90th percentile (linear interpolation, PostgreSQL's percentile_cont).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    distinct: str | None = None
    sum: str | None = None
    percentiles: str | None = None

    @property
    def column(self) -> str:
        """The column that is counted."""
        return self.distinct or self.sum or self.percentiles or ""

    @model_validator(mode="after")
    def _one(self) -> "Counts":
        if len(self.model_fields_set) != 1 or not self.column:
            raise ValueError("one of distinct, sum and percentiles is needed")
        return self


class Question(BaseModel):
    """A question and its view: one row per event, with the parameters as columns.

    `apart` are the dimensions without which a figure would mean nothing: they are always told.
    `columns` tells every column of the view in its order; one of them is `day`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: str
    answers: str
    unit: str
    counts: Counts
    columns: Mapping[str, str]
    apart: tuple[str, ...] = ()
    select: str

    @property
    def view(self) -> str:
        """The view's name in schema `analytics`."""
        return f"q_{self.name}"

    @property
    def dimensions(self) -> list[str]:
        """By what it may be told apart and filtered: periods, then the other columns."""
        return [*PERIODS, *(c for c in self.columns if c not in ("day", self.counts.column))]

    @property
    def version(self) -> str:
        """A fingerprint of all that the file says."""
        return sha256(self.model_dump_json().encode()).hexdigest()[:16]

    @model_validator(mode="after")
    def _consistent(self) -> "Question":
        if "day" not in self.columns:
            raise ValueError("the columns lack day")
        if self.counts.column not in self.columns:
            raise ValueError(f"{self.counts.column} is counted but not among the columns")
        if unknown := set(self.apart) - set(self.dimensions):
            raise ValueError(f"{sorted(unknown)} are not among the columns")
        return self
