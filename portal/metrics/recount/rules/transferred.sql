-- A dossier transferred: in hand at one agency more, and at one less. The first is that of the history row.
SELECT CASE way.side WHEN 'to' THEN 'transferred_in' ELSE 'transferred_out' END AS metric,
       h.at, (h.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day,
       CASE way.side WHEN 'to' THEN h.handling_agency_id ELSE CAST((h.details ->> 'from') AS bigint) END AS agency,
       v.service_id AS service, h.channel, 1 AS quantity, 0 AS amount
FROM dossiers_dossierhistory AS h
JOIN catalogue_serviceversion AS v ON v.id = h.version_id
CROSS JOIN (SELECT 'to' AS side UNION ALL SELECT 'from') AS way
WHERE h.transition = 'transfer'
