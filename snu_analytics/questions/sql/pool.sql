-- title: Opening, entries, exits and closing of each status
-- answers: >-
--   How the pool of inscriptions, and of applications, moves: who was in a status when the day
--   began, who entered and left it, and who was in it when the day ended, in all or by one
--   dimension. A status or group with neither stock nor moves has no row; days after one that was
--   not counted are left out.
-- unit: subjects (young people or applications)
-- counts: {measures: [opening, entries, exits, closing]}
-- apart: [entity, status]
-- breakdowns: [total, gender, region, department, cohort, source]
-- latest: true
-- columns:
--   day: Day in Europe/Paris
--   campaign: Campaign, September to August, by the year it ends
--   entity: young (inscriptions) or application (mission applications)
--   status: Status of the inscription or application
--   breakdown: Dimension of the row, or total
--   gender: Gender as declared; null if missing, or not the dimension of the row
--   region: Region of residence, of applications that of the department copied in them; likewise
--   department: Department of residence, of applications the copy in them; likewise
--   cohort: Session of the cohesion stay, of applications the copy in them; likewise
--   source: Alone (VOLONTAIRE) or with a class (CLE); likewise
--   opening: In the status when the day began (count)
--   entries: Changes of the day that led into it (count)
--   exits: Changes of the day that led out of it (count)
--   closing: In the status when the day ended, opening + entries - exits (count)
WITH known AS (
    -- From the eve that holds the opening stock to the last day before one that is lacking.
    SELECT o.entity, o.day AS eve, min(l.day) AS until
    FROM analytics.pool_load AS o
    JOIN analytics.pool_load AS l ON l.entity = o.entity AND l.day >= o.day
    WHERE o.opening AND NOT EXISTS (
        SELECT FROM analytics.pool_load AS n WHERE n.entity = l.entity AND n.day = l.day + 1
    )
    GROUP BY o.entity, o.day
),
stock AS (
    SELECT m.*,
           sum(m.entries - m.exits) OVER cell AS closing,
           lead(m.day) OVER cell AS next_move
    FROM (
        SELECT m.entity, m.status, dimension.breakdown, dimension.category, m.day,
               -- Cells are compared by a number: their texts take four times as long to sort.
               hashtextextended(concat_ws('/', m.entity, m.status), 0) AS status_number,
               hashtextextended(coalesce(dimension.category, '/'), 0) AS category_number,
               sum(m.entries) AS entries, sum(m.exits) AS exits
        FROM analytics.pool_movement AS m
        CROSS JOIN LATERAL (
            VALUES ('total', ''), ('gender', m.gender), ('region', m.region),
                   ('department', m.department), ('cohort', m.cohort), ('source', m.source)
        ) AS dimension (breakdown, category)
        GROUP BY m.entity, m.status, dimension.breakdown, dimension.category, m.day
    ) AS m
    WINDOW cell AS (PARTITION BY m.breakdown, m.status_number, m.category_number ORDER BY m.day)
)
-- Each move, and the days after it on which the cell stands still.
SELECT d.day::date AS day, extract(year FROM d.day + interval '4 months')::smallint AS campaign,
       s.entity, s.status, s.breakdown,
       CASE s.breakdown WHEN 'gender' THEN s.category END AS gender,
       CASE s.breakdown WHEN 'region' THEN s.category END AS region,
       CASE s.breakdown WHEN 'department' THEN s.category END AS department,
       CASE s.breakdown WHEN 'cohort' THEN s.category END AS cohort,
       CASE s.breakdown WHEN 'source' THEN s.category END AS source,
       CASE WHEN d.day = s.day THEN s.closing - s.entries + s.exits ELSE s.closing END::int
           AS opening,
       CASE WHEN d.day = s.day THEN s.entries ELSE 0 END::int AS entries,
       CASE WHEN d.day = s.day THEN s.exits ELSE 0 END::int AS exits,
       s.closing::int AS closing
FROM stock AS s
JOIN known AS k ON k.entity = s.entity
CROSS JOIN LATERAL generate_series(
    greatest(s.day, k.eve + 1)::timestamp,
    least(CASE WHEN s.closing = 0 THEN s.day ELSE s.next_move - 1 END, k.until)::timestamp,
    interval '1 day'
) AS d (day)
