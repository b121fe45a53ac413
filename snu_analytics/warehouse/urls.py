"""The address under which Dagster keeps its runs in the warehouse's database."""

from urllib.parse import parse_qsl, quote, urlencode

DAGSTER_SCHEMA = "dagster"

# Runs and events of Dagster may lose their last half second in a crash of the server; waiting for
# the disk at each of its many small writes is not worth it.
_OPTIONS = f"-c search_path={DAGSTER_SCHEMA} -c synchronous_commit=off"
_DRIVER = "postgresql+psycopg2"


def dagster_url(warehouse_url: str, override: str | None = None) -> str:
    """The storage address for dagster-postgres: `override`, or the warehouse's schema `dagster`.

    The driver is psycopg2: for a plain `postgresql://` SQLAlchemy 2.1 takes psycopg 3, on which
    dagster-postgres 0.29 fails at its first NOTIFY. An override keeps its own query, and the
    warehouse's own `options` stay in front of Dagster's.
    """
    place, _, query = (override or warehouse_url).partition("?")
    place = f"{_DRIVER}://{place.partition('://')[2]}"
    if override:
        return f"{place}?{query}" if query else place
    settings = dict(parse_qsl(query, keep_blank_values=True))
    settings["options"] = " ".join(filter(None, [settings.get("options"), _OPTIONS]))
    # libpq reads %20 as a space but not the plus sign.
    return f"{place}?{urlencode(settings, quote_via=quote)}"
