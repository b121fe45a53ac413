"""The catalogue's model: a file that contradicts itself is refused when it is read."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import translate
from functools import cached_property
from hashlib import sha256
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator
from pydantic import Field as Described

from snu_analytics.catalogue.vocabulary import OTHER, Vocabulary

Treatment = Literal["keep", "age", "pseudonym", "closed", "date"]
ColumnType = Literal["text", "smallint", "boolean", "uuid", "numeric"]

# The dimensions of a pool; each is a field of the entity's own state.
PoolPart = Literal["status", "gender", "region", "department", "cohort", "source"]

# Kinds of data of the record of processing. None of those of article 9 of the GDPR is ever kept.
Category = Literal[
    "identifier", "demography", "residence", "schooling", "consent", "programme", "organisation"
]

NonEmpty = Annotated[str, Described(min_length=1)]

SeveralValues = Annotated[
    tuple[str | None, ...],
    BeforeValidator(lambda given: given if isinstance(given, list) else [given]),
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Field(_Strict):
    """A field of the documents that is kept, and what happens to its values on the way.

    `reason` says what it is kept for and `category` which kind of personal data it is: both stand
    in the record of processing. A closed array is closed element by element. An `internal` field is
    read to rebuild histories, and neither staged nor written.
    """

    treatment: Treatment
    description: str
    reason: NonEmpty
    category: Category
    vocabulary: str | None = None
    namespace: str | None = None
    type: Literal["text", "boolean", "number", "array"] = "text"
    unit: str | None = None
    internal: bool = False

    @model_validator(mode="after")
    def _complete(self) -> "Field":
        if (self.treatment == "closed") != (self.vocabulary is not None):
            raise ValueError("a closed field, and no other, names its vocabulary")
        if self.treatment == "keep" and self.type not in ("number", "boolean"):
            raise ValueError(
                "text that no list bounds may hold anything: as it is, only a number or a boolean"
                " is kept"
            )
        if (self.treatment == "pseudonym") != (self.namespace is not None):
            raise ValueError("a pseudonym, and no other field, names its namespace")
        if (self.treatment == "pseudonym") != (self.category == "identifier"):
            raise ValueError("an identifier, and no other field, is kept as a pseudonym")
        return self


class Column(_Strict):
    """A key column of the event table: a typed copy of a field of the state after the event.

    A `quasi_identifier` may be known of a person from elsewhere; a `sensitive` one is what somebody
    could learn with the help of these. A `restricted` one names a small group that a person belongs
    to: it stands in the entity's membership table, and its field in no state.
    """

    field: str
    description: str = ""
    joined: bool = False
    true_for: tuple[str, ...] = ()
    quasi_identifier: bool = False
    sensitive: bool = False
    restricted: bool = False


class Dropped(_Strict):
    """Fields of the documents that never leave the source, and why.

    `*` in a name stands for any characters, or none; upper and lower case differ. What the fields
    of an `identifying` group hold must not occur in anything that is written.
    """

    reason: NonEmpty
    identifying: bool = False
    fields: Annotated[tuple[NonEmpty, ...], Described(min_length=1)]


class Creation(_Strict):
    """The event of a document's creation: its first patch, adding `field` without an original.

    `date` is the field that holds the instant of the creation.
    """

    event: str
    field: str
    phase: str
    date: str = "createdAt"


class EventRule(_Strict):
    """The event that a change of `field` makes, from one of `origins` to one of `to`.

    Without them any value will do; None among them stands for a missing value.
    """

    field: str
    phase: str
    event: str
    to: SeveralValues | None = None
    origins: SeveralValues | None = Described(default=None, alias="from")


class Clause(_Strict):
    """The events a figure counts: all conditions given must hold."""

    event: tuple[str, ...] = ()
    field: str | None = None
    origins: tuple[str, ...] = Described(default=(), alias="from")
    to: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The conditions in words."""
        parts = [" or ".join(self.event)] if self.event else []
        if self.field:
            parts.append(f"{self.field} changes")
        if self.origins:
            parts.append("from " + ", ".join(self.origins))
        if self.to:
            parts.append(("with the value " if self.event else "to ") + ", ".join(self.to))
        return " ".join(parts)


class Figure(_Strict):
    """A daily figure: the events that meet one of the clauses."""

    phase: str
    figure: str
    description: str
    counts: tuple[Clause, ...]

    @property
    def definition(self) -> str:
        """What it counts, as a sentence."""
        clauses = "; or ".join(clause.sentence for clause in self.counts)
        return f"{self.description}: {clauses}"


class Purge(_Strict):
    """The field and value of a soft-deleted document, whose history was purged as well."""

    field: str
    value: str


class Join(_Strict):
    """The entity whose state at the instant of the event completes the key columns."""

    entity: str
    field: str


class Entity(_Strict):
    """One collection: its kept fields, events, key columns and figures.

    An `optional` one came to the application later: a collection of it that a source lacks is taken
    to be empty, as MongoDB makes one with its first document. `milestones` are the values of fields
    whose taking is, beside creation and status, a step of the usual course.
    """

    name: str
    collection: str
    patches: str
    title: str
    description: str
    fields: Mapping[str, Field]
    dropped: Mapping[str, Dropped] = {}
    columns: Mapping[str, Column]
    creation: Creation
    events: tuple[EventRule, ...]
    groups: Mapping[str, str] = {}
    pool: Mapping[PoolPart, str] = {}
    milestones: Mapping[str, str] = {}
    figures: tuple[Figure, ...] = ()
    join: Join | None = None
    purge: Purge | None = None
    optional: bool = False

    @cached_property
    def dropped_name(self) -> re.Pattern[str]:
        """What matches the names of `dropped`. Where a kept field fits a `*`, it is kept."""
        return _any_of(self.dropped.values())

    @cached_property
    def identifying_name(self) -> re.Pattern[str]:
        """What matches the names of the dropped fields that name, locate or reach a person."""
        return _any_of(group for group in self.dropped.values() if group.identifying)

    @property
    def table(self) -> str:
        """The event table's name in schema `analytics`."""
        return f"{self.name}_event"

    @property
    def membership_table(self) -> str:
        """The name, in schema `analytics`, of the table with the restricted columns."""
        return f"{self.name}_membership"

    @property
    def event_columns(self) -> dict[str, Column]:
        """The key columns of the event table, by name."""
        return {name: column for name, column in self.columns.items() if not column.restricted}

    @property
    def membership_columns(self) -> dict[str, Column]:
        """The restricted columns, by name; without any there is no membership table."""
        return {name: column for name, column in self.columns.items() if column.restricted}

    @property
    def staged_fields(self) -> dict[str, Field]:
        """The fields that may leave the process that reads the source: all but internal ones."""
        return {name: field for name, field in self.fields.items() if not field.internal}

    @property
    def state_fields(self) -> dict[str, Field]:
        """The fields that the states of event rows hold: neither internal nor restricted ones."""
        restricted = {column.field for column in self.membership_columns.values()}
        return {n: field for n, field in self.staged_fields.items() if n not in restricted}

    @property
    def version(self) -> str:
        """A fingerprint of all that the file says."""
        return sha256(self.model_dump_json().encode()).hexdigest()[:8]

    def history_fields(self, fields: Iterable[str]) -> list[str]:
        """The fields to read for the history of some: these, and those of the creation rule."""
        return list(dict.fromkeys((*fields, self.creation.field, self.creation.date)))

    @property
    def joined_fields(self) -> list[str]:
        """The fields read from the joined entity, in column order."""
        return [c.field for c in self.columns.values() if c.joined]

    @model_validator(mode="after")
    def _consistent(self) -> "Entity":
        used = {r.field for r in self.events} | {self.creation.field}
        used |= {c.field for c in self.event_columns.values() if not c.joined}
        used |= {self.join.field} if self.join else set()
        restricted = {c.field for c in self.membership_columns.values()}
        shown = used | set(self.pool.values())
        used |= restricted | {self.creation.date}
        dropped = Counter(name for group in self.dropped.values() for name in group.fields)
        events = {r.event for r in self.events} | {self.creation.event}
        counted = {e for f in self.figures for c in f.counts for e in c.event}
        fields = set(self.fields)
        faults = {
            "{} are used but are not among the fields": used - fields,
            "{} are among the fields and among the dropped": set(dropped) & fields,
            "{} are internal, and no event or column may show them": (shown | restricted)
            & (fields - set(self.staged_fields)),
            "{} are restricted, and no event or other column may show them": shown & restricted,
            "{} are dropped twice": {name for name, count in dropped.items() if count > 1},
            "the groups use {}, which are not among the columns": set(self.groups.values())
            - set(self.event_columns),
            "the pool uses {}, which are not among the fields": set(self.pool.values()) - fields,
            "the milestones use {}, which are not among the fields": set(self.milestones) - fields,
            "the figures count {}, which are not events": counted - events,
        }
        for sentence, names in faults.items():
            if names:
                raise ValueError(sentence.format(sorted(names)))
        if self.joined_fields and not self.join:
            raise ValueError("joined columns need a join")
        if any(column.joined for column in self.membership_columns.values()):
            raise ValueError("a restricted column is one of the entity's own fields")
        if self.pool and "status" not in self.pool:
            raise ValueError("the pool lacks status")
        return self


def _any_of(groups: Iterable[Dropped]) -> re.Pattern[str]:
    names = [name for group in groups for name in group.fields]
    return re.compile("|".join(map(translate, names)) or r"(?!)")


@dataclass(frozen=True)
class Catalogue:
    """All entities by name, and the closed vocabularies they use."""

    entities: Mapping[str, Entity]
    vocabularies: Mapping[str, Vocabulary]

    def sources(self, name: str) -> list[str]:
        """The entities whose collections are read for an entity: itself, and the one it joins."""
        join = self.entities[name].join
        return [name, *([join.entity] if join else [])]

    def dependents(self, name: str) -> dict[str, tuple[str, str]]:
        """The entities that join this one: name -> event table and its column with the owner."""
        return {
            other.name: (other.table, column)
            for other in self.entities.values()
            if other.join and other.join.entity == name
            for column, copied in other.columns.items()
            if copied.field == other.join.field and not copied.joined
        }

    def field(self, entity: Entity, column: Column) -> Field:
        """The field a key column copies, of the joined entity where it is a joined one."""
        owner = self.entities[entity.join.entity] if column.joined and entity.join else entity
        return owner.fields[column.field]

    def lists(self, text: str) -> bool:
        """Whether a text is a word of the catalogue: a listed value, or a name given here."""
        return text in self._words or any(p.fullmatch(text) for p in self._patterns)

    @cached_property
    def _words(self) -> frozenset[str]:
        named = {
            word
            for entity in self.entities.values()
            for rules in ((entity.creation,), entity.events)
            for rule in rules
            for word in (rule.event, rule.field, rule.phase)
        }
        return frozenset({OTHER} | named).union(*(v.values for v in self.vocabularies.values()))

    @cached_property
    def _patterns(self) -> list[re.Pattern[str]]:
        return [p for vocabulary in self.vocabularies.values() for p in vocabulary.patterns]

    def column_type(self, entity: Entity, column: Column) -> ColumnType:
        """The PostgreSQL type of a key column."""
        field = self.field(entity, column)
        if column.true_for:
            return "boolean"
        types: dict[Any, ColumnType] = {"age": "smallint", "pseudonym": "uuid"}
        return types.get(field.treatment, "numeric" if field.type == "number" else "text")
