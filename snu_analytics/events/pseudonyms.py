"""Pseudonyms: HMAC-SHA256 (RFC 2104) with a subkey per namespace, 128 bits, written as uuid."""

import hmac
from functools import cached_property

import numpy as np
import polars as pl
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_FINGERPRINT_BITS = 64

# An AES block holds an ObjectId's 12 bytes and 4 zeros, by which a wrong key shows.
_BLOCK, _OBJECT_ID = 16, 12


class Pseudonymiser:
    """Turns identifiers into pseudonyms that only the holder of the key can make again."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def series(self, namespace: str, identifiers: pl.Series) -> pl.Series:
        """The pseudonyms of the identifiers (String, null stays null), as dashed uuid texts."""
        distinct = identifiers.unique().drop_nulls()
        keyed = hmac.new(self._subkey(namespace), digestmod="sha256")
        digests = []
        for identifier in distinct:
            digest = keyed.copy()
            digest.update(identifier.encode())
            digests.append(digest.hexdigest())
        codes = identifiers.cast(pl.Enum(distinct)).to_physical()
        return _uuids(pl.Series(digests, dtype=pl.String)).gather(codes)

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
        made = _uuids(_hexadecimal(self._blocks.encryptor().update(blocks.tobytes()), _BLOCK))
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


def _hexadecimal(blocks: bytes, width: int) -> pl.Series:
    text = blocks.hex()
    digits = 2 * width
    return pl.Series(
        [text[at : at + digits] for at in range(0, len(text), digits)], dtype=pl.String
    )


def _spread(values: pl.Series, like: pl.Series) -> pl.Series:
    """The values, in order, at the places where `like` is not null; null elsewhere."""
    places = pl.select(pl.when(like.is_not_null()).then(like.is_not_null().cum_sum() - 1))
    return values.gather(places.to_series())


def _uuids(hexadecimal: pl.Series) -> pl.Series:
    parts = [hexadecimal.str.slice(at, n) for at, n in ((0, 8), (8, 4), (12, 4), (16, 4), (20, 12))]
    return pl.select(pl.concat_str(parts, separator="-")).to_series()
