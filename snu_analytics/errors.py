"""Errors that a person can act on: each message names the thing at fault and the mend.

None of them ever carries a secret or a value read from a person's record.
"""


class SnuError(Exception):
    """A fault in the set-up, the source, the warehouse or the request, in one sentence."""


class SettingsError(SnuError):
    """An environment variable is missing or malformed; the message names it."""


class CatalogueError(SnuError):
    """A catalogue file contradicts itself; the message names the file and the entry."""


class RegisterError(SnuError):
    """The record of processing cannot be made; the message names the file and the entry."""


class PartitionError(SnuError):
    """A day is malformed, before the first partition, or not over yet."""


class SourceError(SnuError):
    """The source cannot be read as it is; the message names the file or collection and the mend."""


class SourceUnavailable(SourceError):
    """The source did not answer: worth trying again."""


class StagingError(SnuError):
    """A staging file is missing or cannot be written; the message names the asset to run."""


class WarehouseError(SnuError):
    """PostgreSQL refuses what was asked; the message names the table or the role and the mend."""


class WarehouseUnavailable(WarehouseError):
    """PostgreSQL did not answer or went away: worth trying again."""


class ErasureError(SnuError):
    """An erasure would take much more than it should, or its request cannot be read."""


class ObjectivesError(SnuError):
    """The file of objectives cannot be read; the message names it, and the line or column."""


class QuestionError(SnuError):
    """There is no such question, or not with these arguments; the message lists what there is."""


class LeakError(SnuError):
    """A value about to be written is none that a treatment makes; the message names the column."""


class BackupError(SnuError):
    """A backup cannot be read or restored; the message names the file."""


class AlertError(SnuError):
    """An alert or a ping could not be delivered; the message names the variable, never the URL."""
