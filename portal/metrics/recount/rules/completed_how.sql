-- What else is true of a completed dossier: it was refused; a supplement had been asked; more than one had been, and
-- it was not late by dates.
SELECT 'completed_refused' AS metric, h.at, (h.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day,
       h.handling_agency_id AS agency, v.service_id AS service, h.channel, 1 AS quantity, 0 AS amount
FROM dossiers_dossierhistory AS h
JOIN catalogue_serviceversion AS v ON v.id = h.version_id
WHERE h.transition = 'complete' AND (h.details ->> 'outcome') = 'refused'
UNION ALL
SELECT known.metric, h.at, (h.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day,
       h.handling_agency_id AS agency, v.service_id AS service, h.channel, 1 AS quantity, 0 AS amount
FROM dossiers_dossierhistory AS h
JOIN catalogue_serviceversion AS v ON v.id = h.version_id
JOIN dossiers_dossier AS d ON d.id = h.dossier_id
JOIN (
    SELECT dossier_id, count(*) AS number
    FROM dossiers_dossierhistory WHERE transition = 'request_supplement' GROUP BY 1
) AS asked ON asked.dossier_id = h.dossier_id
JOIN (
    SELECT 'completed_supplemented' AS metric, 1 AS least UNION ALL SELECT 'completed_asked_twice', 2
) AS known ON asked.number >= known.least
WHERE h.transition = 'complete'
  AND (known.least = 1
       OR (h.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date <= (d.expected_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date)
