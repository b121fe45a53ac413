"""What is read in the role of a reader, and what that role is refused."""

from datetime import date

import psycopg
import pytest

from snu_analytics.errors import QuestionError
from snu_analytics.questions import as_reader, last_closed_month, last_published_day
from snu_analytics.warehouse import connect
from snu_analytics_tests.fixtures.postgres import execute
from snu_analytics_tests.reports.literal import DAY, publish


@pytest.fixture(scope="module")
def url(shared_warehouse_url) -> str:
    publish(shared_warehouse_url)
    return shared_warehouse_url


def test_a_reader_sees_what_is_published(url):
    with connect(url) as connection, as_reader(connection):
        assert last_published_day(connection) == DAY
        assert last_closed_month(connection, date(2024, 3, 1)) == date(2024, 2, 1)
        assert last_closed_month(connection, date(2024, 2, 1)) is None


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("SELECT FROM analytics.objective_progress", psycopg.errors.InsufficientPrivilege),
        ("DELETE FROM published.daily_total", psycopg.errors.ReadOnlySqlTransaction),
    ],
)
def test_a_reader_may_neither_read_what_is_not_nor_write(url, statement, refusal):
    with psycopg.connect(url, autocommit=True) as connection:
        with pytest.raises(refusal), as_reader(connection):
            connection.execute(statement)
        assert connection.execute("SELECT current_user").fetchone() == ("postgres",)


def test_the_loader_may_take_the_role(url):
    with connect(url.replace("//postgres@", "//snu_loader@")) as loader, as_reader(loader):
        assert last_published_day(loader) == DAY


def test_who_may_not_take_the_role_is_told_what_to_grant(url):
    execute(url, "CREATE ROLE nobody_yet LOGIN")
    database = url.partition("?")[0].rpartition("/")[2]
    execute(url, f"GRANT CONNECT ON DATABASE {database} TO nobody_yet")
    try:
        with (
            psycopg.connect(url.replace("//postgres@", "//nobody_yet@")) as connection,
            pytest.raises(QuestionError, match="GRANT snu_reader TO nobody_yet"),
            as_reader(connection),
        ):
            pass
    finally:
        execute(url, "DROP OWNED BY nobody_yet; DROP ROLE nobody_yet")
