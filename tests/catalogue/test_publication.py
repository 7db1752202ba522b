"""A version's way from a draft to what citizens read: two people, at the desk, and in the database."""

from copy import deepcopy
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from dossiers.actions import filing
from portal.catalogue import definitions, drafting
from portal.catalogue.errors import DraftClosed, DraftUnderWay, NothingChanged, PublisherWroteIt
from portal.catalogue.models import ServiceVersion
from portal.catalogue.service_text import to_toml
from portal.errors import NotPermitted
from portal.workflow import perform
from tests.accounts.factories import OfficialFactory, UserFactory
from tests.agencies.factories import MinistryFactory
from tests.catalogue.factories import (
    DraftFactory,
    OfferingFactory,
    PublicServiceFactory,
    small_content,
)
from tests.dossiers.factories import DossierFactory

pytestmark = pytest.mark.django_db

NEW_SUMMARY = "Tóm tắt đã sửa của dịch vụ."


@pytest.fixture
def writer():
    return OfficialFactory(role="system_admin")


@pytest.fixture
def publisher():
    return OfficialFactory(role="system_admin")


@pytest.fixture
def service():
    return OfferingFactory(service__owner_ministry=MinistryFactory(code="G15")).service


def changed_text(service, **changes):
    content = deepcopy(drafting.current_version(service).content)
    content["summary"]["vi"] = NEW_SUMMARY
    return to_toml(content | changes)


def page(name, *args):
    return reverse(f"admin:{name}", args=args)


def transition(version, name):
    return page("catalogue_serviceversion_transition", version.pk, name)


# At the desk ------------------------------------------------------------------------------------


def test_a_draft_is_written_by_one_and_published_by_another(client, service, writer, publisher):
    running = DossierFactory(offering=service.offerings.get(), submitted=True)
    client.force_login(writer)
    begun = client.post(page("catalogue_begin_draft", service.pk))
    draft = service.versions.get(state="draft")
    assert begun.url == page("catalogue_version_text", draft.pk)

    saved = client.post(begun.url, {"text": changed_text(service)})
    assert saved.status_code == 302
    asked = client.post(transition(draft, "propose"), {"seen": 0, "note": "Viết lại cho dễ hiểu."})
    assert asked.status_code == 302
    own = client.post(transition(draft, "publish"), {"seen": 1})
    assert own.status_code == 403
    assert (
        NEW_SUMMARY
        not in client.get(reverse("catalogue:service", args=[service.code])).content.decode()
    )

    client.force_login(publisher)
    shown = client.get(page("catalogue_serviceversion_change", draft.pk)).content.decode()
    assert "Viết lại cho dễ hiểu." in shown
    compared = client.get(page("catalogue_version_compare", draft.pk))
    assert [change.place for change in compared.context["changes"]] == ["summary › vi"]
    done = client.post(transition(draft, "publish"), {"seen": 1})
    assert done.status_code == 302

    draft.refresh_from_db()
    assert (draft.state, draft.published_by, draft.drafted_by) == ("published", publisher, writer)
    assert [row.transition for row in draft.history.order_by("sequence")] == ["propose", "publish"]
    assert (
        NEW_SUMMARY
        in client.get(reverse("catalogue:service", args=[service.code])).content.decode()
    )
    running.refresh_from_db()
    assert running.version.definition.summary.vi != NEW_SUMMARY
    newer = filing.open_dossier(service.offerings.get(), by=UserFactory(), nonce=uuid4())
    assert newer.version == draft


def test_what_is_sent_back_can_be_mended(client, service, writer, publisher):
    draft = DraftFactory(service=service, drafted_by=writer)
    drafting.propose(draft, note="Sửa", by=writer)
    client.force_login(publisher)
    empty = client.post(transition(draft, "send_back"), {"seen": 1, "reason": ""})
    assert empty.status_code == 422
    client.post(transition(draft, "send_back"), {"seen": 1, "reason": "Thiếu tên tiếng Anh."})
    draft.refresh_from_db()
    assert (draft.state, draft.answer) == ("draft", "Thiếu tên tiếng Anh.")
    client.force_login(writer)
    assert (
        client.post(
            page("catalogue_version_text", draft.pk), {"text": changed_text(service)}
        ).status_code
        == 302
    )


@pytest.mark.parametrize("text", ["", "a = = b", "name = 3\n", "\0" * 10])
def test_a_text_that_the_catalogue_refuses_stays_and_the_place_is_named(
    client, service, writer, text
):
    client.force_login(writer)
    answer = client.post(page("catalogue_bring_in"), {"text": text})
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert not ServiceVersion.objects.exclude(state="published").exists()


def test_a_file_taken_out_is_brought_in_again_as_it_was(client, service, writer):
    client.force_login(writer)
    current = drafting.current_version(service)
    taken = client.get(page("catalogue_version_toml", current.pk))
    assert definitions.from_text(taken.content.decode(), file="x").content == current.content
    same = client.post(page("catalogue_bring_in"), {"text": taken.content.decode()})
    assert same.status_code == 422
    brought = client.post(
        page("catalogue_bring_in"), {"text": to_toml(small_content(code="9.777777"))}
    )
    draft = ServiceVersion.objects.get(service__code="9.777777")
    assert brought.url == page("catalogue_serviceversion_change", draft.pk)
    assert client.get(reverse("catalogue:service", args=["9.777777"])).status_code == 404


def test_a_draft_is_looked_at_as_a_citizen_would_and_keeps_nothing(client, service, writer):
    draft = DraftFactory(
        service=service, content=small_content(code=service.code) | {"synonyms": ["x"]}
    )
    address = reverse("catalogue:preview", args=[draft.pk])
    assert client.get(address).status_code == 302
    client.force_login(UserFactory())
    assert client.get(address).status_code == 404
    client.force_login(writer)
    shown = client.get(address)
    assert shown.status_code == 200 and shown.context["previewed"] == draft
    step = reverse("catalogue:preview_step", args=[draft.pk, "request"])
    assert client.get(step).status_code == 200
    assert client.post(step, {"copies": "0"}).status_code == 422
    accepted = client.post(step, {"copies": "2", "declaration": "on"})
    assert accepted.status_code == 200 and accepted.context["accepted"]
    assert (
        client.get(reverse("catalogue:preview_step", args=[draft.pk, "nowhere"])).status_code == 404
    )


def test_a_ministry_looks_after_its_own_services_only(client, service):
    own = OfficialFactory(role="agency_admin", agency=service.owner_ministry)
    elsewhere = OfficialFactory(role="agency_admin", agency=PublicServiceFactory().owner_ministry)
    version = drafting.current_version(service)
    client.force_login(own)
    assert client.get(page("catalogue_serviceversion_change", version.pk)).status_code == 200
    client.force_login(elsewhere)
    for name in ("serviceversion_change", "version_text", "version_compare", "version_toml"):
        assert client.get(page(f"catalogue_{name}", version.pk)).status_code == 404, name
    with pytest.raises(NotPermitted):
        drafting.begin(service, by=elsewhere)


def test_lists_take_few_queries(client, service, writer, django_assert_max_num_queries):
    DraftFactory(service=service)
    client.force_login(writer)
    with django_assert_max_num_queries(9):
        client.get(page("catalogue_serviceversion_changelist"))
    with django_assert_max_num_queries(10):
        client.get(page("catalogue_publicservice_change", service.pk))


# Who and when ------------------------------------------------------------------------------------


def test_one_draft_of_a_service_at_a_time(service, writer, publisher):
    drafting.begin(service, by=writer)
    with pytest.raises(DraftUnderWay) as refusal:
        drafting.begin(service, by=publisher)
    assert refusal.value.fields["who"] == writer


def test_a_draft_that_changes_nothing_is_not_proposed(service, writer):
    draft = drafting.begin(service, by=writer)
    with pytest.raises(NothingChanged):
        drafting.propose(draft, note="–", by=writer)


def test_whoever_proposed_decides_on_nothing(service, writer, publisher):
    draft = DraftFactory(service=service, drafted_by=writer)
    drafting.propose(draft, note="Sửa", by=publisher)
    for person in (writer, publisher):
        with pytest.raises(PublisherWroteIt):
            perform(draft, "publish", by=person, number=2)
    with pytest.raises(DraftClosed):
        drafting.rewrite(draft, to_toml(draft.content), by=writer)


def test_the_database_refuses_to_change_what_is_published(service):
    published = drafting.current_version(service)
    for change in ({"content": {}}, {"number": 9}, {"state": "draft"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            ServiceVersion.objects.filter(pk=published.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        published.delete()
    person = OfficialFactory(role="system_admin")
    with pytest.raises(DatabaseError, match="version_four_eyes"), transaction.atomic():
        ServiceVersion.objects.create(
            service=service,
            number=7,
            state="published",
            content={},
            content_sha256="0" * 64,
            published_at=published.published_at,
            drafted_by=person,
            proposed_by=person,
            published_by=person,
        )
