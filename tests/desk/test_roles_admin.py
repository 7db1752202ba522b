"""Accounts and roles: who gives what to whom, and what nobody can give."""

from datetime import timedelta

import pytest
from django.urls import reverse

from portal import clock, worktime
from portal.accounts.granting import AT_HOME, FOR_THE_SYSTEM
from portal.accounts.models import RoleGrant, User
from portal.agencies import working_calendar
from tests.accounts.factories import RoleGrantFactory, UserFactory
from tests.agencies.factories import DepartmentFactory

pytestmark = pytest.mark.django_db

ADD = "/desk/accounts/rolegrant/add/"
LIST = "/desk/accounts/rolegrant/"
USERS = "/desk/accounts/user/"


def page_of(grant):
    return reverse("admin:accounts_rolegrant_change", args=[grant.pk])


@pytest.fixture
def newcomer(db):
    return UserFactory(username="CB-NEW", full_name="Phạm Quốc Anh")


def typed(person, role, **node):
    return {
        "person": person.username,
        "role": role,
        "unit": "",
        "agency": "",
        "valid_from": f"{clock.today()}",
        "valid_to": "",
        **{name: value.pk for name, value in node.items()},
    }


def give(client, *args, **node):
    return client.post(ADD, typed(*args, **node))


def test_an_agency_administrator_staffs_the_own_agency(sits_at, staff, offering, newcomer):
    client = sits_at(staff["agency_admin"])
    assert client.get(ADD).status_code == 200

    assert give(client, newcomer, "specialist", agency=offering.handling_agency).status_code == 302
    assert give(client, newcomer, "one_door", unit=offering.unit).status_code == 302

    held = newcomer.grants.values_list("role", flat=True)
    assert sorted(held) == ["one_door", "specialist"]


def test_and_its_departments_but_no_other_agency(sits_at, staff, strangers, offering, newcomer):
    client = sits_at(staff["agency_admin"])
    department = DepartmentFactory(parent=offering.handling_agency)
    elsewhere = strangers["specialist"].grants.get().agency
    its_unit = strangers["one_door"].grants.get().unit

    assert give(client, newcomer, "leader", agency=department).status_code == 302
    for role, node in (
        ("leader", {"agency": elsewhere}),
        ("one_door", {"unit": its_unit}),
        ("leader", {"agency": offering.handling_agency.parent}),
    ):
        answer = give(client, newcomer, role, **node)
        assert answer.status_code == 200
        assert answer.context["adminform"].form.errors, node
    assert newcomer.grants.count() == 1


@pytest.mark.parametrize("role", sorted(FOR_THE_SYSTEM - AT_HOME))
def test_nor_a_role_that_is_not_theirs_to_give(sits_at, staff, offering, newcomer, role):
    answer = give(sits_at(staff["agency_admin"]), newcomer, role, agency=offering.handling_agency)

    assert "role" in answer.context["adminform"].form.errors
    assert not newcomer.grants.exists()


@pytest.mark.parametrize("role", sorted(AT_HOME - FOR_THE_SYSTEM))
def test_a_system_administrator_gives_nobody_a_look_into_dossiers(
    sits_at, staff, offering, newcomer, role
):
    node = {"unit": offering.unit} if role == "one_door" else {"agency": offering.handling_agency}

    answer = give(sits_at(staff["system_admin"]), newcomer, role, **node)

    assert "role" in answer.context["adminform"].form.errors
    assert not newcomer.grants.exists()


def test_but_appoints_administrators_and_auditors(sits_at, staff, offering, newcomer):
    client = sits_at(staff["system_admin"])

    assert (
        give(client, newcomer, "agency_admin", agency=offering.handling_agency).status_code == 302
    )
    assert give(client, newcomer, "auditor").status_code == 302
    assert newcomer.grants.count() == 2


@pytest.mark.parametrize(
    ("who", "role"), [("agency_admin", "leader"), ("system_admin", "agency_admin")]
)
def test_nobody_gives_a_role_to_themselves(sits_at, staff, offering, who, role):
    answer = give(sits_at(staff[who]), staff[who], role, agency=offering.handling_agency)

    assert "person" in answer.context["adminform"].form.errors
    assert staff[who].grants.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"person": "nobody"}, "person"),
        ({"role": ""}, "role"),
        ({"agency": ""}, "agency"),
        ({"agency": "x"}, "agency"),
        ({"role": "one_door"}, "unit"),
        ({"valid_from": "soon"}, "valid_from"),
        ({"valid_to": "2019-01-01"}, "valid_to"),
    ],
)
def test_what_does_not_fit_is_said_at_its_place(sits_at, staff, offering, newcomer, changes, field):
    form = typed(newcomer, "specialist", agency=offering.handling_agency) | changes

    answer = sits_at(staff["agency_admin"]).post(ADD, form)

    assert field in answer.context["adminform"].form.errors
    assert not newcomer.grants.exists()


def test_unit_and_agency_together_are_refused(sits_at, staff, offering, newcomer):
    answer = give(
        sits_at(staff["agency_admin"]),
        newcomer,
        "cashier",
        unit=offering.unit,
        agency=offering.handling_agency,
    )

    assert "agency" in answer.context["adminform"].form.errors


def test_a_role_is_ended_never_changed_or_deleted(sits_at, staff, offering):
    grant = staff["specialist"].grants.get()
    client = sits_at(staff["agency_admin"])
    today = clock.today()

    client.post(
        page_of(grant), {"valid_to": f"{today}", "role": "leader", "valid_from": "2019-01-01"}
    )

    grant.refresh_from_db()
    assert (grant.valid_to, grant.role) == (today, "specialist")
    assert client.post(f"{LIST}{grant.pk}/delete/", {"post": "yes"}).status_code in (302, 404)
    assert RoleGrant.objects.filter(pk=grant.pk).exists()
    assert sits_at(staff["specialist"]).get("/desk/", follow=True).status_code == 403


def test_a_role_cannot_be_ended_in_the_past(sits_at, staff):
    grant = staff["specialist"].grants.get()

    answer = sits_at(staff["agency_admin"]).post(
        page_of(grant), {"valid_to": f"{clock.today() - timedelta(days=1)}"}
    )

    assert "valid_to" in answer.context["adminform"].form.errors


def test_nobody_changes_the_own_role(sits_at, staff):
    grant = staff["agency_admin"].grants.get()

    assert (
        sits_at(staff["agency_admin"]).post(page_of(grant), {"valid_to": "2099-01-01"}).status_code
        == 403
    )


def test_roles_elsewhere_do_not_exist(sits_at, staff, strangers):
    client = sits_at(staff["agency_admin"])
    foreign = strangers["leader"].grants.get()

    assert client.get(page_of(foreign)).status_code == 404
    assert client.post(page_of(foreign), {"valid_to": "2099-01-01"}).status_code == 404
    assert foreign.user.username not in client.get(LIST).content.decode()
    assert client.get(f"{LIST}{foreign.pk}/history/").status_code == 404


@pytest.mark.parametrize(
    "role", ["one_door", "specialist", "leader", "clerk", "cashier", "auditor"]
)
def test_others_see_neither_accounts_nor_roles(sits_at, staff, role):
    client = sits_at(staff[role])

    for address in (
        LIST,
        ADD,
        USERS,
        f"{USERS}add/",
        "/desk/agencies/agency/",
        "/desk/agencies/unit/add/",
    ):
        assert client.get(address).status_code == 403, address


def test_an_agency_administrator_cannot_browse_accounts(sits_at, staff):
    client = sits_at(staff["agency_admin"])

    assert client.get(USERS).status_code == 403
    answer = client.get(
        "/desk/autocomplete/",
        {"app_label": "accounts", "model_name": "rolegrant", "field_name": "user", "term": "a"},
    )
    assert answer.status_code == 403


# Accounts ------------------------------------------------------------------------------------


def test_a_system_administrator_opens_and_closes_accounts(sits_at, staff):
    client = sits_at(staff["system_admin"])
    form = {"username": "CB-0099", "full_name": "Võ Minh Đức", "email": "Duc.Vo@vidu.example"}

    assert client.post(f"{USERS}add/", form).status_code == 302
    user = User.objects.get(username="CB-0099")
    assert not user.has_usable_password()
    assert user.email == "duc.vo@vidu.example"

    client.post(f"{USERS}{user.pk}/change/", {"full_name": "Người khác"})
    user.refresh_from_db()
    assert (user.is_active, user.full_name) == (False, "Võ Minh Đức")


def test_but_not_the_own_one(sits_at, staff):
    me = staff["system_admin"]

    sits_at(me).post(f"{USERS}{me.pk}/change/", {})

    me.refresh_from_db()
    assert me.is_active


def test_no_page_shows_a_password_or_makes_a_superuser(sits_at, staff):
    client = sits_at(staff["system_admin"])
    user = UserFactory(password="geheim-geheim")
    page = client.get(f"{USERS}{user.pk}/change/").content.decode()

    assert user.password not in page
    assert "is_superuser" not in page
    client.post(f"{USERS}{user.pk}/change/", {"is_active": "on", "is_superuser": "on"})
    user.refresh_from_db()
    assert not user.is_superuser


def test_lists_cost_the_same_however_long(sits_at, staff, django_assert_max_num_queries):
    client = sits_at(staff["system_admin"])
    for _ in range(10):
        RoleGrantFactory(role="auditor")
    client.get(LIST)

    with django_assert_max_num_queries(9):
        client.get(LIST)


def test_agencies_keep_their_codes(sits_at, staff, offering):
    client = sits_at(staff["system_admin"])
    unit = offering.unit
    address = reverse("admin:agencies_unit_change", args=[unit.pk])

    answer = client.post(
        address,
        {
            "code": "X",
            "name_vi": "Bộ phận mới",
            "name_en": "New unit",
            "address": "",
            "phone": "",
            "opening_hours": "",
        },
    )

    assert answer.status_code == 302
    code = unit.code
    unit.refresh_from_db()
    assert (unit.code, unit.name_vi) == (code, "Bộ phận mới")


def test_a_calendar_day_counts_at_once(sits_at, staff):
    client = sits_at(staff["system_admin"])
    day = worktime.add_working_days(clock.today(), 5, calendar=working_calendar.calendar())

    client.post(
        "/desk/agencies/calendarday/add/", {"day": f"{day}", "kind": "holiday", "reason": "Nghỉ bù"}
    )

    assert not working_calendar.calendar().is_working_day(day)
