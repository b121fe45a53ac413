"""k-anonymity and l-diversity of an event table, over its persons and over its rows.

A class holds all units with the same values in every quasi-identifier; a null is a value like any
other, since whoever looks at the rows sees it too. k is the size of the smallest class; l, for a
sensitive column, the least number of distinct values in one (Machanavajjhala et al., 2007, distinct
l-diversity).

The unit `person` is one row per person, that of the latest event: what the tables tell of the
person today. The person of an event of young people is its subject; where an entity joins the young
person (an application, a request for equivalence), it is the one it names, else somebody with ten
applications would hide among ten of their own; an application that names nobody stands for somebody
of its own. The unit `event` is every row: former states single out as well. There a class of many
rows may be of one person, so that it is told apart how many persons there are in it.
"""

from collections.abc import Iterator

from psycopg import sql

from snu_analytics.catalogue import Catalogue, Entity
from snu_analytics.privacy.risk_measures import bands


def exposed(catalogue: Catalogue) -> list[Entity]:
    """The entities about persons: those with quasi-identifiers."""
    return [entity for entity in catalogue.entities.values() if _quasi_identifiers(entity)]


def class_query(entity: Entity) -> sql.Composed:
    """SQL with unit, measure, column_name and value (numeric), in one pass over the event table.

    Of a table without rows nothing is told but that there are 0. Shares are fractions of 1, rounded
    to six digits.
    """
    known, sensitive = _quasi_identifiers(entity), _sensitive(entity)
    return sql.SQL(
        """
        WITH held AS MATERIALIZED (
            SELECT {person} AS person_id, event_at, event_id, {texts} FROM {table}
        ), units AS (
            SELECT 'event' AS unit, person_id, {columns} FROM held
            UNION ALL
            (SELECT DISTINCT ON (person_id) 'person', person_id, {columns} FROM held
             ORDER BY person_id, event_at DESC, event_id DESC)
        ), classes AS MATERIALIZED (
            SELECT unit, {known}, count(*) AS class_size,
                   count(DISTINCT person_id) AS class_persons{values}
            FROM units GROUP BY unit, {known}
        ), coarser AS (
            SELECT unit, GROUPING({known}) AS mask, sum(class_size) AS class_size
            FROM classes GROUP BY GROUPING SETS ({sets})
        ), unique_units AS (
            SELECT unit, mask, coalesce(sum(class_size) FILTER (WHERE class_size = 1), 0) AS alone
            FROM coarser GROUP BY unit, mask
        ), summary AS (
            SELECT unit, {summed} FROM classes GROUP BY unit
        ), told AS (
            SELECT unit, named.* FROM summary
            CROSS JOIN LATERAL (VALUES {summary}) AS named (measure, column_name, value)
            UNION ALL
            SELECT unit, measure, column_name, CASE measure
                WHEN 'unique_share_added' THEN (rows_in_classes_of_1 - alone) / total
                ELSE alone / total END
            FROM unique_units JOIN summary USING (unit)
            JOIN (VALUES {masks}) AS named (measure, column_name, mask) USING (mask)
            UNION ALL
            SELECT unit, 'rows', NULL, 0 FROM (VALUES ('person'), ('event')) AS empty (unit)
            WHERE NOT EXISTS (SELECT FROM held)
        )
        SELECT unit, measure, column_name, round(value, 6) FROM told
        WHERE unit = 'event' OR measure NOT IN ('k_persons', 'one_person_share')
        """
    ).format(
        person=_person(entity),
        columns=_listed([*known, *sensitive]),
        texts=sql.SQL(", ").join(map(_text, [*known, *sensitive])),
        table=sql.Identifier("analytics", entity.table),
        known=_listed(known),
        values=sql.SQL("").join(map(_values, sensitive)),
        sets=sql.SQL(", ").join(_sets(known)),
        masks=sql.SQL(", ").join(_masks(known)),
        summed=sql.SQL(", ").join(_summed(sensitive)),
        summary=sql.SQL(", ").join(_summary(sensitive)),
    )


def _quasi_identifiers(entity: Entity) -> list[str]:
    return [name for name, column in entity.columns.items() if column.quasi_identifier]


def _sensitive(entity: Entity) -> list[str]:
    return [name for name, column in entity.columns.items() if column.sensitive]


def _person(entity: Entity) -> sql.Composable:
    naming = [
        name
        for name, column in entity.columns.items()
        if entity.join and column.field == entity.join.field and not column.joined
    ]
    return sql.SQL("coalesce({})").format(_listed([*naming, "subject_id"]))


def _text(column: str) -> sql.Composed:
    # Sorted byte by byte: French rules take several times as long and tell the same values apart.
    return sql.SQL('{column}::text COLLATE "C" AS {column}').format(column=sql.Identifier(column))


def _listed(names: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))


def _values(column: str) -> sql.Composed:
    return sql.SQL(
        ", count(DISTINCT {column}) + (count({column}) < count(*))::int AS {values}"
    ).format(column=sql.Identifier(column), values=_number_of(column))


def _number_of(column: str) -> sql.Identifier:
    return sql.Identifier(f"values of {column}")


def _mask(known: list[str], kept: list[str]) -> int:
    """What GROUPING gives for a set: a bit per column that is not in it, the first one highest."""
    bits = ["0" if name in kept else "1" for name in known]
    return int("".join(bits), 2)


def _coarser(known: list[str]) -> Iterator[tuple[str, str, list[str]]]:
    for name in known:
        yield "unique_share_alone", name, [name]
        others = [other for other in known if other != name]
        yield "unique_share_without", name, others
        yield "unique_share_added", name, others


def _sets(known: list[str]) -> Iterator[sql.Composed]:
    # Of two quasi-identifiers one alone is all without the other: a set must not be there twice.
    for kept in {_mask(known, kept): kept for _, _, kept in _coarser(known)}.values():
        yield sql.SQL("(unit, {})").format(_listed(kept)) if kept else sql.SQL("(unit)").format()


def _masks(known: list[str]) -> Iterator[sql.Composed]:
    for measure, name, kept in _coarser(known):
        yield sql.SQL("({}, {}, {})").format(measure, name, _mask(known, kept))


def _summed(sensitive: list[str]) -> Iterator[sql.Composable]:
    yield sql.SQL(
        "sum(class_size) AS total, count(*) AS classes, min(class_size) AS k, "
        "min(class_persons) AS k_persons, "
        "sum(class_size) FILTER (WHERE class_persons = 1) AS of_one_person, "
        "sum(class_size) FILTER (WHERE class_size < 5) AS below_5, "
        "sum(class_size) FILTER (WHERE class_size < 11) AS below_11"
    )
    for ending, (least, most) in bands().items():
        within = sql.SQL("class_size >= {}").format(least)
        if most:
            within = sql.SQL("class_size BETWEEN {} AND {}").format(least, most)
        yield sql.SQL(
            "count(*) FILTER (WHERE {within}) AS {classes}, "
            "coalesce(sum(class_size) FILTER (WHERE {within}), 0) AS {rows}"
        ).format(
            within=within,
            classes=sql.Identifier(f"classes_of_{ending}"),
            rows=sql.Identifier(f"rows_in_classes_of_{ending}"),
        )
    for column in sensitive:
        yield sql.SQL(
            "min({values}) AS {least}, count(*) FILTER (WHERE {values} = 1) AS {classes}, "
            "sum(class_size) FILTER (WHERE {values} = 1) AS {rows}"
        ).format(
            values=_number_of(column),
            least=sql.Identifier(f"l of {column}"),
            classes=sql.Identifier(f"classes telling {column}"),
            rows=sql.Identifier(f"rows telling {column}"),
        )


def _summary(sensitive: list[str]) -> Iterator[sql.Composed]:
    total, classes = sql.SQL("total"), sql.SQL("classes")
    counts = {
        "rows": total,
        "classes": classes,
        "k": sql.SQL("k"),
        "k_persons": sql.SQL("k_persons"),
    }
    yield from (_line(measure, counted) for measure, counted in counts.items())
    yield _line("unique_rows", sql.Identifier("rows_in_classes_of_1"))
    yield _line("unique_share", sql.Identifier("rows_in_classes_of_1"), of=total)
    yield _line("one_person_share", sql.SQL("of_one_person"), of=total)
    yield _line("below_5_share", sql.SQL("below_5"), of=total)
    yield _line("below_11_share", sql.SQL("below_11"), of=total)
    for ending in bands():
        for measure in (f"rows_in_classes_of_{ending}", f"classes_of_{ending}"):
            yield _line(measure, sql.Identifier(measure))
    for column in sensitive:
        yield _line("l", sql.Identifier(f"l of {column}"), column)
        yield _line(
            "l1_classes_share", sql.Identifier(f"classes telling {column}"), column, classes
        )
        yield _line("l1_rows_share", sql.Identifier(f"rows telling {column}"), column, total)


def _line(
    measure: str,
    counted: sql.Composable,
    column: str | None = None,
    of: sql.Composable | None = None,
) -> sql.Composed:
    return sql.SQL("({}, {}::text, coalesce({}, 0)::numeric / {})").format(
        measure, column, counted, of or sql.SQL("1")
    )
