"""What must hold before a run of days is worth starting."""

from snu_analytics.catalogue import load_catalogue
from snu_analytics.cli.context import CommandContext
from snu_analytics.errors import SourceError, WarehouseError
from snu_analytics.questions import question_views
from snu_analytics.warehouse import pending_changes


def require_ready(context: CommandContext, entity: str | None = None) -> None:
    """Raise the first fault that would stop every day, of all entities or one.

    That is SettingsError for the key, WarehouseError for the tables, SourceError for what the
    source lacks.
    """
    context.settings.key()
    require_schema(context)
    catalogue = load_catalogue()
    entities = [entity] if entity else catalogue.entities
    for name in sorted({source for entity in entities for source in catalogue.sources(entity)}):
        for check in context.source.checks(catalogue.entities[name]):
            if not check.ok and check.required:
                raise SourceError(f"{check.subject}: {check.message}")


def require_schema(context: CommandContext) -> None:
    """Raise WarehouseError when the tables are not those of the catalogue."""
    if unmade_changes(context.warehouse_url):
        raise WarehouseError("the warehouse is not up to date: run `snu-analytics migrate` first")


def unmade_changes(warehouse_url: str) -> list[str]:
    """What `snu-analytics migrate` would change, by name."""
    changes = pending_changes(warehouse_url, load_catalogue(), question_views())
    return [change.subject for change in changes if change.kind != "left"]
