-- A dossier that ended without being completed; apart from these, one that had never been received.
SELECT CASE h.transition WHEN 'accept_withdrawal' THEN 'withdrawn' WHEN 'stop' THEN 'stopped' ELSE 'expired' END
           || CASE WHEN EXISTS (
                  SELECT 1 FROM dossiers_dossierhistory AS r
                  WHERE r.dossier_id = h.dossier_id AND r.transition = 'receive'
              ) THEN '' ELSE '_unreceived' END AS metric,
       h.at, (h.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day,
       h.handling_agency_id AS agency, v.service_id AS service, h.channel, 1 AS quantity, 0 AS amount
FROM dossiers_dossierhistory AS h
JOIN catalogue_serviceversion AS v ON v.id = h.version_id
WHERE h.transition IN ('accept_withdrawal', 'stop', 'expire')
