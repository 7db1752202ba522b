"""What the payment sandbox does wrong on purpose with its notices to the portal, as buttons of the demo bar."""

import hashlib
import hmac
from urllib.parse import urljoin

import httpx
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from payments.protocol.wire import wire_date
from portal.errors import PortalError
from portal.page import BankSwitch

SECONDS = 3.0


# Keys are the sandbox's own names.
SWITCHES = (
    BankSwitch("", _("As they come")),
    BankSwitch("before", _("Before the payer returns")),
    BankSwitch("after", _("After the payer returned")),
    BankSwitch("delay", _("Ten minutes late")),
    BankSwitch("duplicate", _("Three times")),
    BankSwitch("drop", _("Never")),
    BankSwitch("forge", _("A forged one first")),
    BankSwitch("wrong_amount", _("Another amount first")),
)


class BankSilent(PortalError):
    """The sandbox did not take the request; its notices go on as before."""

    message = _("The payment sandbox does not answer; nothing was changed. Try again in a moment.")
    status = 503


def console_address() -> str:
    """Where people see everything the sandbox did, and switch single payments; empty: no gateway."""
    address = settings.GATEWAY.get("pay_url")
    return urljoin(address, "/console/") if address else ""


def turn(switch: BankSwitch) -> None:
    """Have every later payment of the portal told in this way. Raises ``BankSilent``."""
    gateway, now = settings.GATEWAY, wire_date(timezone.now())
    signed = "|".join([gateway["tmn_code"], "", switch.key, now])
    body = {
        "tmn_code": gateway["tmn_code"],
        "txn_ref": "",
        "switches": switch.key,
        "create_date": now,
        "secure_hash": hmac.new(
            gateway["secret"].encode(), signed.encode(), hashlib.sha512
        ).hexdigest(),
    }
    address = urljoin(gateway["api_url"], "/console/switches")
    try:
        answer = httpx.post(address, json=body, timeout=SECONDS, trust_env=False)
    except httpx.HTTPError as problem:
        raise BankSilent from problem
    if answer.status_code != 200:
        raise BankSilent
