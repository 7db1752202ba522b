-- A dossier completed early, on time or late, by dates. The expected date no longer moves once it is completed.
-- The amount is not money: the working minutes that the agency had it, as its history says.
SELECT CASE
           WHEN (h.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date < (d.expected_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
               THEN 'completed_early'
           WHEN (h.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date = (d.expected_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
               THEN 'completed_on_time'
           ELSE 'completed_late'
       END AS metric,
       h.at, (h.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day,
       h.handling_agency_id AS agency, v.service_id AS service, h.channel, 1 AS quantity,
       COALESCE(CAST((h.details ->> 'worked') AS bigint), 0) AS amount
FROM dossiers_dossierhistory AS h
JOIN catalogue_serviceversion AS v ON v.id = h.version_id
JOIN dossiers_dossier AS d ON d.id = h.dossier_id
WHERE h.transition = 'complete'
