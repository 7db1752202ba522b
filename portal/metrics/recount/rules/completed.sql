-- A dossier completed early, on time or late, by dates. The expected date no longer moves once it is completed.
SELECT CASE
           WHEN (h.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date < (d.expected_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
               THEN 'completed_early'
           WHEN (h.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date = (d.expected_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
               THEN 'completed_on_time'
           ELSE 'completed_late'
       END AS metric,
       h.at, (h.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day,
       h.handling_agency_id AS agency, v.service_id AS service, h.channel, 1 AS quantity, 0 AS amount
FROM dossiers_dossierhistory AS h
JOIN catalogue_serviceversion AS v ON v.id = h.version_id
JOIN dossiers_dossier AS d ON d.id = h.dossier_id
WHERE h.transition = 'complete'
