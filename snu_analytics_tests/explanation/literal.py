"""A literal history of one young person, and its events explained."""

from snu_analytics.explanation import Explanation, explain
from snu_analytics_tests.fixtures.histories import OTHER_REF, REF, add, patch, replace
from snu_analytics_tests.fixtures.world import World

BORN = patch("2024-03-01T10:00", add("/status", "IN_PROGRESS"))

SENT = patch(
    "2024-03-02T10:00",
    replace("/status", "IN_PROGRESS", "WAITING_VALIDATION"),
    replace("/lastName", "Durand", "Martin"),
    user={"role": "admin", "email": "a@b.fr"},
)


def id_of(world: World, event_name: str, table: str = "young_event") -> str:
    query = f"SELECT event_id::text FROM analytics.{table} WHERE event_name = %s"
    ((event_id,),) = world.rows(query, event_name)
    return event_id


def explained(world: World, event_id: str) -> Explanation:
    with world.source() as source, world.connect() as connection:
        return explain(world.context, source, connection, event_id)


APPLICATION = [
    patch(
        "2024-03-02T10:00",
        add("/status", "WAITING_VALIDATION"),
        add("/youngId", REF),
        add("/filesType/0", "othersFiles"),
        ref=OTHER_REF,
    )
]
