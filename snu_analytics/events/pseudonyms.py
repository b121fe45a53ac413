"""Pseudonyms: HMAC-SHA256 (RFC 2104) with a subkey per namespace, 128 bits, written as uuid."""

import hmac
from functools import cached_property

import numpy as np
import polars as pl
import pyarrow as pa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

_FINGERPRINT_BITS = 64

# An AES block holds an ObjectId's 12 bytes and 4 zeros, by which a wrong key shows.
_BLOCK, _OBJECT_ID = 16, 12


class Pseudonymiser:
    """Turns identifiers into pseudonyms that only the holder of the key can make again."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def series(self, namespace: str, identifiers: pl.Series) -> pl.Series:
        """The pseudonyms of the identifiers (String, null stays null), as dashed uuid texts."""
        digests = _Digests(self._subkey(namespace))
        given = identifiers.drop_nulls()
        made = _uuids(b"".join(map(digests.__getitem__, given)))
        return made if len(given) == len(identifiers) else _spread(made, identifiers)

    def erased(self, subjects: pl.Series) -> pl.Series:
        """The digests of pseudonyms for the list of the erased, as dashed uuid texts."""
        return self.series("erased", subjects)

    def sealed(self, refs: pl.Series) -> pl.Series:
        """Hexadecimal ObjectIds (null stays null) as uuid texts that `opened` turns back.

        For what a later step must ask the source for: one block of AES each, so that equal ids stay
        equal and only the key opens them.
        """
        given = refs.drop_nulls()
        blocks = np.zeros((len(given), _BLOCK), "u1")
        blocks[:, :_OBJECT_ID] = _bytes(given).reshape(-1, _OBJECT_ID)
        made = _uuids(self._blocks.encryptor().update(blocks.tobytes()))
        return _spread(made, refs)

    def opened(self, sealed: pl.Series) -> pl.Series:
        """The ObjectIds behind sealed ones.

        Raises ValueError when they were sealed with another key.
        """
        digits = sealed.drop_nulls().str.replace_all("-", "", literal=True)
        blocks = self._blocks.decryptor().update(_bytes(digits).tobytes())
        opened = np.frombuffer(blocks, "u1").reshape(-1, _BLOCK)
        if opened[:, _OBJECT_ID:].any():
            raise ValueError("sealed with another key")
        return _spread(_hexadecimal(opened[:, :_OBJECT_ID].tobytes(), _OBJECT_ID), sealed)

    @cached_property
    def _blocks(self) -> Cipher:
        # Every ObjectId is a block of its own and occurs once as a plain text: the weakness of ECB,
        # equal blocks within a longer text, has nothing to show here.
        return Cipher(algorithms.AES256(self._subkey("seal-ref")), modes.ECB())  # noqa: S305

    def seal(self, content: bytes) -> str:
        """A keyed digest (32 hexadecimal digits) of content, by which a change of it shows."""
        return hmac.digest(self._subkey("seal"), content, "sha256").hex()[:32]

    @cached_property
    def fingerprint(self) -> str:
        """The key's public name (16 hexadecimal digits), kept beside the rows made with it."""
        return self._subkey("fingerprint").hex()[: _FINGERPRINT_BITS // 4]

    def _subkey(self, namespace: str) -> bytes:
        return hmac.digest(self._key, f"snu-analytics/1/{namespace}".encode(), "sha256")


def _bytes(hexadecimal: pl.Series) -> np.ndarray:
    return np.frombuffer(bytes.fromhex(hexadecimal.str.join("").item()), "u1")


class _Digests(dict[str, bytes]):
    """Identifiers met -> the 128 bits of their HMAC-SHA256: those of documents repeat."""

    def __init__(self, key: bytes) -> None:
        self._keyed = HMAC(key, SHA256())

    def __missing__(self, identifier: str) -> bytes:
        keyed = self._keyed.copy()
        keyed.update(identifier.encode())
        digest = self[identifier] = keyed.finalize()[:_BLOCK]
        return digest


def _spread(values: pl.Series, like: pl.Series) -> pl.Series:
    """The values, in order, at the places where `like` is not null; null elsewhere."""
    places = pl.select(pl.when(like.is_not_null()).then(like.is_not_null().cum_sum() - 1))
    return values.gather(places.to_series())


def _hexadecimal(blocks: bytes, width: int) -> pl.Series:
    """The hexadecimal texts of blocks of `width` bytes."""
    return _texts(np.frombuffer(blocks.hex().encode(), "u1"), 2 * width)


def _uuids(blocks: bytes) -> pl.Series:
    """The dashed uuid texts of blocks of 128 bits."""
    digits = np.frombuffer(blocks.hex().encode(), "u1").reshape(-1, 32)
    return _texts(np.insert(digits, (8, 12, 16, 20), ord("-"), axis=1).ravel(), 36)


def _texts(characters: np.ndarray, width: int) -> pl.Series:
    """Texts of `width` characters that lie end to end."""
    offsets = np.arange(0, len(characters) + 1, width, dtype="i8")
    buffers = pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(characters))
    return pl.Series(
        pl.from_arrow(pa.LargeStringArray.from_buffers(len(offsets) - 1, *buffers)),
        dtype=pl.String,
    )
