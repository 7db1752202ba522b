-- The fee of a dossier paid, in whatever way, with its amount.
SELECT 'paid' AS metric, h.at, (h.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day,
       h.handling_agency_id AS agency, v.service_id AS service, h.channel, 1 AS quantity,
       CAST((h.details ->> 'amount') AS bigint) AS amount
FROM dossiers_dossierhistory AS h
JOIN catalogue_serviceversion AS v ON v.id = h.version_id
WHERE h.transition = 'record_payment'
