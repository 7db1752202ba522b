-- Every row of the rollup, at every resolution, against history. The first column is the number of rows compared;
-- the others name each row that differs. The rules of rules/*.sql stand at the top, put together.
WITH happened AS (
    {history}
), counted AS (
    SELECT happened.metric, happened.day, happened.agency, happened.service, happened.channel,
           COALESCE(tree.top_id, happened.agency) AS top, sum(quantity) AS quantity, sum(amount) AS amount
    FROM happened LEFT JOIN agencies_agency AS tree ON tree.id = happened.agency
    GROUP BY 1, 2, 3, 4, 5, 6
), pending AS (
    SELECT delta.metric, delta.day, delta.agency, delta.service, delta.channel,
           COALESCE(tree.top_id, delta.agency) AS top, sum(quantity) AS quantity, sum(amount) AS amount
    FROM workflow_delta AS delta LEFT JOIN agencies_agency AS tree ON tree.id = delta.agency
    GROUP BY 1, 2, 3, 4, 5, 6
), said AS (
    -- What history says (side 1) and what waits to be folded (side 2), at every resolution.
    SELECT 1 AS side, * FROM counted UNION ALL SELECT 2 AS side, * FROM pending
), coarse AS (
    SELECT side, 'day' AS what, metric, day, agency, service, channel, quantity, amount FROM said
    UNION ALL
    SELECT side, 'month by service', metric, date_trunc('month', day)::date, agency, service, channel,
           sum(quantity), sum(amount)
    FROM said GROUP BY 1, 2, 3, 4, 5, 6, 7
    UNION ALL
    SELECT side, 'month', metric, date_trunc('month', day)::date, agency, 0, channel, sum(quantity), sum(amount)
    FROM said GROUP BY 1, 2, 3, 4, 5, 6, 7
    UNION ALL
    SELECT side, 'year', metric, date_trunc('year', day)::date, agency, 0, channel, sum(quantity), sum(amount)
    FROM said GROUP BY 1, 2, 3, 4, 5, 6, 7
    UNION ALL
    SELECT side, 'day of all below', metric, day, top, 0, channel, sum(quantity), sum(amount)
    FROM said GROUP BY 1, 2, 3, 4, 5, 6, 7
    UNION ALL
    SELECT side, 'month of all below', metric, date_trunc('month', day)::date, top, 0, channel,
           sum(quantity), sum(amount)
    FROM said GROUP BY 1, 2, 3, 4, 5, 6, 7
    UNION ALL
    SELECT side, 'year of all below', metric, date_trunc('year', day)::date, top, 0, channel,
           sum(quantity), sum(amount)
    FROM said GROUP BY 1, 2, 3, 4, 5, 6, 7
), both_sides AS (
    SELECT what, metric, day, agency, service, channel, 0 AS kept_quantity, 0 AS kept_amount,
           quantity AS counted_quantity, amount AS counted_amount
    FROM coarse WHERE side = 1
    UNION ALL
    SELECT what, metric, day, agency, service, channel, quantity, amount, 0, 0 FROM coarse WHERE side = 2
    UNION ALL
    SELECT 'day', metric, day, agency, service, channel, quantity, amount, 0, 0 FROM metrics_cell
    UNION ALL
    SELECT CASE resolution WHEN 1 THEN 'month by service' WHEN 2 THEN 'month' WHEN 3 THEN 'year'
               WHEN 4 THEN 'day of all below' WHEN 5 THEN 'month of all below' WHEN 6 THEN 'year of all below'
               ELSE 'unknown resolution' END,
           metric, start, agency, service, channel, quantity, amount, 0, 0
    FROM metrics_sum
), numbers AS (
    SELECT what, metric, day, agency, service, channel,
           CAST(sum(kept_quantity) AS bigint) AS kept_quantity, CAST(sum(kept_amount) AS bigint) AS kept_amount,
           CAST(sum(counted_quantity) AS bigint) AS counted_quantity,
           CAST(sum(counted_amount) AS bigint) AS counted_amount
    FROM both_sides GROUP BY 1, 2, 3, 4, 5, 6
), members AS (
    -- Sets of services: who belongs to which, told by history, by what waits, and by what is kept.
    SELECT side, day, top, service FROM said WHERE metric = 'received' AND channel = 2
), sets AS (
    SELECT side, 4 AS resolution, day AS start, top, service FROM members
    UNION SELECT side, 5, date_trunc('month', day)::date, top, service FROM members
    UNION SELECT side, 6, date_trunc('year', day)::date, top, service FROM members
), bits AS (
    SELECT side, resolution, start, top, CAST(floor(service / 4096) AS integer) AS number,
           bit_or(set_bit(CAST(repeat('0', 4096) AS {bits}), CAST(mod(service, 4096) AS integer), 1)) AS services
    FROM sets GROUP BY 1, 2, 3, 4, 5
    UNION ALL
    SELECT 2, resolution, start, top, number, services FROM metrics_serviceset WHERE name = 'used'
), bits_of_sides AS (
    SELECT resolution, start, top, number,
           bit_or(services) FILTER (WHERE side = 2) AS kept, bit_or(services) FILTER (WHERE side = 1) AS counted
    FROM bits GROUP BY 1, 2, 3, 4
), compared AS (
    SELECT *, kept_quantity <> counted_quantity OR kept_amount <> counted_amount AS differs FROM numbers
    UNION ALL
    SELECT 'set of services', 'used', start, top, number, resolution,
           COALESCE(bit_count(kept), 0), 0, COALESCE(bit_count(counted), 0), 0,
           kept IS NULL OR counted IS NULL OR kept <> counted
    FROM bits_of_sides
)
SELECT (SELECT count(*) FROM compared), wrong.what, wrong.metric, wrong.day, wrong.agency, wrong.service,
       wrong.channel, wrong.kept_quantity, wrong.kept_amount, wrong.counted_quantity, wrong.counted_amount
FROM (SELECT 1 AS one) AS always LEFT JOIN compared AS wrong ON wrong.differs
ORDER BY wrong.what, wrong.metric, wrong.day, wrong.agency, wrong.service, wrong.channel
