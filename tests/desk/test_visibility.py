"""Only their units' dossiers: through every door of the desk, tried by officials of another province."""

import pytest
from django.urls import reverse

from tests.dossiers.factories import DossierFactory

READERS = ["one_door", "specialist", "leader", "clerk"]
ALL_STRANGERS = [*READERS, "cashier", "agency_admin"]
WITHOUT_CONTENT = ["cashier", "agency_admin", "auditor", "system_admin"]


@pytest.fixture
def dossier(offering):
    return DossierFactory(offering=offering, in_process=True, applicant_name="Đặng Thị Bí Mật")


def doors(dossier):
    """Every address of the desk that could show the dossier."""
    page = reverse("admin:dossiers_dossier_change", args=[dossier.public_id])
    return {
        "list": reverse("admin:index") + "?tab=all",
        "changelist": reverse("admin:dossiers_dossier_changelist") + "?tab=all",
        "probing": reverse("admin:dossiers_dossier_changelist") + "?applicant_name__startswith=Đ",
        "search by code": reverse("admin:index") + f"?q={dossier.code}",
        "search by name": reverse("admin:index") + "?q=Bí Mật",
        "page": page,
        "history": page + "history/",
        "transition": page + "propose/",
        "paper": reverse("admin:dossiers_dossier_paper", args=[dossier.public_id]),
        "history list": reverse("admin:dossiers_dossierhistory_changelist") + f"?q={dossier.code}",
    }


def answers(client, dossier):
    return {name: client.get(address, follow=True) for name, address in doors(dossier).items()}


def shows(answer, dossier):
    body = answer.content.decode()
    return (
        dossier.applicant_name in body
        or str(dossier.public_id) in body.replace(answer.request["PATH_INFO"], "")
        or f">{dossier.code}<" in body
    )


def test_colleagues_see_it(sits_at, staff, dossier):
    for role in READERS:
        client = sits_at(staff[role])
        assert shows(client.get("/desk/?tab=all"), dossier), role
        assert shows(client.get(f"/desk/?q={dossier.code}"), dossier), role
        page = client.get(reverse("admin:dossiers_dossier_change", args=[dossier.public_id]))
        assert shows(page, dossier), role


def test_an_official_from_elsewhere_sees_it_through_no_door(sits_at, strangers, dossier):
    for role in ALL_STRANGERS:
        for name, answer in answers(sits_at(strangers[role]), dossier).items():
            assert not shows(answer, dossier), (role, name)
            assert answer.status_code in (200, 403, 404), (role, name)


def test_its_own_addresses_do_not_exist_for_them(sits_at, strangers, dossier):
    for role in ALL_STRANGERS:
        for door in ("page", "history", "transition", "paper"):
            assert sits_at(strangers[role]).get(doors(dossier)[door]).status_code == 404, (
                role,
                door,
            )


def test_roles_without_reading_right_see_no_content_even_at_home(sits_at, staff, dossier):
    for role in WITHOUT_CONTENT:
        found = answers(sits_at(staff[role]), dossier)
        for name, answer in found.items():
            assert dossier.applicant_name not in answer.content.decode(), (role, name)
        assert found["page"].status_code == 404


def test_an_auditor_reads_the_history_without_the_applicant(sits_at, staff, dossier):
    answer = sits_at(staff["auditor"]).get(doors(dossier)["history list"])
    body = answer.content.decode()

    assert answer.status_code == 200
    assert dossier.code in body
    assert dossier.applicant_name not in body
    assert dossier.filed_by.full_name not in body


def test_autocomplete_finds_it_for_colleagues_only(sits_at, staff, strangers, dossier):
    address = reverse("admin:autocomplete")
    question = {
        "app_label": "payments",
        "model_name": "attempt",
        "field_name": "dossier",
        "term": dossier.code,
    }

    home = sits_at(staff["specialist"]).get(address, question)
    assert [row["text"] for row in home.json()["results"]] == [dossier.code]
    for role in ALL_STRANGERS:
        foreign = sits_at(strangers[role]).get(address, question)
        assert foreign.status_code == 403 or foreign.json()["results"] == [], role


def test_no_transition_of_it_can_be_posted_from_elsewhere(sits_at, strangers, dossier):
    before = dossier.history.count()

    for role in ALL_STRANGERS:
        client = sits_at(strangers[role])
        for name in ("propose", "receive", "complete", "request_supplement", "delete", "save"):
            address = reverse("admin:dossiers_dossier_transition", args=[dossier.public_id, name])
            answer = client.post(address, {"seen": dossier.sequence, "reason": "x"})
            assert answer.status_code == 404, (role, name)

    dossier.refresh_from_db()
    assert (dossier.state, dossier.history.count()) == ("in_process", before)


def test_a_draft_is_nobody_elses_business(sits_at, staff, offering):
    draft = DossierFactory(offering=offering, applicant_name="Đặng Thị Bí Mật")
    client = sits_at(staff["one_door"])

    assert "Bí Mật" not in client.get("/desk/?tab=all").content.decode()
    assert (
        client.get(reverse("admin:dossiers_dossier_change", args=[draft.public_id])).status_code
        == 404
    )
    assert (
        client.get(reverse("admin:dossiers_dossier_paper", args=[draft.public_id])).status_code
        == 404
    )
