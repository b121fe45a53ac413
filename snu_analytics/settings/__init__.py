"""The configuration of a process: environment variables and the file of the pseudonym key.

Knows the calendar and the errors, nothing else of the package.
"""

from snu_analytics.settings.environment import (
    EMBEDDED,
    RUNNING,
    STOPPED,
    Settings,
    export,
    read_settings,
)
from snu_analytics.settings.keyfile import (
    KEY_FILE_VARIABLE,
    KEY_VARIABLE,
    decode_key,
    default_file,
    destroy_file,
    ensure_key,
    file_mode,
    move_key,
    new_key,
    next_file,
    read_key,
    write_key,
)

__all__ = [
    "EMBEDDED",
    "KEY_FILE_VARIABLE",
    "KEY_VARIABLE",
    "RUNNING",
    "STOPPED",
    "Settings",
    "decode_key",
    "default_file",
    "destroy_file",
    "ensure_key",
    "export",
    "file_mode",
    "move_key",
    "new_key",
    "next_file",
    "read_key",
    "read_settings",
    "write_key",
]
