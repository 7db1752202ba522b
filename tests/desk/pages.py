"""Every kind of page of the desk, drawn by the test client for the person whose page it is."""

import re
from datetime import timedelta
from io import BytesIO

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from dossiers.models import Dossier, PaymentRequest
from payments.models import Attempt
from portal import clock
from portal.documents.models import StoredDocument
from portal.workflow import perform
from tests.accounts.factories import OfficialFactory, RoleGrantFactory
from tests.dossiers.factories import (
    AttachmentFactory,
    DossierFactory,
    StoredDocumentFactory,
    officer,
)
from tests.payments.desk_pages import draw_finance

SITE = "http://localhost"
PICTURE = re.compile(r'<img src="([^"]+)"')


def picture():
    """A small scan."""
    content = BytesIO()
    Image.new("RGB", (400, 300), "#dddddd").save(content, "PNG")
    return content.getvalue()


class DeskPages:
    """Draws pages in one language; ``pages`` maps addresses to answers."""

    def __init__(self, client, language):
        self.client = client
        client.defaults["SERVER_NAME"] = "localhost"
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        self.pages = {}

    def draw(self, user, *paths):
        """Open ``paths`` as ``user``; pictures that they show are drawn along."""
        self.client.force_login(user)
        for path in paths:
            answer = self.client.get(path, follow=True)
            assert answer.status_code in (200, 403, 404, 409), path
            self.pages[f"{SITE}{path}"] = answer
            for picture_path in PICTURE.findall(answer.content.decode()):
                whole = self.client.get(picture_path)
                self.pages[f"{SITE}{picture_path}"] = HttpResponse(
                    whole.getvalue(), content_type=whole["Content-Type"]
                )

    def post(self, user, path, **typed):
        self.client.force_login(user)
        self.pages[f"{SITE}{path}"] = self.client.post(path, typed, follow=True)


def every_page(client, language):
    """``{address: answer}`` of the desk, from an agency where everything is going on at once."""
    desk = DeskPages(client, language)
    dossier = a_busy_dossier()
    offering = dossier.offering
    leader, specialist, one_door = (
        officer(dossier, role) for role in ("leader", "specialist", "one_door")
    )
    for situation in ("submitted", "supplement_requested", "completed", "stopped"):
        DossierFactory(offering=offering, **{situation: True})
    fresh = reverse(
        "admin:dossiers_dossier_change",
        args=[DossierFactory(offering=offering, received=True).public_id],
    )
    paying = DossierFactory(
        payment_requested=True,
        offering__unit=offering.unit,
        offering__handling_agency=offering.handling_agency,
    )
    late = DossierFactory(offering=offering, proposed=True)
    Dossier.objects.filter(pk=late.pk).update(expected_at=clock.now() - timedelta(days=9))
    page = reverse("admin:dossiers_dossier_change", args=[dossier.public_id])

    desk.draw(one_door, "/desk/jsi18n/")  # what forms of the admin ask for besides
    desk.draw(one_door, "/desk/", "/desk/?tab=payment", "/desk/dossiers/dossier/add/")
    desk.draw(one_door, fresh, f"{fresh}request_supplement/", f"{fresh}start_processing/")
    desk.draw(
        specialist,
        "/desk/?tab=mine",
        "/desk/?q=khong-co",
        f"{page}propose/",
        f"{page}request_supplement/",
    )
    desk.draw(
        leader, "/desk/?tab=all", "/desk/?tab=late", "/desk/?tab=closed", page, f"{page}history/"
    )
    desk.draw(
        leader, f"{page}complete/", f"{page}reschedule/", f"{page}transfer/", f"{page}hand_over/"
    )
    desk.draw(leader, f"{page}receive/", f"{page}nonsense/")
    desk.post(leader, f"{page}stop/", seen=dossier.sequence, reason="")
    desk.post(leader, f"{page}send_back/", seen=0, reason="Thiếu căn cứ.")
    draw_intake(desk, one_door, offering)
    draw_money(desk, paying)
    draw_finance(desk, paying.offering)
    draw_administration(desk, offering)
    return desk.pages


def shown(pages):
    """The addresses that a person opens: all but the pictures inside pages."""
    return [
        address
        for address, answer in pages.items()
        if answer["Content-Type"].startswith("text/html")
    ]


def a_busy_dossier():
    """In process, with a picture among its papers, a proposal, a supplement behind it and steps on its slip."""
    dossier = DossierFactory(in_process=True, applicant_name="Nguyễn Thị Hoàng Yến")
    scan = picture()
    document = StoredDocumentFactory(
        data=scan, kind=StoredDocument.Kind.PNG, name="mat-cat.png", owner=dossier.filed_by
    )
    AttachmentFactory(dossier=dossier, component="paper", document=document)
    specialist = officer(dossier, "specialist")
    items = [{"kind": "document", "key": "paper", "reason": "Bản chụp mờ, không đọc được số."}]
    perform(dossier, "request_supplement", by=specialist, items=items)
    request = dossier.supplement_requests.get()
    AttachmentFactory(dossier=dossier, component="paper", supplement=request)
    perform(dossier, "supply", by=dossier.filed_by)
    perform(dossier, "propose", by=specialist, outcome="granted", statement="Hồ sơ đủ điều kiện.")
    perform(dossier, "hand_over", by=specialist)
    return dossier


def draw_intake(desk, one_door, offering):
    typed = {
        "offering": offering.pk,
        "channel": "1",
        "applicant_kind": "person",
        "applicant_name": "Ngô Đức Thịnh",
        "applicant_identifier": "048090012345",
        "applicant_address": "5 Lê Duẩn, Hải Châu",
        "delivery": "counter",
        "nonce": "6a1e5c1e-8b60-4f6e-9d6c-0c3a2f3b9d11",
    }
    desk.client.force_login(one_door)
    desk.client.post("/desk/dossiers/dossier/add/", typed)
    draft = Dossier.objects.get(nonce=typed["nonce"])
    paper = reverse("admin:dossiers_dossier_paper", args=[draft.public_id])
    desk.draw(one_door, paper, f"{paper}form/request/")
    desk.post(one_door, "/desk/dossiers/dossier/add/", **{**typed, "applicant_identifier": "1"})
    desk.post(one_door, f"{paper}file/")


def draw_money(desk, paying):
    cashier = OfficialFactory(role="cashier", agency=paying.handling_agency)
    request = PaymentRequest.objects.get(dossier=paying)
    now = timezone.now()
    attempt = Attempt.objects.create(
        request=request,
        dossier=paying,
        handling_agency=paying.handling_agency,
        tmn_code="TEST",
        txn_ref=f"{paying.code}.abcd",
        amount=request.amount,
        started_at=now,
        expires_at=now + timedelta(minutes=15),
    )
    # Not the same address as the other people's first page.
    desk.draw(cashier, "/desk/?", reverse("admin:payments_take_cash", args=[request.public_id]))
    desk.draw(cashier, "/desk/payments/attempt/", f"/desk/payments/attempt/{attempt.pk}/change/")
    desk.draw(OfficialFactory(role="auditor"), "/desk/dossiers/dossierhistory/")


def draw_administration(desk, offering):
    admin = OfficialFactory(role="agency_admin", agency=offering.handling_agency)
    grant = RoleGrantFactory(
        user=OfficialFactory(role="auditor"), role="clerk", agency=offering.handling_agency
    )
    roles = "/desk/accounts/rolegrant/"
    desk.draw(admin, roles, f"{roles}add/", f"{roles}{grant.pk}/change/")
    system = OfficialFactory(role="system_admin")
    desk.draw(
        system, "/desk/?system", "/desk/accounts/user/", f"/desk/accounts/user/{system.pk}/change/"
    )
    desk.draw(system, "/desk/agencies/unit/", f"/desk/agencies/unit/{offering.unit_id}/change/")
    desk.draw(system, "/desk/catalogue/offering/", "/desk/agencies/calendarday/add/")
