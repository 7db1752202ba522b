-- Every row of the rollup, at every resolution, against history, and the summary of services on offer. The first column is the number of rows compared;
-- the others name each row that differs. The rules of rules/*.sql stand at the top, put together.
WITH happened AS (
    {history}
), counted AS (
    SELECT metric, day, agency, service, channel, sum(quantity) AS quantity, sum(amount) AS amount
    FROM happened GROUP BY 1, 2, 3, 4, 5
), pending AS (
    SELECT metric, day, agency, service, channel, sum(quantity) AS quantity, sum(amount) AS amount
    FROM workflow_delta GROUP BY 1, 2, 3, 4, 5
), tree AS (
    -- The ministry or province that an agency is below; -1 for all ministries, -2 for all provinces.
    SELECT own.id, above.id AS top, CASE above.kind WHEN 'ministry' THEN -1 WHEN 'province' THEN -2 END AS kind
    FROM agencies_agency AS own JOIN agencies_agency AS above ON above.id = COALESCE(own.top_id, own.id)
), said AS (
    -- What history says (side 1) and what waits to be folded (side 2), at every resolution. Ten days begin on the
    -- 1st, the 11th or the 21st, five days on the 1st, the 6th, … the 26th; the last of a month end with it.
    SELECT told.*, COALESCE(tree.top, told.agency) AS top, tree.kind, date_trunc('month', day)::date
               + CASE WHEN EXTRACT(day FROM day) > 20 THEN 20 WHEN EXTRACT(day FROM day) > 10 THEN 10 ELSE 0 END AS ten_days,
           date_trunc('month', day)::date
               + CASE WHEN EXTRACT(day FROM day) > 25 THEN 25 WHEN EXTRACT(day FROM day) > 20 THEN 20
                      WHEN EXTRACT(day FROM day) > 15 THEN 15 WHEN EXTRACT(day FROM day) > 10 THEN 10
                      WHEN EXTRACT(day FROM day) > 5 THEN 5 ELSE 0 END AS five_days
    FROM (SELECT 1 AS side, * FROM counted UNION ALL SELECT 2 AS side, * FROM pending) AS told
    LEFT JOIN tree ON tree.id = told.agency
), coarse AS (
    SELECT side, 'day' AS what, metric, day, agency, service, channel, quantity, amount FROM said
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
    UNION ALL
    SELECT side, 'ten days of all below', metric, ten_days, top, 0, channel, sum(quantity), sum(amount)
    FROM said GROUP BY 1, 2, 3, 4, 5, 6, 7
    UNION ALL
    SELECT side, 'five days of all below', metric, five_days, top, 0, channel, sum(quantity), sum(amount)
    FROM said GROUP BY 1, 2, 3, 4, 5, 6, 7
    UNION ALL
    SELECT side, 'quarter of all below', metric, date_trunc('quarter', day)::date, top, 0, channel,
           sum(quantity), sum(amount)
    FROM said GROUP BY 1, 2, 3, 4, 5, 6, 7
    UNION ALL
    SELECT side, 'day by kind', metric, day, kind, 0, channel, sum(quantity), sum(amount)
    FROM said WHERE kind IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7
    UNION ALL
    SELECT side, 'ten days by kind', metric, ten_days, kind, 0, channel, sum(quantity), sum(amount)
    FROM said WHERE kind IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7
    UNION ALL
    SELECT side, 'month by kind', metric, date_trunc('month', day)::date, kind, 0, channel,
           sum(quantity), sum(amount)
    FROM said WHERE kind IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7
    UNION ALL
    SELECT side, 'year by kind', metric, date_trunc('year', day)::date, kind, 0, channel,
           sum(quantity), sum(amount)
    FROM said WHERE kind IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7
), both_sides AS (
    SELECT what, metric, day, agency, service, channel, 0 AS kept_quantity, 0 AS kept_amount,
           quantity AS counted_quantity, amount AS counted_amount
    FROM coarse WHERE side = 1
    UNION ALL
    SELECT what, metric, day, agency, service, channel, quantity, amount, 0, 0 FROM coarse WHERE side = 2
    UNION ALL
    SELECT 'day', metric, day, agency, service, channel, quantity, amount, 0, 0 FROM metrics_cell
    UNION ALL
    SELECT CASE resolution WHEN 2 THEN 'month' WHEN 3 THEN 'year'
               WHEN 4 THEN 'day of all below' WHEN 5 THEN 'month of all below' WHEN 6 THEN 'year of all below'
               WHEN 7 THEN 'ten days of all below' WHEN 8 THEN 'day by kind' WHEN 9 THEN 'ten days by kind'
               WHEN 10 THEN 'month by kind' WHEN 11 THEN 'year by kind'
               WHEN 12 THEN 'five days of all below' WHEN 13 THEN 'quarter of all below' ELSE 'unknown resolution' END,
           metric, start, agency, 0, channel, quantity, amount, 0, 0
    FROM metrics_sum
), numbers AS (
    SELECT what, metric, day, agency, service, channel,
           CAST(sum(kept_quantity) AS bigint) AS kept_quantity, CAST(sum(kept_amount) AS bigint) AS kept_amount,
           CAST(sum(counted_quantity) AS bigint) AS counted_quantity,
           CAST(sum(counted_amount) AS bigint) AS counted_amount
    FROM both_sides GROUP BY 1, 2, 3, 4, 5, 6
), members AS (
    -- Sets of services: who belongs to which, told by history, by what waits, and by what is kept.
    SELECT side, day, ten_days, five_days, agency, top, service FROM said WHERE metric = 'received' AND channel = 2
), sets AS (
    SELECT side, 2 AS resolution, date_trunc('month', day)::date AS start, agency, service FROM members
    UNION SELECT side, 3, date_trunc('year', day)::date, agency, service FROM members
    UNION SELECT side, 4, day, top, service FROM members
    UNION SELECT side, 5, date_trunc('month', day)::date, top, service FROM members
    UNION SELECT side, 6, date_trunc('year', day)::date, top, service FROM members
    UNION SELECT side, 7, ten_days, top, service FROM members
    UNION SELECT side, 12, five_days, top, service FROM members
    UNION SELECT side, 13, date_trunc('quarter', day)::date, top, service FROM members
), bits AS (
    SELECT side, resolution, start, agency, CAST(floor(service / 4096) AS integer) AS number,
           bit_or(set_bit(CAST(repeat('0', 4096) AS {bits}), CAST(mod(service, 4096) AS integer), 1)) AS services
    FROM sets GROUP BY 1, 2, 3, 4, 5
    UNION ALL
    SELECT 2, resolution, start, agency, number, services FROM metrics_serviceset WHERE name = 'used'
), bits_of_sides AS (
    SELECT resolution, start, agency, number,
           bit_or(services) FILTER (WHERE side = 2) AS kept, bit_or(services) FILTER (WHERE side = 1) AS counted
    FROM bits GROUP BY 1, 2, 3, 4
), offering AS (
    -- The summary of services on offer, where a ministry or province has one, against its offerings: on every day on
    -- which one of the two says something new.
    SELECT tree.top_id AS top, o.service_id AS service, o.level, o.valid_from, o.valid_to
    FROM catalogue_offering AS o JOIN agencies_agency AS tree ON tree.id = o.handling_agency_id
    WHERE tree.top_id IN (SELECT top FROM metrics_standing)
), eligible AS (
    SELECT service_id AS service, valid_from, valid_to FROM catalogue_eligibility WHERE eligible
), news AS (
    SELECT top, valid_from AS day FROM metrics_standing UNION SELECT top, valid_to FROM metrics_standing
    UNION SELECT top, valid_from FROM offering UNION SELECT top, valid_to FROM offering
    UNION SELECT top, e.valid_from FROM eligible AS e JOIN offering USING (service)
    UNION SELECT top, e.valid_to FROM eligible AS e JOIN offering USING (service)
), offered AS (
    SELECT news.top, news.day, offering.service, max(offering.level) AS level
    FROM news JOIN offering ON offering.top = news.top AND offering.valid_from <= news.day
         AND (offering.valid_to IS NULL OR offering.valid_to > news.day)
    GROUP BY 1, 2, 3
), rated AS (
    SELECT offered.top, offered.day, offered.service, offered.level, count(e.service) > 0 AS eligible
    FROM offered LEFT JOIN eligible AS e ON e.service = offered.service AND e.valid_from <= offered.day
         AND (e.valid_to IS NULL OR e.valid_to > offered.day)
    GROUP BY 1, 2, 3, 4
), standing AS (
    SELECT 1 AS side, top, day, level, eligible, CAST(floor(service / 4096) AS integer) AS number,
           bit_or(set_bit(CAST(repeat('0', 4096) AS {bits}), CAST(mod(service, 4096) AS integer), 1)) AS services
    FROM rated GROUP BY 1, 2, 3, 4, 5, 6
    UNION ALL
    SELECT 2, news.top, news.day, kept.level, kept.eligible, kept.number, kept.services
    FROM news JOIN metrics_standing AS kept ON kept.top = news.top AND kept.valid_from <= news.day
         AND (kept.valid_to IS NULL OR kept.valid_to > news.day)
), standing_of_sides AS (
    SELECT top, day, level, eligible, number,
           bit_or(services) FILTER (WHERE side = 2) AS kept, bit_or(services) FILTER (WHERE side = 1) AS counted
    FROM standing GROUP BY 1, 2, 3, 4, 5
), compared AS (
    SELECT *, kept_quantity <> counted_quantity OR kept_amount <> counted_amount AS differs FROM numbers
    UNION ALL
    SELECT 'set of services', 'used', start, agency, number, resolution,
           COALESCE(bit_count(kept), 0), 0, COALESCE(bit_count(counted), 0), 0,
           kept IS NULL OR counted IS NULL OR kept <> counted
    FROM bits_of_sides
    UNION ALL
    SELECT 'services on offer', CASE WHEN eligible THEN 'eligible' ELSE 'not eligible' END, day, top, number, level,
           COALESCE(bit_count(kept), 0), 0, COALESCE(bit_count(counted), 0), 0,
           kept IS NULL OR counted IS NULL OR kept <> counted
    FROM standing_of_sides
)
SELECT (SELECT count(*) FROM compared), wrong.what, wrong.metric, wrong.day, wrong.agency, wrong.service,
       wrong.channel, wrong.kept_quantity, wrong.kept_amount, wrong.counted_quantity, wrong.counted_amount
FROM (SELECT 1 AS one) AS always LEFT JOIN compared AS wrong ON wrong.differs
ORDER BY wrong.what, wrong.metric, wrong.day, wrong.agency, wrong.service, wrong.channel
