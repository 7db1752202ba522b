-- A dossier received, at the agency that handles it, by the channel it came through.
SELECT 'received' AS metric, h.at, (h.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day,
       h.handling_agency_id AS agency, v.service_id AS service, h.channel, 1 AS quantity, 0 AS amount
FROM dossiers_dossierhistory AS h
JOIN catalogue_serviceversion AS v ON v.id = h.version_id
WHERE h.transition = 'receive'
