"""Invented histories read with plain Python: patches applied one by one."""

from typing import Any

import bson
from bson.codec_options import CodecOptions

from snu_analytics.simulation import Simulation

# Dates come back with their time zone, as they went in.
AWARE: CodecOptions[dict[str, Any]] = CodecOptions(tz_aware=True)


def decoded(simulation: Simulation, collection: str) -> list[dict[str, Any]]:
    return [bson.decode(document, AWARE) for document in simulation.collections[collection]]


def applied(document: dict[str, Any], patch: dict[str, Any]) -> None:
    """Apply one patch forwards, comparing every `originalValue` with the document."""
    for op in patch["ops"]:
        *way, last = (
            key.replace("~1", "/").replace("~0", "~") for key in op["path"][1:].split("/")
        )
        holder: Any = document
        for key in way:
            holder = holder[int(key) if isinstance(holder, list) else key]
        if op["op"] == "add":
            assert "originalValue" not in op
            if isinstance(holder, list):
                assert int(last) == len(holder)
                holder.append(op["value"])
            else:
                assert last not in holder
                holder[last] = op["value"]
            continue
        key = int(last) if isinstance(holder, list) else last
        assert holder[key] == op["originalValue"]
        if op["op"] == "replace":
            holder[key] = op["value"]
        else:
            assert not isinstance(holder, list) or key == len(holder) - 1
            del holder[key]
