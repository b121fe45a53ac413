"""A backup is read without being restored, and brings back what it says."""

import subprocess
from datetime import date

import psycopg
import pytest

from snu_analytics.embedded_postgres import program
from snu_analytics.errors import BackupError
from snu_analytics.monitoring import read_backup
from snu_analytics.warehouse import connect
from snu_analytics_tests.fixtures.pipeline import contents
from snu_analytics_tests.fixtures.postgres import execute


@pytest.fixture
def dump(warehouse_url, tmp_path):
    """A backup of a warehouse in which two days of young people were loaded with the key `abc`."""
    with connect(warehouse_url) as connection:
        connection.execute(
            "INSERT INTO analytics.day_load (relation, day, row_count, key_id) VALUES "
            "('young_event', '2024-03-01', 4, 'abc'), ('young_event', '2024-03-02', 0, 'abc'), "
            "('application_event', '2024-03-01', 0, 'abc'), ('flow', '2024-03-09', 1, NULL)"
        )
    file = tmp_path / "snu.dump"
    command = [program("pg_dump"), "--format=custom", f"--file={file}", warehouse_url]
    subprocess.run(command, check=True)
    return file


def test_a_backup_says_its_days_tables_and_keys(dump):
    backup = read_backup(dump)
    assert backup.loaded == {
        "young_event": date(2024, 3, 2),
        "application_event": date(2024, 3, 1),
    }
    assert (backup.days, backup.key_ids) == (2, {"abc"})
    assert set(backup.tables) == {"analytics", "published"}


def test_a_restore_brings_back_the_same_tables(dump, warehouse_url, postgres_server):
    execute(postgres_server.url("postgres"), "CREATE DATABASE restored")
    url = postgres_server.url("restored")
    restore = [program("pg_restore"), "--exit-on-error", f"--dbname={url}", dump]
    subprocess.run(restore, check=True)
    restored = contents(url)
    execute(postgres_server.url("postgres"), "DROP DATABASE restored")
    assert restored == contents(warehouse_url)


def test_a_file_that_is_cut_short_is_named(dump):
    dump.write_bytes(dump.read_bytes()[:200])
    with pytest.raises(BackupError, match=r"snu\.dump cannot be restored: "):
        read_backup(dump)


def test_a_backup_of_another_database_is_refused(warehouse_url, tmp_path):
    with psycopg.connect(warehouse_url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA analytics CASCADE")
    file = tmp_path / "other.dump"
    subprocess.run(
        [program("pg_dump"), "--format=custom", f"--file={file}", warehouse_url], check=True
    )
    with pytest.raises(BackupError, match="holds no table of the schema analytics"):
        read_backup(file)
