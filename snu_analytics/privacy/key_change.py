"""The files and fingerprints of the pseudonym key when it is rotated or destroyed.

Imports the settings, the key's files, the staging folder and the warehouse; not Dagster. No
returned sentence ever holds a key.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from snu_analytics.errors import SettingsError
from snu_analytics.events import Pseudonymiser
from snu_analytics.pipeline import Staging, delete_copies
from snu_analytics.settings import (
    KEY_FILE_VARIABLE,
    KEY_VARIABLE,
    Settings,
    decode_key,
    default_file,
    destroy_file,
    move_key,
    new_key,
    next_file,
    read_key,
    write_key,
)
from snu_analytics.warehouse import Key, connect, erased_digests, forget_key, known_keys


@dataclass(frozen=True)
class NewKey:
    """The key to rotate to; `file` is None when that key is in force already."""

    pseudonyms: Pseudonymiser
    file: Path | None

    @property
    def fingerprint(self) -> str:
        return self.pseudonyms.fingerprint


def in_force(settings: Settings) -> Pseudonymiser | None:
    """The pseudonyms of the key in force; None when no key is set, or an unusable one."""
    text = settings.key_text()
    try:
        return Pseudonymiser(decode_key(text, settings.key_origin))
    except SettingsError:
        return None


def new_key_for(settings: Settings, known: Mapping[str, Key], named: Path | None = None) -> NewKey:
    """The key to rotate to: that of the file `named`, else that of an interrupted rotation.

    Else the key in force, where no row was made with it and the key of the rows is gone; else a new
    one, written to SNU_HOME/pseudonym.key.next. `known` holds the warehouse's keys by fingerprint.
    Raises SettingsError when none of these can be decided on.
    """
    if named:
        return _read(named.absolute())
    present = in_force(settings)
    state = known[present.fingerprint].state if present and present.fingerprint in known else None
    current = any(key.state == "current" for key in known.values())
    if present and (state == "incoming" or not (state or current)):
        return NewKey(present, None)
    if present and state is None:
        raise SettingsError(
            f"the key in {settings.key_origin} is not the key of the rows: set theirs, or, if it "
            "is lost, name the file of the key that is to replace it with --to"
        )
    file = next_file(settings.home)
    if not file.exists():
        if state != "current":
            raise SettingsError(
                "the key of the rows is gone: make a new one with `snu-analytics key new`, set it, "
                "and run `snu-analytics key rotate` again"
            )
        write_key(file, new_key())
    elif file == _file_in_force(settings):
        raise SettingsError(
            f"{file} is in force already: move it to {default_file(settings.home)} and unset "
            f"{KEY_FILE_VARIABLE}, or name the file of another key with --to"
        )
    return _read(file)


def with_key(settings: Settings, new: NewKey) -> Settings:
    """The settings under which days are rebuilt with the new key."""
    if new.file is None:
        return settings
    return settings.model_copy(update={"pseudonym_key": None, "key_file": new.file})


def settle(settings: Settings, warehouse_url: str, new: NewKey) -> list[str]:
    """Sentences on what was done to end a rotation, and on what is left to do by hand.

    The key that was in force is destroyed and the new one takes its place; files staged before the
    rotation, which hold pseudonyms of the old key, are deleted. An old key that cannot be reached
    from here (a variable, a secret of the system) is left to the reader. A second call completes
    an interrupted one.
    """
    with connect(warehouse_url) as connection:
        known = known_keys(connection)
    Staging(settings.staging_url).clear(known[new.fingerprint].since.timestamp())
    restart = "Restart what runs with the old key (daemon, web server): it is refused from now on."
    place, old = _file_in_force(settings), in_force(settings)
    if new.file is None or new.file == place:
        return [
            "The old key, if it is still kept anywhere, is of no more use: destroy it.",
            restart,
        ]
    if place is None:
        return [_left_by_variable(settings, new), restart]
    if place.exists() and old and old.fingerprint not in known:
        stays = f"{place} holds a key that no row was made with, and stays."
        return [stays, _to_be_named(new.file), restart]
    try:
        if place.exists() and not (old and old.fingerprint == new.fingerprint):
            destroy_file(place)
            if old:
                with connect(warehouse_url) as connection:
                    forget_key(connection, old.fingerprint)
        if place.exists():
            destroy_file(new.file)
        else:
            move_key(new.file, place)
    except SettingsError as fault:
        return [f"{fault}.", _to_be_named(new.file), restart]
    return [f"The old key is destroyed, the new one is in {place}.", restart]


def destroy(settings: Settings, warehouse_url: str, fingerprint: str) -> list[str]:
    """Sentences on how the key in force was destroyed, and on what is left to do by hand.

    From then on nobody can link the rows to the source. First the warehouse refuses the key, then
    the staged files and the indexes of dumps are deleted, then the key's file. Raises SettingsError
    when the fingerprint is not that of the key in force.
    """
    key = Pseudonymiser(settings.key())
    if fingerprint != key.fingerprint:
        raise SettingsError(
            f"that is not the fingerprint of the key in force ({settings.key_origin}): "
            "`snu-analytics key check` shows it; nothing was destroyed"
        )
    with connect(warehouse_url) as connection:
        erased_digests(connection, key)  # what is a pseudonym still could not become one later
        forget_key(connection, fingerprint)
    deleted = delete_copies(settings)
    report = [
        f"Nothing is written with the key {fingerprint} again; {deleted} staged files and indexes "
        "of dumps are gone."
    ]
    if settings.pseudonym_key:
        report.append(
            f"The key itself is yours to destroy: take {KEY_VARIABLE} out of wherever it is kept, "
            "backups included."
        )
        return report
    try:
        destroy_file(settings.key_file)
    except SettingsError as fault:
        return [*report, f"{fault}."]
    return [*report, f"{settings.key_file} was overwritten and removed; destroy its backups too."]


def _read(file: Path) -> NewKey:
    text = read_key(file)
    if text is None:
        raise SettingsError(
            f"{file} does not exist: make a key with `snu-analytics key new --out {file}`"
        )
    return NewKey(Pseudonymiser(decode_key(text, str(file))), file)


def _file_in_force(settings: Settings) -> Path | None:
    return None if settings.pseudonym_key else settings.key_file


def _left_by_variable(settings: Settings, new: NewKey) -> str:
    """What is left to do where a variable holds the old key.

    The new key moves to the default file, where it needs no variable, if there is none.
    """
    place, file = default_file(settings.home), new.file
    if file == next_file(settings.home) and not place.exists():
        move_key(file, place)
        return (
            f"The new key is in {place}: take {KEY_VARIABLE} out of wherever the old key is kept, "
            f"and the new one is found; or set {KEY_VARIABLE} to what the file holds."
        )
    return f"Take {KEY_VARIABLE} out of wherever the old key is kept. {_to_be_named(file)}"


def _to_be_named(file: Path | None) -> str:
    return (
        f"The new key is in {file}: set {KEY_FILE_VARIABLE} to it, or {KEY_VARIABLE} to what it "
        "holds."
    )
