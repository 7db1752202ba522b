"""Leaving for the gateway."""

from datetime import timedelta
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from dossiers.models import Dossier, PaymentRequest
from dossiers.states import State as DossierState
from payments.drivers import DRIVERS, chosen
from payments.errors import GatewayUnreachable, NothingOpenToPay, PayAtTheCounter
from payments.models import Attempt
from payments.protocol import vnpay
from payments.protocol.messages import OutcomeUnknown, PayOrder
from payments.protocol.reachability import answers
from payments.protocol.wire import ascii_text
from portal.workflow import add, lock

log = structlog.get_logger(__name__)

TIME_TO_PAY = timedelta(minutes=15)


def gateway_config():
    return DRIVERS["vnpay"].config


def start(request, *, by, ip_addr, way=""):
    """Open an attempt for ``request`` and return the gateway's address to send the payer to.

    ``way`` names a driver (payments.drivers); empty means the one proposed. Raises ``NothingOpenToPay``,
    ``PayAtTheCounter`` (level 3), ``UnknownWayToPay`` or ``GatewayUnreachable``; then nothing was opened, or what was
    opened expires by itself.
    """
    attempt, driver = open_attempt(request, by=by, way=way)
    order = order_of(attempt, ip_addr)
    try:
        return driver.leave(order, now=attempt.started_at, payer=attempt.dossier.applicant_name)
    except OutcomeUnknown as unknown:
        log.warning("order_not_opened", order=attempt.txn_ref, reason=unknown.reason)
        raise GatewayUnreachable()


def start_qr(request, *, by, ip_addr):
    """Open an attempt that is paid from another device; returns it with what its QR code says."""
    attempt, driver = open_attempt(request, by=by, way="vnpay")
    try:
        content = vnpay.qr_content(
            order_of(attempt, ip_addr), config=driver.config, now=attempt.started_at
        )
    except OutcomeUnknown as unknown:
        log.warning("order_not_opened", order=attempt.txn_ref, reason=unknown.reason)
        raise GatewayUnreachable()
    Attempt.objects.filter(pk=attempt.pk).update(qr_content=content)
    return attempt


def open_attempt(request, *, by, way):
    """Store the intent to pay before anybody is sent anywhere: ``(attempt, driver)``."""
    dossier = Dossier.objects.select_related("receiving_unit", "handling_agency__root").get(
        pk=request.dossier_id
    )
    driver = chosen(way, dossier)
    address = urlsplit(driver.config.pay_url)
    if not answers(address.hostname, address.port or (443 if address.scheme == "https" else 80)):
        raise GatewayUnreachable()
    with transaction.atomic():
        lock(dossier)
        request = PaymentRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
        if request.closed_at is not None or dossier.state != DossierState.PAYMENT_REQUESTED:
            raise NothingOpenToPay()
        if not request.online:
            raise PayAtTheCounter(level=dossier.level, unit=dossier.receiving_unit)
        now = timezone.now().replace(microsecond=0)
        attempt = add(
            Attempt(
                request=request,
                dossier=dossier,
                handling_agency_id=dossier.handling_agency_id,
                driver=driver.name,
                tmn_code=driver.config.tmn_code,
                txn_ref=driver.reference(dossier, now),
                amount=request.amount,
                started_at=now,
                expires_at=now + TIME_TO_PAY,
            )
        )
    log.info("payment_started", attempt=attempt.txn_ref, by=by.pk)
    return attempt, driver


def order_of(attempt, ip_addr):
    """The order as the gateway is told of it."""
    return PayOrder(
        txn_ref=attempt.txn_ref,
        amount_vnd=attempt.amount,
        order_info=ascii_text(f"Le phi ho so {attempt.dossier.code}"),
        return_url=settings.PORTAL_PUBLIC_URL
        + reverse("payments:return", args=[attempt.public_id]),
        ip_addr=ip_addr,
        locale="en" if get_language() == "en" else "vn",
        expires_at=attempt.expires_at,
    )
