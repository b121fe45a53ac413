"""Pseudonyms: HMAC-SHA256 (RFC 2104) with a subkey per namespace, 128 bits, written as uuid."""

import hmac
from functools import cached_property

import polars as pl

_FINGERPRINT_BITS = 64


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
            one = keyed.copy()
            one.update(identifier.encode())
            digests.append(one.hexdigest())
        codes = identifiers.cast(pl.Enum(distinct)).to_physical()
        return _uuids(pl.Series(digests, dtype=pl.String)).gather(codes)

    def digest(self, text: str) -> str:
        """A short keyed digest, which tells two hidden values apart and nothing else of them."""
        return hmac.digest(self._subkey("value"), text.encode("utf-8", "replace"), "sha256").hex()[
            :12
        ]

    def seal(self, content: bytes) -> str:
        """A keyed digest of much content, which tells whether it changed and nothing of it."""
        return hmac.digest(self._subkey("seal"), content, "sha256").hex()[:32]

    @cached_property
    def fingerprint(self) -> str:
        """What names the key without telling it: kept beside the rows made with it."""
        return self._subkey("fingerprint").hex()[: _FINGERPRINT_BITS // 4]

    def _subkey(self, namespace: str) -> bytes:
        return hmac.digest(self._key, f"snu-analytics/1/{namespace}".encode(), "sha256")


def _uuids(hexadecimal: pl.Series) -> pl.Series:
    parts = [hexadecimal.str.slice(at, n) for at, n in ((0, 8), (8, 4), (12, 4), (16, 4), (20, 12))]
    return pl.select(pl.concat_str(parts, separator="-")).to_series()
