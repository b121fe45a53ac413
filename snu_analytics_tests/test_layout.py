"""The shape of the code, read from its files: where tests lie, how long files are, where SQL is."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PRODUCT, TESTS, BENCHMARKS = (
    ROOT / name for name in ("snu_analytics", "snu_analytics_tests", "benchmarks")
)

# Folders of tests that are of no room: what tests share, the questions for Metabase, and what the
# plugin that writes patches in production does, and how the program is deployed.
BESIDE_THE_ROOMS = {"deploy", "fixtures", "metabase", "plugin"}

# Tests at the top that are of no module.
OF_THE_WHOLE = {"layout"}

LONGEST = 400

# The rooms whose code holds SQL. `orchestration` for its two checks of loaded days.
SQL_ROOMS = {
    "embedded_postgres",
    "figures",
    "monitoring",
    "pipeline",
    "privacy",
    "questions",
    "warehouse",
}
WITHOUT_SQL = {"figures/objectives", "figures/projections", "privacy/register"}

_SQL = re.compile(
    r"\b(SELECT|INSERT INTO|DELETE FROM|UPDATE \S+ SET|TRUNCATE|SET LOCAL|WITH \w+ AS|LOCK TABLE"
    r"|(CREATE|ALTER|DROP) (TEMPORARY )?(DATABASE|FUNCTION|INDEX|ROLE|SCHEMA|TABLE|TRIGGER|VIEW)"
    r"|GRANT .* TO|REVOKE .* FROM)\b"
)

# A name that says nothing of what it is bound to.
BANNED = {"told", "found", "one", "kept"}


def files(*folders: Path) -> list[Path]:
    return sorted(file for folder in folders for file in folder.rglob("*.py"))


def relative(file: Path) -> str:
    return str(file.relative_to(ROOT))


def rooms(package: Path) -> set[str]:
    """The folders that hold Python files, relative to the package."""
    return {str(file.parent.relative_to(package)) for file in files(package)}


@cache
def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def test_the_folders_of_tests_are_those_of_the_package():
    assert rooms(TESTS) - BESIDE_THE_ROOMS <= rooms(PRODUCT)


def test_every_room_at_the_top_has_tests():
    assert {room for room in rooms(PRODUCT) if "/" not in room} <= rooms(TESTS)


def test_tests_at_the_top_are_of_modules_at_the_top():
    tests = {file.stem.removeprefix("test_") for file in TESTS.glob("test_*.py")}
    assert tests - OF_THE_WHOLE <= {file.stem for file in PRODUCT.glob("*.py")}


def test_no_file_is_too_long_to_be_read_at_once():
    lengths = {
        relative(file): len(file.read_text(encoding="utf-8").splitlines())
        for file in files(PRODUCT, TESTS, BENCHMARKS)
    }
    assert {file: length for file, length in lengths.items() if length > LONGEST} == {}


def test_sql_stands_in_the_rooms_of_the_database_alone():
    holding = {
        str(file.parent.relative_to(PRODUCT))
        for file in files(PRODUCT)
        if any(_SQL.search(text) for text in texts(parsed(file)))
    }
    assert {room.split("/")[0] for room in holding} == SQL_ROOMS
    assert holding & WITHOUT_SQL == set()


def texts(module: ast.Module) -> Iterator[str]:
    """The string constants of a module, its docstrings aside."""
    docstrings = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    for node in ast.walk(module):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in docstrings:
                yield text


def test_private_modules_of_dagster_are_imported_in_one_module():
    importing = {
        relative(file)
        for file in files(PRODUCT)
        if any(is_private_to_dagster(name) for name in imported(parsed(file)))
    }
    assert len(importing) <= 1, importing


def imported(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def is_private_to_dagster(name: str) -> bool:
    package, *parts = name.split(".")
    return package.startswith("dagster") and any(part.startswith("_") for part in parts)


def test_no_name_says_nothing_of_what_it_is_bound_to():
    banned = {relative(file): BANNED & set(bound(parsed(file))) for file in files(PRODUCT)}
    assert {file: names for file, names in banned.items() if names} == {}


def bound(module: ast.Module) -> Iterator[str]:
    """The names that a module gives: to variables, arguments, exceptions, functions, classes."""
    for node in ast.walk(module):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                yield name
            case ast.ExceptHandler(name=str(name)):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.ClassDef(name=name):
                yield name
