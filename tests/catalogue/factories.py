"""The smallest public service that the catalogue accepts, and a unit that offers it.

    OfferingFactory()                                           # level 4, free, one required paper, one question
    OfferingFactory(level=3)
    OfferingFactory(service__fee_vnd=75_000)                    # falls due at filing
    OfferingFactory(service__fee_vnd=75_000, service__fee_when="processing")
    OfferingFactory(service__content=definitions.service("1.001193").content)   # a real one

A service comes with its published version: ``service.versions.get()``.
"""

from datetime import UTC, date, datetime

import factory

from portal.catalogue import definitions
from portal.catalogue.finding import index
from portal.catalogue.finding.words import lines_of
from portal.catalogue.levels import RECEIVING, allows
from portal.catalogue.models import (
    Eligibility,
    Offering,
    PublicService,
    ServiceVersion,
    VersionState,
)
from tests.accounts.factories import OfficialFactory
from tests.agencies.factories import MinistryFactory, UnitFactory

LONG_AGO = date(2020, 1, 1)
SMALL_ANSWERS = {"copies": 2, "declaration": True}  # what the small service asks


def words(vi, en):
    return {"vi": vi, "en": en}


def small_content(*, code, level=4, fee_vnd=0, fee_when="filing"):
    """A service file with one paper, one question and three process steps."""
    fee = (
        {"kind": "fixed", "amount_vnd": fee_vnd, "when": fee_when} if fee_vnd else {"kind": "none"}
    )
    return {
        "code": code,
        "certainty": {
            "code": "assigned",
            "fee": "assigned",
            "time": "assigned",
            "level": "assigned",
        },
        "name": words(f"Cấp bản sao thử nghiệm {code}", f"Trial copy {code}"),
        "summary": words("Để thử cổng dịch vụ.", "To try out the portal."),
        "synonyms": ["bản sao thử"],
        "field": words("Thử nghiệm", "Trial"),
        "agency_level": "commune",
        "owner_ministry": "G15",
        "level": level,
        "life_events": ["papers"],
        "audience": ["citizen"],
        "who_may_apply": words("Mọi người", "Everybody"),
        "deliveries": [way for way in RECEIVING if allows(level, RECEIVING[way])],
        "full_process": {"eligible": level == 4, "simulated": True},
        "fee": fee,
        "time_limit": {"amount": 3, "unit": "working_day"},
        "result": {"name": words("Bản sao", "Copy"), "kind": "extract"},
        "legal_basis": [{"title": words("Quy định thử", "Trial rule"), "certainty": "assigned"}],
        "documents": [
            {
                "key": "paper",
                "name": words("Giấy tờ gốc", "Original paper"),
                "required": True,
                "copies": 1,
            },
            {
                "key": "extra",
                "name": words("Giấy tờ thêm", "Further paper"),
                "required": False,
                "copies": 1,
            },
        ],
        "steps": [{"title": words("Gửi hồ sơ", "Send"), "text": words("Trên mạng.", "Online.")}],
        "process": [
            {
                "key": "receive",
                "name": words("Tiếp nhận", "Receive"),
                "role": "one_door",
                "limit_hours": 4,
            },
            {
                "key": "appraise",
                "name": words("Thẩm định", "Appraise"),
                "role": "specialist",
                "limit_hours": 8,
            },
            {"key": "sign", "name": words("Ký duyệt", "Sign"), "role": "leader", "limit_hours": 4},
        ],
        "groups": [
            {
                "key": "request",
                "title": words("Yêu cầu", "Request"),
                "questions": [
                    {
                        "key": "copies",
                        "type": "number",
                        "label": words("Số bản", "Number of copies"),
                        "minimum": 1,
                        "maximum": 20,
                    },
                    {
                        "key": "declaration",
                        "type": "declaration",
                        "label": words("Tôi cam đoan khai đúng", "I declare that this is true"),
                    },
                ],
            }
        ],
    }


class ServiceVersionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ServiceVersion

    number = 1
    state = VersionState.PUBLISHED
    content_sha256 = factory.LazyAttribute(
        lambda version: definitions.content_digest(version.content)
    )
    published_at = datetime(2020, 1, 1, tzinfo=UTC)


class DraftFactory(ServiceVersionFactory):
    """A draft that an official of the whole portal writes, of a service with version 1 published."""

    class Meta:
        skip_postgeneration_save = True

    service = factory.SubFactory("tests.catalogue.factories.PublicServiceFactory")
    number = 2
    state = VersionState.DRAFT
    content = factory.LazyAttribute(
        lambda version: small_content(code=version.service.code) | {"synonyms": ["bản sao đã sửa"]}
    )
    drafted_by = factory.SubFactory(OfficialFactory, role="system_admin")
    published_at = None


class PublicServiceFactory(factory.django.DjangoModelFactory):
    """A service with version 1 published. ``content`` decides everything else."""

    class Meta:
        model = PublicService
        exclude = ["definition"]
        skip_postgeneration_save = True

    class Params:
        level = 4
        fee_vnd = 0
        fee_when = "filing"
        content = factory.LazyAttribute(
            lambda service: small_content(
                code=service.code,
                level=service.level,
                fee_vnd=service.fee_vnd,
                fee_when=service.fee_when,
            )
        )

    code = factory.Sequence(lambda n: f"9.{n:06}")
    definition = factory.LazyAttribute(
        lambda service: definitions.from_content(
            service.content, key=definitions.content_digest(service.content)
        )
    )
    name_vi = factory.LazyAttribute(lambda service: service.definition.name.vi)
    name_en = factory.LazyAttribute(lambda service: service.definition.name.en)
    field = factory.LazyAttribute(lambda service: service.definition.field.vi)
    agency_level = factory.LazyAttribute(lambda service: service.definition.agency_level)
    audience = factory.LazyAttribute(lambda service: " ".join(service.definition.audience))
    field_en = factory.LazyAttribute(lambda service: service.definition.field.en)
    life_events = factory.LazyAttribute(lambda service: list(service.definition.life_events))
    highest_fee_vnd = factory.LazyAttribute(lambda service: service.definition.fee.highest_vnd())
    folded = factory.LazyAttribute(lambda service: lines_of(service.definition))
    owner_ministry = factory.SubFactory(MinistryFactory)

    version = factory.RelatedFactory(
        ServiceVersionFactory,
        factory_related_name="service",
        content=factory.SelfAttribute("..content"),
    )

    @factory.post_generation
    def words(service, create, extracted, **kwargs):
        if create:  # a service without a published version (version=None) is found by nothing
            content = service.versions.values_list("content", flat=True).first()
            if content is not None:
                key = definitions.content_digest(content)
                index.enter(service, definitions.from_content(content, key=key))


class OfferingFactory(factory.django.DjangoModelFactory):
    """A ward's one-door unit offers a service since long ago; the ward itself handles it."""

    class Meta:
        model = Offering

    service = factory.SubFactory(PublicServiceFactory, level=factory.SelfAttribute("..level"))
    unit = factory.SubFactory(UnitFactory)
    handling_agency = factory.SelfAttribute("unit.agency")
    competent_agency = factory.SelfAttribute("handling_agency")
    level = 4
    valid_from = LONG_AGO


class EligibilityFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Eligibility

    service = factory.SubFactory(PublicServiceFactory)
    eligible = True
    valid_from = LONG_AGO
