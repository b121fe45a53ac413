"""Which faults Dagster retries, and what it shows of them."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from snu_analytics.errors import SnuError, SourceUnavailable, WarehouseUnavailable

# Three tries within some four minutes outlast a failover of a MongoDB replica set or a restart of
# PostgreSQL; whatever lasts longer needs a person.
RETRY_POLICY = dg.RetryPolicy(
    max_retries=3, delay=30, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS
)


@contextmanager
def as_dagster_failure() -> Iterator[None]:
    """Turn any fault into a `Failure`, to be retried only if the network was at fault.

    An unforeseen exception is named by its kind and place alone: its message may quote a record.
    """
    try:
        yield
    except (SourceUnavailable, WarehouseUnavailable) as fault:
        raise dg.Failure(
            description=str(fault), metadata={"unreachable": True}, allow_retries=True
        ) from None
    except SnuError as fault:
        raise dg.Failure(description=str(fault), allow_retries=False) from None
    except Exception as fault:
        places = traceback.extract_tb(fault.__traceback__)
        where = " < ".join(f"{p.name} ({p.filename}:{p.lineno})" for p in reversed(places[-6:]))
        raise dg.Failure(
            description=f"unforeseen {type(fault).__name__} at {where}", allow_retries=False
        ) from None
