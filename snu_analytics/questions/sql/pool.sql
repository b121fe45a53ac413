-- title: Opening, entries, exits and closing of each status
-- answers: >-
--   How the pool of inscriptions, and of applications, moves: who was in a status when the day
--   began, who entered and left it, and who was in it when the day ended, in all or by one
--   dimension. A status or group with neither stock nor moves has no row; days after one that was
--   not counted are not told.
-- unit: subjects (young people or applications)
-- counts: {told: [opening, entries, exits, closing]}
-- apart: [entity, status]
-- breakdowns: [total, gender, region, department, cohort, source]
-- latest: true
-- columns:
--   day: Day in Europe/Paris
--   campaign: Campaign, September to August, by the year it ends
--   entity: young (inscriptions) or application (mission applications)
--   status: Status of the inscription or application
--   breakdown: Dimension that is told apart, or total
--   gender: Gender as declared; null if not told, or not told apart
--   region: Region of residence, of applications that of the department copied in them; likewise
--   department: Department of residence, of applications the copy in them; likewise
--   cohort: Session of the cohesion stay, of applications the copy in them; likewise
--   source: Alone (VOLONTAIRE) or with a class (CLE); likewise
--   opening: In the status when the day began (count)
--   entries: Changes of the day that led into it (count)
--   exits: Changes of the day that led out of it (count)
--   closing: In the status when the day ended, opening + entries - exits (count)
WITH counted AS (
    SELECT l.entity, l.day, o.day AS opening,
           l.day - (row_number() OVER (PARTITION BY l.entity ORDER BY l.day))::int AS run
    FROM analytics.pool_load AS l
    JOIN (
        SELECT entity, max(day) AS day FROM analytics.pool_load WHERE opening GROUP BY entity
    ) AS o ON o.entity = l.entity AND l.day >= o.day
),
-- Every day from the opening stock on, up to the first that is lacking.
known AS (
    SELECT entity, day, extract(year FROM day + interval '4 months')::int AS campaign
    FROM counted
    WHERE run = opening - 1 AND day > opening
),
moved AS NOT MATERIALIZED (
    SELECT m.entity, m.status, told.breakdown, told.category, m.day, sum(m.entries) AS entries,
           sum(m.exits) AS exits, extract(year FROM m.day + interval '4 months')::int AS campaign
    FROM analytics.pool_movement AS m
    CROSS JOIN LATERAL (
        VALUES ('total', NULL), ('gender', m.gender), ('region', m.region),
               ('department', m.department), ('cohort', m.cohort), ('source', m.source)
    ) AS told (breakdown, category)
    GROUP BY m.entity, m.status, told.breakdown, told.category, m.day
),
net AS NOT MATERIALIZED (
    SELECT entity, status, breakdown, category, campaign, sum(entries - exits) AS net
    FROM moved
    GROUP BY entity, status, breakdown, category, campaign
),
-- What each cell holds when a campaign begins; those that stay empty in it are left out.
begun AS NOT MATERIALIZED (
    SELECT n.entity, n.status, n.breakdown, n.category, c.campaign,
           coalesce(sum(n.net) FILTER (WHERE n.campaign < c.campaign), 0) AS stock
    FROM net AS n
    JOIN (SELECT DISTINCT entity, campaign FROM known) AS c
        ON c.entity = n.entity AND n.campaign <= c.campaign
    GROUP BY n.entity, n.status, n.breakdown, n.category, c.campaign
    HAVING coalesce(sum(n.net) FILTER (WHERE n.campaign < c.campaign), 0) <> 0
        OR bool_or(n.campaign = c.campaign)
),
-- The opening stock lies on the eve of the first day, which may be of the campaign itself.
eve AS NOT MATERIALIZED (
    SELECT m.entity, m.status, m.breakdown, m.category, m.campaign, sum(m.entries - m.exits) AS net
    FROM moved AS m
    JOIN (SELECT entity, min(day) AS first FROM known GROUP BY entity) AS k USING (entity)
    WHERE m.day < k.first
    GROUP BY m.entity, m.status, m.breakdown, m.category, m.campaign
),
daily AS NOT MATERIALIZED (
    SELECT k.day, b.campaign, b.entity, b.status, b.breakdown, b.category,
           coalesce(m.entries, 0) AS entries, coalesce(m.exits, 0) AS exits,
           b.stock + coalesce(e.net, 0) + sum(coalesce(m.entries - m.exits, 0)) OVER (
               PARTITION BY b.campaign, b.entity, b.status, b.breakdown, b.category ORDER BY k.day
           ) AS closing
    FROM begun AS b
    JOIN known AS k ON k.entity = b.entity AND k.campaign = b.campaign
    -- Arrays take nulls for equal, and can be hashed.
    LEFT JOIN moved AS m
        ON m.day = k.day AND m.entity = b.entity AND m.breakdown = b.breakdown
        AND ARRAY[m.status, m.category] = ARRAY[b.status, b.category]
    LEFT JOIN eve AS e
        ON e.campaign = b.campaign AND e.entity = b.entity AND e.breakdown = b.breakdown
        AND ARRAY[e.status, e.category] = ARRAY[b.status, b.category]
)
SELECT day, campaign, entity, status, breakdown,
       CASE breakdown WHEN 'gender' THEN category END AS gender,
       CASE breakdown WHEN 'region' THEN category END AS region,
       CASE breakdown WHEN 'department' THEN category END AS department,
       CASE breakdown WHEN 'cohort' THEN category END AS cohort,
       CASE breakdown WHEN 'source' THEN category END AS source,
       (closing - entries + exits)::int AS opening, entries::int AS entries, exits::int AS exits,
       closing::int AS closing
FROM daily
WHERE entries > 0 OR exits > 0 OR closing <> 0
