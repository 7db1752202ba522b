"""Dossiers in every situation, brought there through ``perform()`` by the people whose task it is.

    DossierFactory()                        # an online draft of a citizen: answered, its paper attached, not sent
    DossierFactory(submitted=True)          # received, in_process, proposed, completed, returned, not_received,
                                            # supplement_requested, payment_requested, withdrawal_requested,
                                            # withdrawn, stopped: all the same way
    DossierFactory(received=True, offering__level=3, offering__service__fee_vnd=75_000)
    DossierFactory(empty=True)              # a draft without answers or papers

Everything happens at the present instant of the portal clock. ``officer(dossier, "leader")`` gives the official who
may act on a dossier, made once per node; ``signed_result()`` a stored result as the leader's signature leaves it.
"""

import hashlib
import random

import factory
from django.core.files.base import ContentFile

from dossiers.models import Attachment, Dossier, PaymentRequest
from dossiers.states import Channel, Delivery
from portal import clock
from portal.accounts.models import User
from portal.catalogue.samples import sample_answers
from portal.documents.models import StoredDocument
from portal.workflow import perform
from tests.accounts.factories import OfficialFactory, UserFactory
from tests.catalogue.factories import SMALL_ANSWERS, OfferingFactory

SMALLEST_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
UNIT_ROLES = {"one_door"}


class StoredDocumentFactory(factory.django.DjangoModelFactory):
    """A small PDF in the storage."""

    class Meta:
        model = StoredDocument

    class Params:
        data = SMALLEST_PDF

    role = StoredDocument.Role.ATTACHED
    kind = StoredDocument.Kind.PDF
    name = "giay-to.pdf"
    file = factory.LazyAttribute(lambda document: ContentFile(document.data, name="giay-to.pdf"))
    size = factory.LazyAttribute(lambda document: len(document.data))
    sha256 = factory.LazyAttribute(lambda document: hashlib.sha256(document.data).hexdigest())
    created_at = factory.LazyFunction(clock.now)


class AttachmentFactory(factory.django.DjangoModelFactory):
    """A paper under one component of a dossier; give ``dossier``."""

    class Meta:
        model = Attachment

    component = "paper"
    document = factory.SubFactory(
        StoredDocumentFactory, owner=factory.SelfAttribute("..dossier.filed_by")
    )


class DossierFactory(factory.django.DjangoModelFactory):
    """One dossier. ``offering`` decides service, unit and level; ``answers`` and papers fit the small service.

    For a service with a form of its own give ``answers`` and ``papers`` (keys of its documents).
    """

    class Meta:
        model = Dossier
        skip_postgeneration_save = True

    class Params:
        empty = factory.Trait(answers={}, papers=())
        paper = factory.Trait(
            channel=Channel.COUNTER,
            delivery=Delivery.COUNTER,
            filed_by=factory.LazyAttribute(lambda dossier: unit_officer(dossier.receiving_unit)),
        )
        submitted = factory.Trait(situation="submitted")
        not_received = factory.Trait(situation="not_received")
        received = factory.Trait(situation="received")
        in_process = factory.Trait(situation="in_process")
        proposed = factory.Trait(situation="proposed")
        supplement_requested = factory.Trait(situation="supplement_requested")
        payment_requested = factory.Trait(
            situation="payment_requested", offering__service__fee_vnd=75_000
        )
        withdrawal_requested = factory.Trait(situation="withdrawal_requested")
        withdrawn = factory.Trait(situation="withdrawn")
        stopped = factory.Trait(situation="stopped")
        completed = factory.Trait(situation="completed")
        returned = factory.Trait(situation="returned")

    situation = "draft"
    papers = ("paper",)

    offering = factory.SubFactory(OfferingFactory)
    service = factory.SelfAttribute("offering.service")
    version = factory.LazyAttribute(
        lambda dossier: dossier.service.versions.filter(state="published").last()
    )
    receiving_unit = factory.SelfAttribute("offering.unit")
    handling_agency = factory.SelfAttribute("offering.handling_agency")
    competent_agency = factory.SelfAttribute("offering.competent_agency")
    level = factory.SelfAttribute("offering.level")
    filed_by = factory.SubFactory(UserFactory)
    applicant_name = factory.SelfAttribute("filed_by.full_name")
    applicant_identifier = factory.Sequence(lambda n: f"0480900{n:05}")
    applicant_phone = "0905000000"
    applicant_email = factory.SelfAttribute("filed_by.email")
    applicant_address = "72 Bạch Đằng, phường Thạch Thang, quận Hải Châu, Đà Nẵng"
    answers = factory.LazyFunction(SMALL_ANSWERS.copy)
    delivery = factory.LazyAttribute(
        lambda dossier: Delivery.ONLINE if dossier.level == 4 else Delivery.COUNTER
    )
    created_at = factory.LazyFunction(clock.now)

    @classmethod
    def _build(cls, model_class, *args, **fields):
        fields.pop("papers", None)
        fields.pop("situation", None)
        return super()._build(model_class, *args, **fields)

    @classmethod
    def _create(cls, model_class, *args, papers=(), situation="draft", **fields):
        dossier = super()._create(model_class, *args, **fields)
        for component in papers:
            AttachmentFactory(dossier=dossier, component=component)
        for move in WAYS[situation]:
            move(dossier)
        return dossier


# Moves by those whose task they are ------------------------------------------------------


def submit(dossier):
    perform(dossier, "submit", by=dossier.filed_by)


def receive(dossier):
    perform(dossier, "receive", by=officer(dossier, "one_door"))


def refuse_receipt(dossier):
    perform(
        dossier, "refuse_receipt", by=officer(dossier, "one_door"), reason="Không đúng thẩm quyền."
    )


def start_processing(dossier):
    perform(
        dossier,
        "start_processing",
        by=officer(dossier, "one_door"),
        to=officer(dossier, "specialist"),
    )


def request_supplement(dossier):
    items = [{"kind": "document", "key": "paper", "reason": "Bản chụp mờ, không đọc được số."}]
    perform(dossier, "request_supplement", by=officer(dossier, "one_door"), items=items)


def request_payment(dossier):
    perform(dossier, "request_payment", by=None)


def pay(dossier):
    request = PaymentRequest.objects.still_open().get(dossier=dossier)
    perform(dossier, "record_payment", by=None, request=request)


def request_withdrawal(dossier):
    perform(dossier, "request_withdrawal", by=dossier.filed_by, reason="Tôi nộp nhầm nơi.")


def accept_withdrawal(dossier):
    perform(dossier, "accept_withdrawal", by=officer(dossier, "one_door"))


def stop(dossier):
    perform(dossier, "stop", by=officer(dossier, "leader"), reason="Người nộp đã mất.")


def propose(dossier, outcome="granted"):
    perform(
        dossier,
        "propose",
        by=officer(dossier, "specialist"),
        outcome=outcome,
        statement="Hồ sơ đủ điều kiện.",
    )


def complete(dossier):
    perform(dossier, "complete", by=officer(dossier, "leader"), result=signed_result())


def return_result(dossier):
    perform(dossier, "return_result", by=officer(dossier, "one_door"))


WAYS = {
    "draft": [],
    "submitted": [submit],
    "not_received": [submit, refuse_receipt],
    "received": [submit, receive],
    "supplement_requested": [submit, request_supplement],
    "payment_requested": [submit, request_payment],
    "withdrawal_requested": [submit, request_withdrawal],
    "withdrawn": [submit, request_withdrawal, accept_withdrawal],
    "in_process": [submit, receive, start_processing],
    "proposed": [submit, receive, start_processing, propose],
    "stopped": [submit, receive, start_processing, stop],
    "completed": [submit, receive, start_processing, propose, complete],
    "returned": [submit, receive, start_processing, propose, complete, return_result],
}


def signed_result():
    """A result document as signing leaves it."""
    return StoredDocumentFactory(
        role=StoredDocument.Role.RESULT, name="ket-qua.pdf", signed_by="Trần Đình Khôi"
    )


def officer(dossier, role):
    """The official of ``role`` at the dossier's unit or handling agency."""
    if role in UNIT_ROLES:
        return unit_officer(dossier.receiving_unit)
    return at_node(role, agency=dossier.handling_agency)


def unit_officer(unit):
    return at_node("one_door", unit=unit)


def at_node(role, **node):
    found = User.objects.filter(
        grants__role=role, **{f"grants__{key}": value for key, value in node.items()}
    ).first()
    return found or OfficialFactory(role=role, **node)


def answers_for(definition, *, day, seed=1, **about):
    """Believable answers to every question of ``definition`` that concerns this applicant on ``day``."""
    return sample_answers(definition, random.Random(seed), today=day, about=about)
