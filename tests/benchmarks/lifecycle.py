"""One life of a dossier at level 4, through the doors of the portal: the unit that P1 and P2 count."""

from datetime import timedelta
from itertools import count

from django.utils import timezone

from dossiers.models import Attachment, Dossier, PaymentRequest
from dossiers.states import Channel, Delivery
from payments.actions import settle
from payments.models import Attempt
from payments.protocol.messages import Notice
from portal import clock
from portal.documents.models import StoredDocument
from portal.workflow import add, having, one_commit, perform
from tests.accounts.factories import OfficialFactory, UserFactory
from tests.catalogue.factories import SMALL_ANSWERS, OfferingFactory

FEE_VND = 75_000
STATEMENT = "Hồ sơ đủ điều kiện."
_numbers = count(1)


class Cast:
    """The people, the service and the unit that every life shares."""

    def __init__(self):
        self.offering = OfferingFactory(service__fee_vnd=FEE_VND, service__fee_when="processing")
        self.citizen = UserFactory()
        unit, agency = self.offering.unit, self.offering.handling_agency
        self.one_door = OfficialFactory(role="one_door", unit=unit)
        self.specialist = OfficialFactory(role="specialist", agency=agency)
        self.leader = OfficialFactory(role="leader", agency=agency)
        for person in (self.citizen, self.one_door, self.specialist, self.leader):
            person.role_grants()  # read once, as in a request

    def drafts(self, number):
        """Complete drafts, as a page has them in hand; their keys follow one another without a gap."""
        version = self.offering.service.versions.get()
        drafts = Dossier.objects.bulk_create(
            Dossier(
                offering=self.offering,
                service=self.offering.service,
                version=version,
                receiving_unit=self.offering.unit,
                handling_agency=self.offering.handling_agency,
                competent_agency=self.offering.competent_agency,
                channel=Channel.ONLINE,
                level=4,
                filed_by=self.citizen,
                applicant_name="Nguyễn Thị Mai",
                applicant_identifier="048090000001",
                answers=SMALL_ANSWERS,
                delivery=Delivery.COUNTER,
                created_at=timezone.now(),
            )
            for _number in range(number)
        )
        papers = StoredDocument.objects.bulk_create(
            stored_document(StoredDocument.Role.ATTACHED) for _number in range(number)
        )
        Attachment.objects.bulk_create(
            Attachment(dossier=draft, component="paper", document=paper)
            for draft, paper in zip(drafts, papers, strict=True)
        )
        return drafts


def live(dossier, cast):
    """From the draft to the returned result: nine people's clicks, a request and a commit each."""
    _click(perform, dossier, "submit", by=cast.citizen)
    _click(perform, dossier, "receive", by=cast.one_door)
    _click(perform, dossier, "start_processing", by=cast.one_door, to=cast.specialist)
    _click(perform, dossier, "request_payment", by=cast.specialist)
    attempt = _click(open_attempt, dossier)
    _click(hear_from_gateway, attempt)
    _click(perform, dossier, "propose", by=cast.specialist, outcome="granted", statement=STATEMENT)
    _click(complete, dossier, by=cast.leader)
    _click(perform, dossier, "return_result", by=cast.one_door)


def _click(act, *args, **details):
    with clock.one_reading():  # as the middleware has it for a request
        return act(*args, **details)


@one_commit()
def hear_from_gateway(attempt):
    settle(notice_of(attempt))


def complete(dossier, *, by):
    result = stored_document(StoredDocument.Role.RESULT, signed_by="Trần Đình Khôi")
    with one_commit():
        add(result)
        perform(dossier, "complete", by=by, result=result)


def open_attempt(dossier):
    [request] = having(PaymentRequest, dossier_id=dossier.pk)
    now = timezone.now()
    return add(
        Attempt(
            request=request,
            dossier=dossier,
            handling_agency_id=dossier.handling_agency_id,
            tmn_code="BENCH001",
            txn_ref=f"{dossier.code}.{next(_numbers)}",
            amount=request.amount,
            started_at=now,
            expires_at=now + timedelta(minutes=15),
        )
    )


def notice_of(attempt):
    return Notice(
        tmn_code=attempt.tmn_code,
        txn_ref=attempt.txn_ref,
        amount_vnd=attempt.amount,
        gateway_number=str(attempt.pk),
        response_code="00",
        transaction_status="00",
        bank_code="NCB",
        pay_date=timezone.now(),
    )


def stored_document(role, signed_by=""):
    return StoredDocument(
        role=role,
        kind=StoredDocument.Kind.PDF,
        file="documents/00/bench",
        name="giay-to.pdf",
        size=1,
        sha256="0" * 64,
        created_at=clock.now(),
        signed_by=signed_by,
    )
