-- title: Validated inscriptions projected to 31 May, against the objective
-- answers: >-
--   How many young people will be validated, net of withdrawals, on 31 May of
--   the campaign, with bands;
--   how probable it is that the objective is reached, on which day, and at which rate the rest has
--   to come. Where the past campaigns, projected again in the night, fared badly, nothing projected
--   is shown but the reason. The total is France.
-- unit: persons
-- counts: {measures: [horizon_day, method, achieved, projected, low80, high80, low50, high50,
--   low95, high95, objective, probability, median_date, rate_required, rate_last_14, error_yesterday,
--   withheld, reason]}
-- breakdowns: [total, region]
-- latest: true
-- remark: >-
--   Achieved is net of withdrawals, each on its own day. validated_reconciled holds it against
--   other counts.
-- columns:
--   day: Last day known to the projection, in Europe/Paris
--   campaign: Campaign, September to August, by the year it ends
--   breakdown: region, or total for France
--   region: Region of residence; null for France
--   horizon_day: Day of the projected season, 1 on 1 October to 243 on 31 May, the horizon; 0 before
--   method: chain-ladder, bornhuetter-ferguson or run rate
--   achieved: Validated so far, net of withdrawals (persons)
--   projected: Validated on 31 May (persons)
--   low80: Lower end of the 80 % band (persons)
--   high80: Upper end of the 80 % band (persons)
--   low50: Lower end of the 50 % band (persons)
--   high50: Upper end of the 50 % band (persons)
--   low95: Lower end of the 95 % band (persons)
--   high95: Upper end of the 95 % band (persons)
--   objective: Objective of the campaign's cohorts (persons)
--   probability: That the objective is reached (share)
--   median_date: Day on which it was or will be reached
--   rate_required: To reach it from now on (persons a day)
--   rate_last_14: Of the last 14 days (persons a day)
--   error_yesterday: Yesterday's projection over this one, less 1 (share)
--   withheld: The backtest objects; nothing projected is shown
--   reason: What is missing, or why it is withheld
SELECT as_of AS day, campaign::int AS campaign,
       CASE region WHEN 'France' THEN 'total' ELSE 'region' END AS breakdown,
       nullif(region, 'France') AS region,
       horizon_day, method, achieved, projected, low80, high80, low50, high50, low95, high95,
       objective, probability, median_date, rate_required, rate_last_14, error_yesterday, withheld,
       reason
FROM analytics.projection
