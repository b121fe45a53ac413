"""Loads the young people's raw patches of a dump with dlt; runs in the environment of dlt alone.

`python peers_dlt.py DUMP URL FOLDER NESTING`: prints the number of patches and the seconds. The
patches come from pymongo's C decoder in pages of a thousand, which is the quickest that dlt takes
them. With NESTING 0 the operations stay one JSON column; with 1000, dlt's own way, each operation
becomes a row of a table of its own.
"""

import json
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import bson
import dlt

_PAGE = 1_000


def pages(dump: Path) -> Iterator[list[dict]]:
    with (dump / "young_patches.bson").open("rb") as file:
        patches = bson.decode_file_iter(file)
        while page := [_plain(patch) for patch in islice(patches, _PAGE)]:
            yield page


def _plain(patch: dict) -> dict:
    """A patch with its ids as texts: dlt knows no ObjectId."""
    return {
        name: value if name in ("date", "ops") else json.loads(json.dumps(value, default=str))
        for name, value in patch.items()
    }


def main(dump: str, url: str, folder: str, nesting: str) -> None:
    resource = dlt.resource(
        pages(Path(dump)),
        name="young_patches",
        write_disposition="replace",
        max_table_nesting=int(nesting),
    )
    pipeline = dlt.pipeline(
        f"peer_{nesting}",
        pipelines_dir=folder,
        destination=dlt.destinations.postgres(url),
        dataset_name=f"peer_dlt_{nesting}",
    )
    began = time.monotonic()
    pipeline.run(resource)
    seconds = time.monotonic() - began
    counts = pipeline.last_trace.last_normalize_info.row_counts
    print(json.dumps({"patches": counts["young_patches"], "seconds": seconds}))


if __name__ == "__main__":
    main(*sys.argv[1:])
