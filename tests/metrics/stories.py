"""Short stories for the figures, told through ``perform()`` at instants of the portal clock."""

from types import SimpleNamespace

from django.utils import timezone

from dossiers.actions.rating import rate
from dossiers.models import PaymentRequest
from payments import actions
from portal.clock.models import PortalClock
from portal.workflow import perform
from portal.worktime import at
from tests.agencies.factories import (
    CommuneFactory,
    DistrictFactory,
    MinistryFactory,
    ProvinceFactory,
    UnitFactory,
)
from tests.catalogue.factories import EligibilityFactory, OfferingFactory, PublicServiceFactory
from tests.clock import rewinding
from tests.dossiers import factories as dossiers
from tests.dossiers.factories import AttachmentFactory, DossierFactory, officer
from tests.payments.factories import AttemptFactory
from tests.payments.notices import notice_query

WHY = "unsigned"  # the usual reason given at appraisal


def clock_at(text):
    """Set the portal clock, backwards too."""
    rewinding.show(PortalClock.objects, at(text) - timezone.now())


def filed(offering, *, situation="submitted", paper=False):
    """A dossier brought into ``situation`` at the present instant, filed online or on paper."""
    dossier = DossierFactory(offering=offering, paper=paper, papers=())
    AttachmentFactory(dossier=dossier)
    for move in dossiers.WAYS[situation]:
        move(dossier)
    return dossier


def received(offering, when, *, paper=False):
    """A dossier received at ``when``."""
    clock_at(when)
    return filed(offering, situation="received", paper=paper)


def complete(dossier, when):
    """Hand over, propose and sign at ``when``."""
    clock_at(when)
    dossiers.start_processing(dossier)
    dossiers.propose(dossier)
    dossiers.complete(dossier)
    return dossier


def completed(offering, received_at, completed_at, *, paper=False):
    return complete(received(offering, received_at, paper=paper), completed_at)


def paid_online(offering, when):
    """A dossier whose fee, due at filing, the gateway took at ``when``; received then."""
    clock_at(when)
    dossier = filed(offering)
    pay_online(dossier)
    dossiers.receive(dossier)
    return dossier


def pay_online(dossier):
    """The whole way of the money: request, attempt, notice of the gateway, capture. Returns the attempt."""
    dossiers.request_payment(dossier)
    attempt = AttemptFactory(dossier=dossier)
    assert actions.absorb(notice_query(attempt)) == "00"
    dossier.refresh_from_db()
    return attempt


def paid_otherwise(offering, when):
    """A paper dossier whose fee was recorded without the gateway; received then."""
    clock_at(when)
    dossier = filed(offering, paper=True)
    dossiers.request_payment(dossier)
    request = PaymentRequest.objects.still_open().get(dossier=dossier)
    perform(dossier, "record_payment", by=None, request=request)
    dossiers.receive(dossier)
    return dossier


def country():
    """Two provinces and a ministry with seven offerings of six services, four of these eligible for level 4."""
    north, south = ProvinceFactory(code="A90"), ProvinceFactory(code="A91")
    district = DistrictFactory(parent=north, code="A90.01")
    ward = UnitFactory(agency=CommuneFactory(parent=district, code="A90.01.01"))
    other_ward = UnitFactory(agency=CommuneFactory(parent=DistrictFactory(parent=south)))
    ministry = UnitFactory(agency=MinistryFactory(code="B90"))
    a, b, c, d, e = PublicServiceFactory.create_batch(5)
    fee = PublicServiceFactory(fee_vnd=75_000)
    for eligible in (a, b, d, fee):
        EligibilityFactory(service=eligible)
    EligibilityFactory(service=c, eligible=False)
    return SimpleNamespace(
        north=north,
        south=south,
        district=district,
        ministry=ministry.agency,
        full=OfferingFactory(service=a, unit=ward, level=4),
        submit_only=OfferingFactory(service=b, unit=ward, level=3),
        forms_only=OfferingFactory(service=c, unit=ward, level=2),
        with_fee=OfferingFactory(service=fee, unit=ward, level=4),
        southern=OfferingFactory(service=a, unit=other_ward, level=3),
        unused=OfferingFactory(service=d, unit=ministry, level=4),
        not_eligible=OfferingFactory(service=e, unit=ministry, level=4),
    )


def one_more_province():
    """A province with one ward, one service and one dossier received."""
    ward = UnitFactory(agency=CommuneFactory())
    return received(OfferingFactory(unit=ward), "2022-08-08 09:00")


def august(land):
    """What happened in the country in August 2022; three working days are allowed for each dossier."""
    # 08/08/2022 is a Monday: what was received then is due on Thursday, 11/08.
    completed(land.full, "2022-08-08 09:00", "2022-08-10 09:00")  # early
    completed(land.full, "2022-08-08 09:00", "2022-08-11 16:30")  # on time
    completed(land.full, "2022-08-08 09:00", "2022-08-12 09:00")  # late
    completed(land.southern, "2022-08-08 09:00", "2022-08-09 09:00")  # early
    received(land.southern, "2022-08-31 23:30")  # the last half hour of the month
    received(land.full, "2022-08-15 09:00", paper=True)
    received(land.submit_only, "2022-08-15 09:00", paper=True)
    received(land.forms_only, "2022-08-15 09:00", paper=True)
    received(land.not_eligible, "2022-08-16 09:00")
    paid_online(land.with_fee, "2022-08-17 09:00")
    paid_otherwise(land.with_fee, "2022-08-17 10:00")
    clock_at("2022-08-18 09:00")
    filed(land.full)  # not received yet: counts nowhere
    filed(land.full, situation="not_received")
    received(land.full, "2022-07-31 23:59")  # the month before
    received(land.full, "2022-09-01 00:01")  # and after
    clock_at("2022-09-15 09:00")
    return land


def october(land):
    """What may become of a dossier, in October 2022: eight of them filed in A90. 03/10/2022 is a Monday.

    Asked twice and refused; transferred, disliked; withdrawn; stopped; unanswered; not received; open; late, liked.
    """
    clock_at("2022-10-03 09:00")
    asked_twice = filed(land.full)
    clock_at("2022-10-03 10:00")
    dossiers.request_supplement(asked_twice)
    supply(asked_twice)
    clock_at("2022-10-04 09:00")
    dossiers.receive(asked_twice)
    dossiers.start_processing(asked_twice)
    clock_at("2022-10-05 09:00")
    ask_at_appraisal(asked_twice)
    clock_at("2022-10-06 09:00")
    supply(asked_twice)
    clock_at("2022-10-07 09:00")  # expected on 10/10: a working day more than the three by law
    dossiers.propose(asked_twice, outcome="refused")
    dossiers.complete(asked_twice)

    moved = received(land.full, "2022-10-03 09:00")
    clock_at("2022-10-04 09:00")
    perform(moved, "transfer", by=officer(moved, "one_door"), to=land.southern.handling_agency)
    complete(moved, "2022-10-05 09:00")
    dossiers.return_result(moved)
    clock_at("2022-10-06 09:00")
    rate(moved, by=moved.filed_by, value=1)

    clock_at("2022-10-03 09:00")
    filed(land.full, situation="withdrawn")
    filed(land.full, situation="stopped")
    unanswered = filed(land.with_fee)
    dossiers.request_payment(unanswered)
    clock_at("2022-10-14 09:00")
    perform(unanswered, "expire", by=None)
    clock_at("2022-10-04 09:00")
    filed(land.full, situation="not_received")
    received(land.full, "2022-10-06 09:00")

    late = completed(land.full, "2022-10-03 09:00", "2022-10-12 09:00", paper=True)
    dossiers.return_result(late)
    rate(late, by=late.filed_by, value=3)
    clock_at("2022-11-15 09:00")
    return SimpleNamespace(asked_twice=asked_twice, moved=moved, late=late, unanswered=unanswered)


def ask_at_appraisal(dossier):
    items = [{"kind": "document", "key": "paper", "reason": "Còn thiếu chữ ký.", "why": WHY}]
    perform(dossier, "request_supplement", by=officer(dossier, "specialist"), items=items)


def supply(dossier):
    """The paper that was asked for, and the supplement sent."""
    request = dossier.supplement_requests.still_open().get()
    AttachmentFactory(dossier=dossier, supplement=request)
    perform(dossier, "supply", by=dossier.filed_by)
