"""Reads the questions' files into the model."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import yaml
from pydantic import ValidationError

from snu_analytics.catalogue import View, first_fault, parse_yaml
from snu_analytics.errors import QuestionError
from snu_analytics.questions.model import Question, hint


@cache
def load_questions() -> Mapping[str, Question]:
    """The questions that come with the package, by name.

    Raises QuestionError naming the file and the entry at fault.
    """
    return read_questions(files(__package__) / "sql")


def question_views() -> list[View]:
    """The views of all questions, as a migration makes them."""
    return [view for question in load_questions().values() for view in question.definitions]


def find_question(name: str) -> Question:
    """The question of that name; raises QuestionError that names the known ones."""
    known = load_questions()
    if name not in known:
        raise QuestionError(f"there is no question '{name}'{hint(name, known)}")
    return known[name]


def read_questions(folder: Traversable) -> dict[str, Question]:
    """The questions of a folder, one per `.sql` file, in the order of their names."""
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".sql"))
    return {q.name: q for q in (_question(name, folder / name) for name in names)}


def _question(file: str, path: Traversable) -> Question:
    lines = path.read_text(encoding="utf-8").splitlines()
    end = next((n for n, line in enumerate(lines) if not line.startswith("--")), len(lines))
    head = "\n".join(line.removeprefix("--").removeprefix(" ") for line in lines[:end])
    try:
        select = "\n".join(lines[end:]).strip()
        return Question(name=file.removesuffix(".sql"), select=select, **parse_yaml(head))
    except ValidationError as fault:
        raise QuestionError(f"{file}, {first_fault(fault)}") from None
    except (yaml.YAMLError, TypeError):
        raise QuestionError(f"{file}: its leading comments are not YAML") from None
