"""The first page of the desk: tabs, counters, order, search, pages, and what it costs."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.html import escape

from dossiers.desk import listing, tabs
from dossiers.models import Dossier
from portal import clock
from portal.workflow import perform
from tests.accounts.factories import UserFactory
from tests.dossiers.factories import DossierFactory

# Person, roles, clock, the agency, counters, one page of dossiers; what waits for whoever handles money: refunds to
# approve and those that got stuck, the tills and their counts. The session is in the cache.
QUERIES_OF_THE_DESK = 10


def codes(answer):
    return [row["dossier"].code for row in rows(answer)]


def rows(answer):
    return next(part["rows"] for part in answer.context if "rows" in part)


def counters(answer):
    listed = next(part["tabs"] for part in answer.context if "tabs" in part)
    return {entry["tab"].key: entry["number"] for entry in listed}


@pytest.fixture
def one_of_each(offering):
    """A dossier under each tab."""
    fee = {"offering__service__fee_vnd": 75_000, "offering__unit": offering.unit}
    situations = [
        "submitted",
        "in_process",
        "supplement_requested",
        "proposed",
        "completed",
        "stopped",
    ]
    found = {name: DossierFactory(offering=offering, **{name: True}) for name in situations}
    found["payment_requested"] = DossierFactory(payment_requested=True, **fee)
    return found


def test_counters_and_tabs_say_the_same(sits_at, staff, one_of_each):
    client = sits_at(staff["one_door"])
    numbers = counters(client.get("/desk/"))

    for key, number in numbers.items():
        assert len(codes(client.get(f"/desk/?tab={key}"))) == number, key
    assert {
        key: numbers[key]
        for key in ("to_receive", "supplement", "payment", "to_sign", "to_return", "closed")
    } == {
        "to_receive": 1,
        "supplement": 1,
        "payment": 1,
        "to_sign": 1,
        "to_return": 1,
        "closed": 1,
    }
    assert (numbers["in_process"], numbers["late"], numbers["all"]) == (2, 0, 7)


@pytest.mark.parametrize(
    ("role", "tab"), [("one_door", "to_receive"), ("specialist", "mine"), ("leader", "to_sign")]
)
def test_everybody_begins_with_the_own_work(sits_at, staff, one_of_each, role, tab):
    answer = sits_at(staff[role]).get("/desk/")

    assert next(part["tab"] for part in answer.context if "tab" in part).key == tab


def test_my_work_is_what_is_assigned_to_me(sits_at, staff, offering):
    mine = DossierFactory(offering=offering, received=True)
    others = DossierFactory(offering=offering, received=True)
    perform(mine, "start_processing", by=staff["one_door"], to=staff["specialist"])
    perform(others, "start_processing", by=staff["one_door"], to=None)

    assert codes(sits_at(staff["specialist"]).get("/desk/?tab=mine")) == [mine.code]


def test_what_the_leader_sent_back_is_no_longer_to_sign(staff, offering):
    dossier = DossierFactory(offering=offering, proposed=True)
    perform(dossier, "hand_over", by=staff["specialist"])
    to_sign = tabs.BY_KEY["to_sign"]
    assert tabs.under(Dossier.objects.all(), to_sign, staff["leader"]).get() == dossier

    perform(dossier, "send_back", by=staff["leader"], reason="Thiếu căn cứ.")
    assert not tabs.under(Dossier.objects.all(), to_sign, staff["leader"]).exists()

    perform(
        dossier,
        "propose",
        by=staff["specialist"],
        outcome="granted",
        statement="Đã bổ sung căn cứ.",
    )
    assert tabs.under(Dossier.objects.all(), to_sign, staff["leader"]).exists()


def test_overdue_is_by_date_and_only_while_the_clock_runs(staff, offering):
    late = DossierFactory(offering=offering, in_process=True)
    today = DossierFactory(offering=offering, in_process=True)
    waiting = DossierFactory(offering=offering, in_process=True)
    items = [{"kind": "document", "key": "paper", "reason": "Mờ."}]
    perform(waiting, "request_supplement", by=staff["specialist"], items=items)
    now = clock.now()
    Dossier.objects.filter(pk__in=[late.pk, waiting.pk]).update(expected_at=now - timedelta(days=1))
    Dossier.objects.filter(pk=today.pk).update(expected_at=now.replace(hour=0, minute=0, second=1))

    found = tabs.under(Dossier.objects.all(), tabs.BY_KEY["late"], staff["leader"])

    assert [dossier.pk for dossier in found] == [late.pk]


def test_least_time_left_comes_first_and_what_has_no_date_last(staff, offering):
    later, sooner = (DossierFactory(offering=offering, in_process=True) for _ in range(2))
    undated = DossierFactory(offering=offering, submitted=True)
    Dossier.objects.filter(pk=sooner.pk).update(expected_at=clock.now() - timedelta(days=3))

    found = tabs.under(Dossier.objects.all(), tabs.BY_KEY["all"], staff["leader"])

    assert [dossier.pk for dossier in found] == [sooner.pk, later.pk, undated.pk]


def test_search_finds_by_part_of_the_code_and_of_the_name(sits_at, staff, offering):
    wanted = DossierFactory(offering=offering, submitted=True, applicant_name="Huỳnh Thị Ánh Tuyết")
    DossierFactory(offering=offering, submitted=True, applicant_name="Lý Ngọc Diễm")
    client = sits_at(staff["leader"])

    for typed in (
        wanted.code,
        wanted.code.lower(),
        wanted.code[-9:-1],
        "ánh tuyết",
        "anh tuyet",
        "HUYNH THI ANH",
        "huỳnh thi",
        "  Huỳnh   Thị ",
    ):
        assert wanted.code in codes(client.get("/desk/", {"q": typed})), typed
    assert codes(client.get("/desk/", {"q": "Ánh Tuyết"})) == [wanted.code]


@pytest.mark.parametrize(
    "typed", ["%", "' OR 1=1 --", "\x00", "a" * 5000, "<script>alert(1)</script>"]
)
def test_odd_searches_find_nothing_and_break_nothing(sits_at, staff, offering, typed):
    DossierFactory(offering=offering, submitted=True)

    answer = sits_at(staff["leader"]).get("/desk/", {"q": typed})

    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()
    if typed.strip("\x00"):
        assert codes(answer) == []


@pytest.mark.parametrize(
    "query", ["?tab=nonsense", "?page=999", "?page=x", "?tab=all&page=-1", "?o=1&e=1"]
)
def test_odd_addresses_show_the_desk(sits_at, staff, offering, query):
    DossierFactory(offering=offering, submitted=True)

    assert sits_at(staff["one_door"]).get(f"/desk/{query}").status_code == 200


def test_a_long_list_has_pages_that_keep_the_tab(sits_at, staff, offering, monkeypatch):
    monkeypatch.setattr(listing, "PER_PAGE", 2)
    citizen = UserFactory()
    made = [DossierFactory(offering=offering, submitted=True, filed_by=citizen) for _ in range(5)]
    client = sits_at(staff["one_door"])

    pages = [client.get(f"/desk/?tab=to_receive&page={number}") for number in (1, 2, 3)]

    assert [code for page in pages for code in codes(page)] == [dossier.code for dossier in made]
    assert escape("?tab=to_receive&page=2") in pages[0].content.decode()


def test_the_list_of_the_admin_is_the_desk(sits_at, staff):
    answer = sits_at(staff["leader"]).get(
        reverse("admin:dossiers_dossier_changelist") + "?tab=late"
    )

    assert answer.url == "/desk/?tab=late"


@pytest.mark.parametrize("number", [1, 6])
def test_the_desk_costs_the_same_whatever_lies_on_it(
    sits_at, staff, offering, django_assert_num_queries, number, settings
):
    settings.PORTAL_DEMO = False
    citizen = UserFactory()
    for _ in range(number):
        DossierFactory(offering=offering, in_process=True, filed_by=citizen)
    client = sits_at(staff["leader"])
    client.get("/desk/?tab=in_process")

    with django_assert_num_queries(QUERIES_OF_THE_DESK):
        client.get("/desk/?tab=in_process")
