-- title: What the figures count
-- answers: The definitions of the figures of the inscriptions, one line each.
-- shows: table
-- variables: {figure: text}
SELECT string_agg(figure || ': ' || definition, E'\n' ORDER BY rank) AS definitions
FROM published.dim_figure
WHERE phase = 'inscription'
[[AND figure = {{figure}}]]
