"""Published numbers of three campaigns up to 4 March 2024, and secrets of `analytics` beside them.

Every day of a campaign counts the same: `DAILY` times 1 in 2021-2022, 2 in 2022-2023, 3 in
2023-2024, and 7 more for missions. 4 March is the 186th day of its campaign.
"""

from datetime import date

import psycopg

DAY = date(2024, 3, 4)
DAILY = {"created": 300, "completed": 250, "processed": 220, "validated": 210, "refused": 130}

# Stands in `analytics` alone.
SECRET = 77_777

FEBRUARY = [
    ("gender", "female", 5_101, None),
    ("gender", "male or unknown", 4_102, None),
    ("age_group", "under 15", None, "cell"),
    ("age_group", "15", 6_103, None),
    ("age_group", "16 and over or unknown", None, "cell"),
    ("region", "Bretagne", 3_104, None),
    ("region", "Île-de-France", 4_105, None),
    ("region", "Corse", None, "group"),
]


def publish(url: str) -> None:
    """Write the numbers into a migrated warehouse."""
    with psycopg.connect(url, autocommit=True) as connection:
        for phase, more in (("inscription", 0), ("mission", 7)):
            for figure, daily in DAILY.items():
                connection.execute(
                    "INSERT INTO published.daily_total (phase, figure, day, value) "
                    "SELECT %s, %s, day, (extract(year FROM day + interval '4 months') - 2021) "
                    "* %s + %s FROM generate_series(date '2021-09-01', %s, '1 day') AS day",
                    [phase, figure, daily, more, DAY],
                )
        connection.execute(
            "INSERT INTO published.closed_month (month, closed_in, threshold) "
            "VALUES ('2024-02-01', '2024-03-01', 11)"
        )
        for breakdown, category, value, mask in FEBRUARY:
            connection.execute(
                "INSERT INTO published.breakdown (kind, period, phase, figure, breakdown, "
                f"{breakdown}, value, masked, mask) VALUES ('month', '2024-02-01', 'inscription', "
                "'validated', %s, %s, %s, %s, %s)",
                [breakdown, category, value, value is None, mask],
            )
        connection.execute(
            "INSERT INTO published.revised_cell (revised_in, kind, period, phase, figure, "
            "breakdown, region, former, value) VALUES ('2024-02-01', 'month', '2023-11-01', "
            "'inscription', 'created', 'region', 'Bretagne', 140, 158)"
        )
        connection.execute(
            "INSERT INTO analytics.history_audit (month, entity, measure, field, cause, count, "
            "total) VALUES ('2024-02-01', 'young', 'documents', NULL, 'intact chain', 30, 40), "
            "('2024-02-01', 'young', 'documents', NULL, 'broken', 10, 40)"
        )
        connection.execute(
            "INSERT INTO analytics.objective_progress (day, cohort, year, region, department, "
            "achieved, achieved_cle, objective) "
            "VALUES (%s, 'Juillet 2024', 2024, 'Bretagne', 'Finistère', 5, 0, %s)",
            [DAY, SECRET],
        )
