"""The switches for a merchant's own program: a signed JSON request, as a demo's button sends it."""

import json

from django.http import JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from payments.sandbox import actions, journal, presets, settlement, signing, vnpay
from payments.sandbox.models import Merchant, Transaction
from payments.sandbox.orders import Refusal
from payments.sandbox.states import Trouble
from payments.sandbox.switches import Switches


@csrf_exempt
@require_POST
def switch(request):
    """Set the switches of a merchant, or with ``txn_ref`` of its newest payment of that reference.

    The body holds ``tmn_code``, ``txn_ref`` (may be empty), ``switches`` (the name of a preset, or
    an object), ``create_date`` and ``secure_hash``: HMAC-SHA512 over
    ``tmn_code|txn_ref|switches|create_date``, an object written as JSON with sorted keys and no
    spaces. Answers 200 with the switches that now count, 403 or 422 with a sentence.
    """
    try:
        fields = json.loads(request.body.decode())
        asked = fields["switches"]
        told = [str(fields[name]) for name in ("tmn_code", "txn_ref", "create_date")]
        given = str(fields["secure_hash"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return _refused(422, "Send tmn_code, txn_ref, switches, create_date and secure_hash.")
    tmn_code, txn_ref, create_date = told
    merchant = Merchant.objects.filter(tmn_code=tmn_code[:8]).first()
    if merchant is None or not _is_signed([tmn_code, txn_ref, asked, create_date], given, merchant):
        return _refused(403, "The request is not signed by this merchant, or it is too old.")
    try:
        wanted = _read(asked)
    except ValueError as problem:
        return _refused(422, f"No such switches: {problem}.")
    payment = None
    if txn_ref:
        known = Transaction.objects.filter(merchant=merchant, txn_ref=txn_ref)
        payment = known.order_by("-pk").first()
        if payment is None:
            return _refused(422, "This merchant has no payment with that reference.")
        actions.set_switches(payment, wanted)
    else:
        actions.set_merchant_switches(merchant, wanted)
    answer = {"switches": wanted.stored()}
    journal.keep(
        merchant,
        command="switches",
        txn_ref=txn_ref,
        body=request.body,
        code="00",
        answer=answer,
    )
    return JsonResponse(answer)


def _read(asked) -> Switches:
    if isinstance(asked, str):
        if asked not in Trouble.values:
            raise ValueError("an unknown name")
        return presets.switches_of(asked)
    return Switches.read(asked)


def _is_signed(values, given, merchant):
    texts = [
        value
        if isinstance(value, str)
        else json.dumps(value, sort_keys=True, separators=(",", ":"))
        for value in values
    ]
    if not signing.same(given, signing.joined(texts, secret=merchant.secret)):
        return False
    try:
        return abs(vnpay.read_date(values[-1]) - timezone.now()) <= settlement.TOLERANCE
    except Refusal:
        return False


def _refused(status, sentence):
    return JsonResponse({"message": sentence}, status=status)
