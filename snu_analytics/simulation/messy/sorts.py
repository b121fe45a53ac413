"""The sorts of oddity that a field can have: for each, its kinds of field and how it is written."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from bson.decimal128 import Decimal128
from bson.int64 import Int64

from snu_analytics.simulation.fields import EVENTS
from snu_analytics.simulation.messy import instants, spellings, strangers
from snu_analytics.simulation.messy.kinds import CLOSED, Kind
from snu_analytics.simulation.messy.rewriting import OTHER, Rewriting, Written, values_of
from snu_analytics.simulation.recorder import Recorder

Entries = dict[str, Written]


@dataclass(frozen=True)
class Site:
    """The place of an oddity: a field of one document, with its true values by their key."""

    random: Random
    record: Recorder
    field: str
    values: dict[str, Any]
    elements: bool = False

    def texts(self) -> dict[str, str]:
        return {key: v for key, v in self.values.items() if isinstance(v, str) and v}


def _spelled(site: Site) -> Entries:
    style = spellings.style(site.random)
    return {key: Written(style(v), v, "spelling") for key, v in site.texts().items()}


def _placed(write: Callable[[Random, str], str | int | None]) -> Callable[[Site], Entries]:
    def entries(site: Site) -> Entries:
        made = {key: (write(site.random, v), v) for key, v in site.texts().items()}
        return {
            key: Written(written, value, "spelling")
            for key, (written, value) in made.items()
            if written is not None and written != value
        }

    return entries


def _strange(writer: Callable[[Site], strangers.Writer]) -> Callable[[Site], Entries]:
    """All values of the field, or one of them alone, in writings of no list."""

    def entries(site: Site) -> Entries:
        texts = site.texts()
        if not texts or OTHER in texts.values():
            return {}
        if site.random.random() < 0.5:
            key = site.random.choice(list(texts))
            texts = {key: texts[key]}
        write = writer(site)
        return {key: write(number, v) for number, (key, v) in enumerate(texts.items())}

    return entries


def _booleans(site: Site) -> Entries:
    return {
        key: Written(v == "true", v, "spelling")
        for key, v in site.texts().items()
        if v in ("true", "false")
    }


def _blank(site: Site) -> Entries:
    if site.field == "status" or site.field in EVENTS[site.record.model]:
        # An event between two blanks is none: fields that make events are spared.
        return {}
    nothing = site.random.choice((None, ""))
    return {key: Written(nothing, nothing, "blank") for key in site.texts()}


def _whole_number(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return int(value) if str(value).isdecimal() else None


_NUMERALS: tuple[Callable[[int], Any], ...] = (
    float, Int64, str, lambda n: Decimal128(f"{n}.0"), lambda n: f" {n} ", lambda n: f"{n},0",
)  # fmt: skip


def _numerals(site: Site) -> Entries:
    write = site.random.choice(_NUMERALS)
    numbers = {key: (v, _whole_number(v)) for key, v in site.values.items()}
    return {
        key: Written(write(n), value, "spelling")
        for key, (value, n) in numbers.items()
        if n is not None and not (write is str and isinstance(value, str))
    }


def _no_numerals(site: Site) -> Entries:
    numbers = {key: n for key, v in site.values.items() if (n := _whole_number(v)) is not None}
    fate = site.random.random()
    if fate < 0.3:
        return {key: Written(f"{n}h", OTHER, "unlisted") for key, n in numbers.items()}
    if fate < 0.6:
        return {key: Written(f"environ {n}", OTHER, "unlisted") for key, n in numbers.items()}
    write = strangers.telephone(site.random)
    return {key: write(number, "") for number, key in enumerate(numbers)}


def _dated(site: Site) -> Entries:
    write = site.random.choice(instants.READABLE)
    return {
        key: Written(write(instant), instants.iso(instant), "spelling")
        for key, value in site.values.items()
        if (instant := instants.instant_of(value))
    }


def _undated(site: Site) -> Entries:
    if site.field == "createdAt":
        # It says when a document without a creation patch was made.
        return {}
    dates = {key: at for key, v in site.values.items() if (at := instants.instant_of(v))}
    as_word = site.random.random() < 0.3
    becomes = None if site.field == "birthdateAt" else OTHER
    return {
        key: Written(_no_date(instant, number, as_word), becomes, "unlisted")
        for number, (key, instant) in enumerate(dates.items())
    }


def _no_date(instant: datetime, number: int, as_word: bool) -> str:
    """A word, or the day as forms write it in France, with a number unless it is the first."""
    text = "inconnue" if as_word else f"{instant:%d/%m/%Y}"
    return f"{text} ({number + 1})" if number else text


def _birth_copied(site: Site) -> Entries:
    """The person's own date of birth in another field, which must not make an event of it."""
    born = site.record.document.get("birthdateAt")
    instant = instants.instant_of(born)
    if instant is None or site.field in ("createdAt", *EVENTS[site.record.model]):
        return {}
    return {
        key: Written(instant, OTHER, "personal")
        for key, value in site.values.items()
        if instants.instant_of(value)
    }


def _texts_for_lists(site: Site) -> Entries:
    """Where the field only ever changed as a whole: its elements as one text."""
    prefix = f"/{site.field}/"
    ops = [op for patch in site.record.patches for op in patch["ops"]]
    whole = all(isinstance(v, list) and v for v in site.values.values())
    if not whole or any(op["path"].startswith(prefix) for op in ops):
        return {}
    return {
        key: Written(", ".join(v), v[0] if len(v) == 1 else OTHER, "type")
        for key, v in site.values.items()
        if all(isinstance(element, str) for element in v)
    }


def _nothing_in_lists(site: Site) -> Entries:
    texts = site.texts()
    return {site.random.choice(list(texts)): Written(None, None, "blank")} if texts else {}


def _unlisted(site: Site) -> strangers.Writer:
    return strangers.unlisted(site.random, site.field)


def _personal(site: Site) -> strangers.Writer:
    return strangers.personal(site.random, site.record)


def _other_type(site: Site) -> strangers.Writer:
    return strangers.other_type(site.random, site.elements)


# Sort of oddity to the kinds of field that have it, and what writes the field.
SORTS: dict[str, tuple[tuple[Kind, ...], Callable[[Site], Entries]]] = {
    "spelling": (CLOSED, _spelled),
    "boolean": (("boolean",), _booleans),
    "region_code": (("region",), _placed(spellings.region_code)),
    "former_region": (("region",), _placed(spellings.former_region)),
    "department_code": (("department",), _placed(spellings.department_code)),
    "unlisted": (CLOSED, _strange(_unlisted)),
    "personal": (CLOSED, _strange(_personal)),
    "type": (CLOSED, _strange(_other_type)),
    "blank": (CLOSED, _blank),
    "number": (("number",), _numerals),
    "no_number": (("number",), _no_numerals),
    "date": (("date",), _dated),
    "no_date": (("date",), _undated),
    "birth_copied": (("date",), _birth_copied),
    "birth": (("birth",), _dated),
    "no_birth": (("birth",), _undated),
    "list_spelling": (("array",), _spelled),
    "list_unlisted": (("array",), _strange(_unlisted)),
    "list_personal": (("array",), _strange(_personal)),
    "list_type": (("array",), _strange(_other_type)),
    "list_nothing": (("array",), _nothing_in_lists),
    "text_for_list": (("array",), _texts_for_lists),
}


def rewriting(random: Random, record: Recorder, field: str, kind: Kind, sort: str) -> Rewriting:
    """The writings of that field for that sort of oddity; without entries where it has none."""
    elements = kind == "array" and sort != "text_for_list"
    dates = kind in ("date", "birth")
    values = values_of(record, field, elements, dates)
    site = Site(random, record, field, values, elements)
    return Rewriting(SORTS[sort][1](site), elements, dates)
