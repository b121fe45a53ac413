"""The record of processing and the inputs of the impact assessment, made from the catalogue.

Catalogue, the facts of `processing.yaml` and the tables' columns go into `register.md.jinja`, and
the Markdown that comes of it is typeset by `register.typ`. Knows neither Dagster nor a database,
and nothing of the machine or the day it runs on.
"""

from snu_analytics.privacy.register.document import StoredColumn, StoredTable, register_document
from snu_analytics.privacy.register.files import stale_files, write_files
from snu_analytics.privacy.register.processing import read_processing

__all__ = [
    "StoredColumn",
    "StoredTable",
    "read_processing",
    "register_document",
    "stale_files",
    "write_files",
]
