"""Two young people with an application each, of whom a source has some or all."""

from snu_analytics_tests.fixtures.histories import add, document, patch, replace
from snu_analytics_tests.fixtures.world import World

ANNA, BORIS, HERS, HIS = (f"55a0000000000000000000{n}" for n in ("0a", "0b", "1a", "1b"))

FIRST, LAST = "2024-03-01", "2024-03-02"

YOUNG_PATCHES = [
    patch("2024-03-01T10:00", add("/status", "IN_PROGRESS"), ref=ANNA),
    patch("2024-03-01T11:00", add("/status", "IN_PROGRESS"), ref=BORIS),
    patch("2024-03-02T10:00", replace("/status", "IN_PROGRESS", "VALIDATED"), ref=ANNA),
]

APPLICATION_PATCHES = [
    patch(
        f"2024-03-02T1{n}:00", add("/status", "WAITING_VALIDATION"), add("/youngId", owner), ref=ref
    )
    for n, (owner, ref) in enumerate([(ANNA, HERS), (BORIS, HIS)])
]


def hold(world: World, *present: str, **fields) -> None:
    """Let the source have every patch, and of the documents these alone."""
    world.hold(
        youngs=[document(ref, **fields.get(ref, {})) for ref in present if ref in (ANNA, BORIS)],
        young_patches=YOUNG_PATCHES,
        applications=[document(ref) for ref in present if ref in (HERS, HIS)],
        application_patches=APPLICATION_PATCHES,
    )


def remaining(world: World) -> list[tuple]:
    """Event names by day, of both tables."""
    return world.rows(
        "SELECT event_date::text, event_name FROM analytics.young_event UNION ALL "
        "SELECT event_date::text, event_name FROM analytics.application_event ORDER BY 1, 2",
    )


OF_BORIS = [("2024-03-01", "inscription_created"), ("2024-03-02", "application_created")]
