"""Who may be paid here: the merchant of the environment, and any that is registered by hand."""

import secrets
import string

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from payments.sandbox import actions
from payments.sandbox.models import Merchant

LETTERS = string.ascii_uppercase + string.digits


def register_configured_merchant() -> Merchant:
    """Register the merchant that the environment names, or bring it up to date.

    Raises ``ImproperlyConfigured`` where the environment names none.
    """
    if not (len(settings.MERCHANT_TMN_CODE) == 8 and settings.MERCHANT_SECRET):
        raise ImproperlyConfigured(
            "The payment sandbox needs GATEWAY_TMN_CODE (8 letters or digits) and GATEWAY_SECRET."
        )
    return actions.register_merchant(
        tmn_code=settings.MERCHANT_TMN_CODE,
        secret=settings.MERCHANT_SECRET,
        name=settings.MERCHANT_NAME,
        ipn_url=settings.MERCHANT_IPN_URL,
        confirm_url=settings.MERCHANT_CONFIRM_URL,
        return_url=settings.MERCHANT_RETURN_URL,
    )


def register_new_merchant(
    *, name: str, ipn_url: str, confirm_url: str = "", return_url: str = ""
) -> Merchant:
    """Register one more merchant under a code and a secret of its own."""
    return actions.register_merchant(
        tmn_code="".join(secrets.choice(LETTERS) for _ in range(8)),
        secret="".join(secrets.choice(LETTERS) for _ in range(32)),
        name=name,
        ipn_url=ipn_url,
        confirm_url=confirm_url,
        return_url=return_url,
    )
