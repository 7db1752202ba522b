-- A payment that the gateway took, with its amount. A surplus is given back and counts nowhere.
SELECT 'online_payments' AS metric, h.at, (h.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day,
       h.handling_agency_id AS agency, h.service_id AS service, h.channel, 1 AS quantity, h.amount
FROM payments_attempthistory AS h
WHERE h.transition IN ('capture', 'accept_as_paid')
