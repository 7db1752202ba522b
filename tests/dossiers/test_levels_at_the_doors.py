"""Every level and every capability over HTTP: the door of each capability answers as the table of levels says."""

from uuid import uuid4

import pytest
from django.urls import reverse

from dossiers.models import Dossier
from dossiers.states import Channel, State
from payments.actions import starting
from portal.catalogue.levels import Capability, allows
from tests.accounts.factories import OfficialFactory, UserFactory
from tests.catalogue.factories import OfferingFactory
from tests.catalogue.test_levels import CELLS
from tests.dossiers import journeys
from tests.dossiers.factories import DossierFactory, officer
from tests.dossiers.journeys import address

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _gateway_that_listens(monkeypatch):
    monkeypatch.setattr(starting, "answers", lambda host, port: True)


class Door:
    """What somebody meets who wants to use one service at one level. Each method: whether it lets them."""

    def __init__(self, client, level):
        self.client, self.level = client, level
        self.offering = OfferingFactory(level=level)
        self.code = self.offering.service.code

    def read_information(self):
        page = self.client.get(reverse("catalogue:service", args=[self.code]))
        return self.offering.service.name in page.content.decode()

    def download_forms(self):
        blank = self.client.get(reverse("forms:blank", args=[self.code]))
        filled = self.client.post(reverse("forms:fill_in", args=[self.code]), {"copies": "2"})
        assert blank.status_code == filled.status_code
        return blank.content.startswith(b"%PDF-")

    def fill_online(self):
        draft = self.begin()
        return draft is not None and self.save_page(draft).status_code == 302

    def submit_online(self):
        draft = self.begin()
        if draft is None:
            return False
        self.save_page(draft)
        journeys.attach(self.client, draft, "paper")
        journeys.send(self.client, draft)
        draft.refresh_from_db()
        return draft.state == State.SUBMITTED

    def exchange_online(self):
        asked = self.at("supplement_requested")
        return self.client.get(address("supply", asked)).status_code == 200

    def pay_online(self):
        asked = self.at("payment_requested", offering__service__fee_vnd=75_000)
        answer = self.client.post(reverse("payments:start", args=[asked.public_id]))
        return answer.status_code == 302 and "vnp_Amount=7500000" in answer.url

    def receive_online(self):
        return self.chooses("online")

    def receive_by_post(self):
        return self.chooses("post")

    def receive_at_counter(self):
        return self.chooses("counter") and self.brings_it(delivery="counter")

    def submit_at_counter(self):
        return self.brings_it(channel=Channel.COUNTER.value)

    def submit_by_post(self):
        return self.brings_it(channel=Channel.POST.value)

    def pay_at_counter(self):
        dossier = DossierFactory(
            paper=True,
            payment_requested=True,
            offering__level=self.level,
            offering__service__fee_vnd=75_000,
        )
        self.client.force_login(officer(dossier, "cashier"))
        request = dossier.payment_requests.get()
        self.client.post(reverse("admin:payments_take_cash", args=[request.public_id]))
        request.refresh_from_db()
        return request.paid_at is not None

    # Ways to the doors -----------------------------------------------------------------

    def begin(self):
        """The draft that pressing “begin here” gives, if it gives one."""
        journeys.citizen(self.client)
        self.client.post(
            reverse("dossiers:start", args=[self.code]),
            {"offering": self.offering.pk, "nonce": uuid4()},
        )
        return Dossier.objects.filter(offering=self.offering).first()

    def save_page(self, draft):
        self.client.post(address("applicant", draft), journeys.APPLICANT)
        return self.client.post(address("step", draft, "request"), {"copies": "2"})

    def at(self, situation, **fields):
        """A dossier of the citizen at the browser, sent as this level lets them: online, or on paper."""
        me = journeys.citizen(self.client)
        filed = (
            {"filed_by": me} if allows(self.level, Capability.SUBMIT_ONLINE) else {"paper": True}
        )
        return DossierFactory(situation=situation, offering__level=self.level, **filed, **fields)

    def chooses(self, way):
        """Whether the applicant can have the result that way, in the own draft or through the officer."""
        if not allows(self.level, Capability.SUBMIT_ONLINE):
            return self.brings_it(delivery=way, delivery_address="12 Nguyễn Du, Đà Nẵng")
        draft = DossierFactory(filed_by=journeys.citizen(self.client), offering=self.offering)
        typed = {"delivery": way, "delivery_address": "12 Nguyễn Du, Đà Nẵng"}
        return self.client.post(address("delivery", draft), typed).status_code == 302

    def brings_it(self, **changes):
        """Whether the officer of the unit can file what somebody brings or sends on paper."""
        self.client.force_login(OfficialFactory(role="one_door", unit=self.offering.unit))
        typed = {
            "offering": self.offering.pk,
            "channel": Channel.COUNTER.value,
            "delivery": "counter",
            "nonce": str(uuid4()),
            **{key: value for key, value in journeys.APPLICANT.items()},
            **changes,
        }
        return self.client.post("/desk/dossiers/dossier/add/", typed).status_code == 302


@pytest.mark.parametrize(("level", "capability", "expected"), CELLS)
def test_the_door_answers_as_the_table_says(client, level, capability, expected):
    assert getattr(Door(client, level), capability.value)() is expected


def test_there_is_a_door_for_every_capability():
    assert all(callable(getattr(Door, each.value, None)) for each in Capability)


def test_a_refusal_at_a_door_says_where_to_go(client):
    door = Door(client, 1)
    for page in ("forms:blank", "forms:fill_in"):
        refused = client.get(reverse(page, args=[door.code]))
        assert refused.status_code == 403
        assert "bộ phận một cửa" in refused.content.decode()
    client.force_login(UserFactory())
    refused = client.post(
        reverse("dossiers:start", args=[door.code]),
        {"offering": door.offering.pk, "nonce": uuid4()},
    )
    assert (refused.status_code, Dossier.objects.count()) == (422, 0)
    assert str(door.offering.unit) in refused.content.decode()
