"""The transaction API for merchants' servers: ``querydr`` and ``refund``.

Always HTTP 200 and JSON: widely used clients read the code from the body and treat every other
status as a failure of the network.
"""

import logging

from django.core.exceptions import RequestDataTooBig
from django.db import IntegrityError, transaction
from django.http import JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from payments.sandbox import actions, cards, journal, logos, vnpay
from payments.sandbox.models import Merchant, Transaction
from payments.sandbox.orders import Refusal

logger = logging.getLogger(__name__)


@csrf_exempt
@require_POST
def transaction_api(request):
    """One request: 02, 03, 97, 94 and 91 in this order, else what the command answers."""
    fields, merchant, body = {}, None, b""
    try:
        body = _body(request)
        fields = vnpay.read_api_body(body)
        merchant = Merchant.objects.filter(tmn_code=fields.get("vnp_TmnCode", "")[:8]).first()
        if merchant is None and fields.get("vnp_TmnCode"):
            raise Refusal("02", "vnp_TmnCode", "Unknown merchant")
        vnpay.check_api_fields(fields)
        if not vnpay.api_checksum_fits(fields, secret=merchant.secret):
            raise Refusal("97", "vnp_SecureHash", "Invalid checksum")
        return JsonResponse(_carry_out(fields, merchant, body))
    except Refusal as refusal:
        return JsonResponse(_refuse(refusal, fields, merchant, body, genuine=False))
    except Exception:
        logger.exception("the transaction API failed")
        return JsonResponse(
            vnpay.api_answer("99", "Unknown error", fields=fields, merchant=merchant)
        )


@csrf_exempt
@require_POST
def bank_list(request):
    """The banks a payer can choose, for merchants that show them on their own page."""
    banks = [
        {
            "bank_code": code,
            "bank_name": name,
            "logo_link": logos.address(code),
            "bank_type": kind,
            "display_order": place,
        }
        for place, (code, name, kind) in enumerate(cards.ways_to_pay(), start=1)
    ]
    return JsonResponse(banks, safe=False)


def _body(request):
    try:
        return request.body
    except RequestDataTooBig as problem:
        raise Refusal("03", message="Body too long") from problem


def _carry_out(fields, merchant, body):
    """Answer a genuine request and keep it, with its answer, in the same commit as its effect."""
    try:
        with transaction.atomic():
            record = _keep(fields, merchant, body, "00", {}, genuine=True)
            try:
                with transaction.atomic():
                    answer = _execute(fields, merchant)
            except Refusal as refusal:
                answer = _answer_to(refusal, fields, merchant)
            record.answer, record.response_code = answer, answer["vnp_ResponseCode"]
            record.save(update_fields=["answer", "response_code"])
            return answer
    except IntegrityError as problem:
        if "one_request_number_per_day" not in str(problem):
            raise
        refusal = Refusal("94", "vnp_RequestId", "Request number used before today")
        return _refuse(refusal, fields, merchant, body, genuine=False)


def _execute(fields, merchant):
    day = vnpay.read_date(fields["vnp_TransactionDate"]).date()
    payment = Transaction.objects.filter(
        merchant=merchant, txn_ref=fields["vnp_TxnRef"], order_day=day
    ).first()
    if payment is None:
        raise Refusal("91", "vnp_TxnRef", "Payment not found")
    if fields["vnp_Command"] == "querydr":
        message, refund = "QueryDR Success", payment.refunds.order_by("-pk").first()
    else:
        if fields.get("vnp_TransactionNo", "") not in ("", "0", str(payment.number)):
            raise Refusal("91", "vnp_TransactionNo", "Payment not found")
        message, refund = (
            "Refund accepted",
            actions.refund(
                payment,
                kind=fields["vnp_TransactionType"],
                amount_vnd=int(fields["vnp_Amount"]) // 100,
                request_id=fields["vnp_RequestId"],
                by=fields["vnp_CreateBy"],
            ),
        )
    details = vnpay.describe(payment, refund)
    return vnpay.api_answer("00", message, fields=fields, merchant=merchant, **details)


def _refuse(refusal, fields, merchant, body, *, genuine):
    answer = _answer_to(refusal, fields, merchant)
    _keep(fields, merchant, body, refusal.code, answer, genuine=genuine)
    return answer


def _answer_to(refusal, fields, merchant):
    message = " ".join(filter(None, [refusal.message or "Wrong form", refusal.field]))
    return vnpay.api_answer(refusal.code, message, fields=fields, merchant=merchant)


def _keep(fields, merchant, body, code, answer, *, genuine):
    return journal.keep(
        merchant,
        request_id=fields.get("vnp_RequestId", ""),
        command=fields.get("vnp_Command", ""),
        txn_ref=fields.get("vnp_TxnRef", ""),
        genuine=genuine,
        body=body,
        code=code,
        answer=answer,
    )
