"""Views are brought to their questions: told when they differ, and never in the way."""

from collections.abc import Iterable

import psycopg
from sqlalchemy import create_engine

from snu_analytics.catalogue import load_catalogue
from snu_analytics.questions import Question, load_questions, question_views
from snu_analytics.warehouse.schema import published_views
from snu_analytics.warehouse.schema.views import ensure_views
from snu_analytics_tests.fixtures.postgres import execute
from snu_analytics_tests.fixtures.warehouse import migrate, pending_changes
from snu_analytics_tests.warehouse.lines import rows

CATALOGUE = load_catalogue()
QUESTIONS = load_questions()
PUBLISHED = published_views("published")
MOVES = "analytics.q_department_moves"
WITHOUT_MOVES = [q for q in QUESTIONS.values() if q.name != "department_moves"]


def changes(url: str, questions: Iterable[Question]) -> list[tuple[str, str]]:
    """What a migration with these questions does, kept."""
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url))
    with engine.begin() as connection:
        views = [view for question in questions for view in question.definitions]
        done = list(ensure_views(connection, [*views, *PUBLISHED]))
    engine.dispose()
    return [(change.kind, change.sentence) for change in done]


def view_changes(url: str) -> list[tuple[str, str]]:
    done = migrate(url, CATALOGUE)
    return [(c.kind, c.sentence) for c in done if c.subject.startswith("view ")]


def test_each_question_has_its_view(warehouse_url):
    views = rows(warehouse_url, "SELECT viewname FROM pg_views WHERE schemaname = 'analytics'")
    assert {name for (name,) in views} >= {v.name for v in question_views()}


def test_a_view_and_its_columns_carry_their_comments(warehouse_url):
    for view in question_views():
        comments = rows(
            warehouse_url,
            "SELECT a.attname, col_description(a.attrelid, a.attnum) FROM pg_attribute a "
            "WHERE a.attrelid = %s::regclass AND a.attnum > 0 ORDER BY a.attnum",
            f"analytics.{view.name}",
        )
        assert dict(comments) == dict(view.columns)
    assert rows(warehouse_url, f"SELECT obj_description('{MOVES}'::regclass)")[0][0].startswith(
        "Young people who left or arrived in a department. How many young people moved, "
    )


def test_a_view_belongs_to_the_owner_and_is_for_analysts_alone(warehouse_url):
    assert rows(
        warehouse_url,
        "SELECT relowner::regrole::text, has_table_privilege('snu_analyst', oid, 'SELECT'), "
        "has_table_privilege('snu_reader', oid, 'SELECT') FROM pg_class WHERE oid = %s::regclass",
        MOVES,
    ) == [("snu_owner", True, False)]


def test_a_view_that_is_lost_is_created_again(warehouse_url):
    execute(warehouse_url, f"DROP VIEW {MOVES}")
    assert pending_changes(warehouse_url, CATALOGUE)[0].subject == f"view {MOVES}"
    assert view_changes(warehouse_url) == [
        ("created", f"view {MOVES} is created: Young people who left or arrived in a department")
    ]
    assert migrate(warehouse_url, CATALOGUE) == []


def test_a_view_replaced_by_hand_is_made_anew(warehouse_url):
    select = load_questions()["department_moves"].select
    execute(warehouse_url, f"CREATE OR REPLACE VIEW {MOVES} AS {select} AND false")
    assert view_changes(warehouse_url) == [("changed", f"view {MOVES} is made anew")]
    assert migrate(warehouse_url, CATALOGUE) == []


def test_a_question_that_changed_has_its_view_made_anew_with_other_columns(warehouse_url):
    former = QUESTIONS["department_moves"]
    columns = {name: comment for name, comment in former.columns.items() if name != "source"}
    select = former.select.replace(", cohort, source", ", cohort")
    new = former.model_copy(update={"columns": columns, "select": select})
    asked = [*WITHOUT_MOVES, new]
    assert changes(warehouse_url, asked) == [("changed", f"view {MOVES} is made anew")]
    assert changes(warehouse_url, asked) == []


def test_a_view_whose_question_is_gone_is_dropped(warehouse_url):
    dropped = [("changed", f"view {MOVES} is dropped, its question is gone")]
    assert changes(warehouse_url, WITHOUT_MOVES) == dropped
    assert rows(warehouse_url, f"SELECT to_regclass('{MOVES}')") == [(None,)]


def test_a_view_of_an_administrator_stands(warehouse_url):
    execute(warehouse_url, "CREATE VIEW analytics.mine AS SELECT 1 AS one")
    assert view_changes(warehouse_url) == []
    assert rows(warehouse_url, "SELECT one FROM analytics.mine") == [(1,)]


def test_a_view_on_which_others_rest_is_left_with_the_reason(warehouse_url):
    execute(warehouse_url, f"CREATE VIEW analytics.mine AS SELECT * FROM {MOVES}")
    assert changes(warehouse_url, WITHOUT_MOVES) == [
        (
            "left",
            f"other views rest on {MOVES}; drop it and them by hand, then migrate again: "
            f"DROP VIEW {MOVES} CASCADE;",
        )
    ]
    assert rows(warehouse_url, "SELECT count(*) FROM analytics.mine") == [(0,)]


def test_a_question_that_reads_what_is_lacking_is_left_with_the_reason(warehouse_url):
    lacking = QUESTIONS["department_moves"].model_copy(
        update={"name": "lacking", "select": "SELECT nothing FROM analytics.young_event"}
    )
    sentence = (
        "analytics.q_lacking is not made: it reads what is no longer in the catalogue; mend its "
        "file"
    )
    assert changes(warehouse_url, [*QUESTIONS.values(), lacking]) == [("left", sentence)]


def test_a_column_that_views_read_is_altered_by_the_sentence_of_its_change(warehouse_url):
    reading = "analytics.q_mission_status_changes, analytics.q_missions_created"
    execute(
        warehouse_url,
        f"DROP VIEW {reading}; ALTER TABLE analytics.mission_event ALTER main_domain "
        "TYPE jsonb USING NULL",
    )
    assert [kind for kind, _ in view_changes(warehouse_url)] == ["created", "created"]
    (left,) = migrate(warehouse_url, CATALOGUE)
    assert (left.kind, left.subject) == ("left", "column analytics.mission_event.main_domain")
    statement = left.sentence.partition("if nobody needs it: ")[2]
    assert statement.startswith(f"DROP VIEW {reading}; ALTER TABLE")
    execute(warehouse_url, statement)
    assert [kind for kind, _ in view_changes(warehouse_url)] == ["created", "created"]
    assert migrate(warehouse_url, CATALOGUE) == []
