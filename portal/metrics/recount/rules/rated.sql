-- An opinion of a dossier, by its value. A bad one also marks the dossier, on the day it was completed and where,
-- if that had been early or on time.
SELECT 'rated_' || CAST(f.value AS varchar) AS metric, f.at, (f.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day,
       f.agency, f.service, d.channel, 1 AS quantity, 0 AS amount
FROM workflow_fact AS f JOIN dossiers_dossier AS d ON d.id = f.dossier
WHERE f.kind = 'rating'
UNION ALL
SELECT 'disliked_in_time' AS metric, f.at, (h.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day,
       h.handling_agency_id AS agency, v.service_id AS service, h.channel, 1 AS quantity, 0 AS amount
FROM workflow_fact AS f
JOIN dossiers_dossier AS d ON d.id = f.dossier
JOIN dossiers_dossierhistory AS h ON h.dossier_id = f.dossier AND h.transition = 'complete'
JOIN catalogue_serviceversion AS v ON v.id = h.version_id
WHERE f.kind = 'rating' AND f.value = 1
  AND (h.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date <= (d.expected_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
