import psycopg2
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from snu_analytics.warehouse import dagster_url

OPTIONS = "-c search_path=dagster -c synchronous_commit=off"


def test_dagster_keeps_its_runs_in_a_schema_of_its_own():
    url = dagster_url("postgresql://user:p%40ss@host:5433/snu", None)
    assert url == (
        "postgresql+psycopg2://user:p%40ss@host:5433/snu"
        "?options=-c%20search_path%3Ddagster%20-c%20synchronous_commit%3Doff"
    )


def test_the_options_of_the_warehouse_are_kept():
    url = dagster_url("postgresql://host/snu?options=-c%20jit%3Doff&sslmode=require", None)
    assert dict(make_url(url).query) == {
        "options": f"-c jit=off {OPTIONS}",
        "sslmode": "require",
    }


@pytest.mark.parametrize("query", ["", "?options=-c%20search_path%3Delsewhere&sslmode=require"])
def test_an_override_keeps_its_own_query(query):
    override = f"postgres://user@other/dagster{query}"
    assert dagster_url("postgresql://host/snu", override) == (
        f"postgresql+psycopg2://user@other/dagster{query}"
    )


def test_the_address_works_on_a_socket_for_sqlalchemy_and_libpq(warehouse_url):
    url = dagster_url(warehouse_url, None)
    with create_engine(url).connect() as connection:
        assert connection.execute(text("SHOW search_path")).scalar() == "dagster"
        assert connection.execute(text("SHOW synchronous_commit")).scalar() == "off"
    plain = psycopg2.connect(url.replace("+psycopg2", ""))
    with plain.cursor() as cursor:
        cursor.execute("SHOW search_path")
        assert cursor.fetchone() == ("dagster",)
    plain.close()
