"""What a merchant is to be told of an ended payment, when, and what goes wrong on purpose."""

from datetime import timedelta

from django.conf import settings

from payments.sandbox import vnpay
from payments.sandbox.models import Notification, Transaction
from payments.sandbox.states import Trouble

DUPLICATES = 3


def owe(payment: Transaction) -> None:
    """Write down what is to be sent; belongs into the transaction that ends the payment."""
    Notification.objects.bulk_create(
        Notification(
            transaction=payment,
            copy=copy,
            query=query,
            due_at=payment.ended_at + timedelta(seconds=seconds),
        )
        for copy, (query, seconds) in enumerate(_plan(payment), start=1)
    )


def _plan(payment: Transaction) -> list[tuple[str, float]]:
    """Queries to send and after how many seconds."""
    truth, later = payment.result_query, settings.IPN_INTERVAL_SECONDS
    secret = payment.merchant.secret
    match payment.trouble:
        case Trouble.DROP:
            return []
        case Trouble.DELAY:
            return [(truth, settings.IPN_DELAY_SECONDS)]
        case Trouble.DUPLICATE:
            return [(truth, 0)] * DUPLICATES
        case Trouble.FORGE:
            return [(vnpay.result_query(payment, secret=f"not {secret}"), 0), (truth, later)]
        case Trouble.WRONG_AMOUNT:
            other = payment.amount_vnd + (-1 if payment.amount_vnd > 1 else 1)
            return [
                (vnpay.result_query(payment, secret=secret, amount_vnd=other), 0),
                (truth, later),
            ]
    return [(truth, 0)]
