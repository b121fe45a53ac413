"""The facts of the processing that no catalogue holds: `processing.yaml` and its model."""

from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import get_args

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from snu_analytics.catalogue import Category, parse_yaml
from snu_analytics.errors import RegisterError

FILE = "processing.yaml"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Kind(_Strict):
    """A category of data: what it holds, why it is needed, and what keeps it small."""

    holds: str
    need: str
    limits: str


class Recipient(_Strict):
    role: str
    reads: str
    who: str


class Retention(_Strict):
    what: str
    period: str
    end: str


class Measure(_Strict):
    """A measure of security, and the check or command that proves that it holds."""

    measure: str
    how: str
    proof: str


class Risk(_Strict):
    risk: str
    sources: str
    measures: str
    residual: str


class Right(_Strict):
    right: str
    how: str


class Processing(_Strict):
    """What `processing.yaml` says. An empty text is a blank that the controller fills in."""

    name: str
    contacts: Mapping[str, str]
    purposes: tuple[str, ...]
    legal_basis: tuple[str, ...]
    data_subjects: tuple[str, ...]
    categories: Mapping[Category, Kind]
    recipients: tuple[Recipient, ...]
    transfers: tuple[str, ...]
    retention: tuple[Retention, ...]
    measures: tuple[Measure, ...]
    assessment: Mapping[str, tuple[str, ...]]
    rights: tuple[Right, ...]
    risks: tuple[Risk, ...]

    @model_validator(mode="after")
    def _every_category(self) -> "Processing":
        if missing := set(get_args(Category)) - set(self.categories):
            raise ValueError(f"the categories {sorted(missing)} are lacking")
        return self


def read_processing(folder: Traversable | None = None) -> Processing:
    """The facts that come with the package, or those of another folder's `processing.yaml`.

    Raises RegisterError naming the file and the entry at fault.
    """
    file = (folder or files(__package__)) / FILE
    try:
        return Processing(**parse_yaml(file.read_text(encoding="utf-8")))
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise RegisterError(f"{FILE}, {place}: {first['msg']}") from None
    except (OSError, TypeError, yaml.YAMLError) as fault:
        raise RegisterError(f"{FILE} cannot be read as YAML: {fault}") from None
