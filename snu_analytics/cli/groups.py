"""Groups of commands that import a command's module when it is called."""

import ast
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from snu_analytics.cli.faults import ended_by_signals, exit_on_error


class LazyGroup(click.Group):
    """A group whose command `name` is the function `name` of the module `package`.`name`.

    `--help` takes the commands' docstrings from the source files: importing them all, with Dagster
    and Polars, takes 4 s.
    """

    def __init__(self, *, package: str, names: Sequence[str], **options: Any) -> None:
        super().__init__(**options)
        self._package = package
        self._names = names

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._names:
            return None
        return getattr(import_module(f"{self._package}.{cmd_name}"), cmd_name)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands that go on so, without importing them, and the options."""
        names = [name for name in self._names if name.startswith(incomplete)]
        return [
            *(CompletionItem(name, help=self._summary(name)) for name in names),
            *click.Command.shell_complete(self, ctx, incomplete),
        ]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        described = [click.Command(name, help=self._docstring(name)) for name in self._names]
        click.Group(commands=described).format_commands(ctx, formatter)

    def invoke(self, ctx: click.Context) -> Any:
        with exit_on_error():
            return ended_by_signals(lambda: self._called(ctx))

    def _called(self, ctx: click.Context) -> Any:
        with ctx:  # click's current context is one of each thread
            return super().invoke(ctx)

    def _summary(self, name: str) -> str:
        return (self._docstring(name) or "").partition("\n")[0]

    def _docstring(self, name: str) -> str | None:
        spec = find_spec(f"{self._package}.{name}")
        if spec is None or spec.origin is None:
            return None
        module = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
        return next(
            ast.get_docstring(node)
            for node in module.body
            if isinstance(node, ast.FunctionDef) and node.name == name
        )
