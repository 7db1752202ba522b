"""The address of the gateway's notices, and beside it, behind the same middleware, a view that writes the same rows.

What it writes was recorded from a real capture (``BENCH_IPN_PLAN``, a JSON file): inserts and updates in one
transaction, with the keys of the attempt that the notice names in the place of the recorded ones.
"""

import json
import os
import re
from functools import cache
from pathlib import Path
from uuid import uuid4

from django.db import connection, transaction
from django.http import JsonResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

_SUBJECT = (
    "SELECT a.id, a.public_id::text, a.dossier_id, a.request_id, a.txn_ref FROM payments_attempt a "
    "WHERE a.txn_ref = %s"
)
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


@csrf_exempt
def same_rows(request):
    """Write what a capture writes, and nothing else: no check, no guard, no permission, no history read."""
    plan = _plan()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SUBJECT, [request.GET["vnp_TxnRef"]])
        keys = dict(zip(plan["subject"], map(str, cursor.fetchone()), strict=True))
        keys[plan["number"]] = request.GET["vnp_TransactionNo"]
        keys[plan["query"]] = request.META["QUERY_STRING"]
        for step in plan["steps"]:
            cursor.execute(step["sql"], [_filled(value, keys) for value in step["values"]])
            if step["key"] is not None:
                keys[str(step["key"])] = str(cursor.fetchone()[0])
    return JsonResponse({"RspCode": "00", "Message": "Confirm Success"})


def _filled(value, keys):
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return int(keys.get(str(value), value))
    if isinstance(value, dict | list):
        return _text(json.dumps(value), keys)
    return _text(value, keys)


def _text(value, keys):
    if value in keys:
        return keys[value]
    if _UUID.fullmatch(value):
        return str(uuid4())
    return _tokens().sub(lambda found: keys[found[0]], value)


@cache
def _plan():
    return json.loads(Path(os.environ["BENCH_IPN_PLAN"]).read_text())


@cache
def _tokens():
    plan = _plan()
    longest_first = sorted([*plan["subject"], plan["number"]], key=len, reverse=True)
    return re.compile("|".join(rf"(?<!\w){re.escape(token)}(?!\w)" for token in longest_first))


urlpatterns = [
    path("pay/", include("payments.urls")),
    path("bench/same-rows/", same_rows),
]
