"""What merchants' servers and browsers asked, as received, and what they were answered."""

from django.utils import timezone

from payments.sandbox.models import ApiRequest, Merchant

LONGEST_BODY = 4000  # characters kept


def keep(
    merchant: Merchant | None,
    *,
    command: str,
    body: bytes,
    code: str,
    answer: dict,
    request_id: str = "",
    txn_ref: str = "",
    genuine: bool = False,
) -> ApiRequest:
    """Keep one request. A ``genuine`` one uses up its number for the day."""
    return ApiRequest.objects.create(
        merchant=merchant,
        request_id=request_id[:32],
        day=timezone.localtime().date(),
        command=command[:20],
        txn_ref=storable(txn_ref)[:100],
        genuine=genuine,
        body=storable(body[:LONGEST_BODY].decode("utf-8", "replace")),
        response_code=code,
        answer=answer,
    )


def storable(text: str) -> str:
    """Without what PostgreSQL cannot hold: zero bytes and halves of characters."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
