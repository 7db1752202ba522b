-- A dossier filed (also: with a digital paper), and one that the one-door unit refused to receive.
SELECT CASE h.transition WHEN 'submit' THEN 'filed' ELSE 'refused_at_reception' END AS metric,
       h.at, (h.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day,
       h.handling_agency_id AS agency, v.service_id AS service, h.channel, 1 AS quantity, 0 AS amount
FROM dossiers_dossierhistory AS h
JOIN catalogue_serviceversion AS v ON v.id = h.version_id
WHERE h.transition IN ('submit', 'refuse_receipt')
UNION ALL
SELECT 'filed_with_papers' AS metric, h.at, (h.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day,
       h.handling_agency_id AS agency, v.service_id AS service, h.channel, 1 AS quantity, 0 AS amount
FROM dossiers_dossierhistory AS h
JOIN catalogue_serviceversion AS v ON v.id = h.version_id
WHERE h.transition = 'submit' AND CAST((h.details ->> 'papers') AS integer) > 0
