"""Attempts to pay, opened the way ``payments.actions.start`` does, without a gateway to send the payer to."""

from datetime import timedelta

import factory
from django.utils import timezone

from payments.models import Attempt
from tests.dossiers.factories import DossierFactory


class AttemptFactory(factory.django.DjangoModelFactory):
    """An open attempt for the open payment request of a dossier."""

    class Meta:
        model = Attempt

    dossier = factory.SubFactory(DossierFactory, payment_requested=True)
    request = factory.LazyAttribute(lambda attempt: attempt.dossier.payment_requests.get())
    handling_agency = factory.SelfAttribute("dossier.handling_agency")
    tmn_code = "MOTCUA01"
    txn_ref = factory.LazyAttributeSequence(lambda attempt, n: f"{attempt.dossier.code}.{n}")
    amount = factory.SelfAttribute("request.amount")
    started_at = factory.LazyFunction(timezone.now)
    expires_at = factory.LazyAttribute(lambda attempt: attempt.started_at + timedelta(minutes=15))
