"""Who may sit at the desk, and what it leaves out of Django's admin."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import NoReverseMatch, reverse

from portal import clock
from portal.desk.errors import NoRoleToday
from portal.workflow.admin import PolicyAdmin
from tests.accounts.factories import UserFactory


def test_a_visitor_is_sent_to_the_one_sign_in_page_and_back(client, db):
    answer = client.get("/desk/?tab=late", follow=True)

    assert answer.redirect_chain[-1][0] == f"{reverse('account_login')}?next=/desk/%3Ftab%3Dlate"


def test_the_way_back_never_leads_to_another_site(client, db):
    answer = client.get("/desk/login/?next=https://elsewhere.example/")

    assert answer.url == f"{reverse('account_login')}?next=/desk/"


def test_a_citizen_learns_that_the_desk_is_not_for_them(sits_at, db):
    answer = sits_at(UserFactory()).get("/desk/", follow=True)

    assert answer.status_code == 403
    assert str(NoRoleToday()) in answer.content.decode()


@pytest.mark.parametrize(
    "role",
    [
        "one_door",
        "specialist",
        "leader",
        "clerk",
        "cashier",
        "agency_admin",
        "auditor",
        "system_admin",
    ],
)
def test_every_role_has_a_first_page(sits_at, staff, role):
    answer = sits_at(staff[role]).get("/desk/")

    assert answer.status_code == 200
    assert staff[role].grants.get().get_role_display() in answer.content.decode()


def test_a_role_that_ended_closes_the_desk_at_the_next_request(sits_at, staff):
    client = sits_at(staff["specialist"])
    assert client.get("/desk/").status_code == 200

    staff["specialist"].grants.update(valid_to=clock.today())

    assert client.get("/desk/", follow=True).status_code == 403


def test_objects_cannot_be_looked_up_by_their_number_and_passwords_have_one_door():
    for name in ("view_on_site", "password_change"):
        with pytest.raises(NoReverseMatch):
            reverse(f"admin:{name}", args=[1, 1] if name == "view_on_site" else [])


def test_no_page_of_the_desk_deletes_anything():
    def names(patterns):
        for pattern in patterns:
            if hasattr(pattern, "url_patterns"):
                yield from names(pattern.url_patterns)
            else:
                yield pattern.name or ""

    found = set(names(admin.site.get_urls()))

    assert "dossiers_dossier_change" in found
    assert not [name for name in found if name.endswith("_delete")]


def test_nobody_may_delete_or_act_in_bulk_through_any_admin(rf, staff):
    request = rf.get("/desk/")
    for user in staff.values():
        request.user = user
        for model_admin in admin.site._registry.values():
            assert not model_admin.has_delete_permission(request)
            assert not model_admin.get_actions(request)  # nor export, nor change in bulk


def test_only_pages_that_ask_the_policy_are_registered():
    assert admin.site._registry
    assert all(isinstance(page, PolicyAdmin) for page in admin.site._registry.values())
    assert not admin.site.is_registered(Group)
