-- title: Inscriptions on school days and in the holidays
-- answers: >-
--   Average of a day by kind of day, of the national totals; all three zones must be off to be a
--   holiday.
-- shows: bar, by figure
-- variables: {from: date, to: date}
SELECT CASE WHEN public_holiday IS NOT NULL THEN 'public holiday'
            WHEN school_holiday_a AND school_holiday_b AND school_holiday_c THEN 'school holiday'
            WHEN is_weekend THEN 'weekend'
            ELSE 'school day' END AS kind_of_day,
       figure, round(avg(value), 1) AS value_per_day
FROM published.daily_total
JOIN published.dim_calendar USING (day)
WHERE phase = 'inscription'
[[AND day >= {{from}}]]
[[AND day <= {{to}}]]
GROUP BY 1, 2
ORDER BY 1, 2
