"""The second protocol: the national portal's payment platform, believed only as it was signed."""

import hashlib
import json
import random
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.urls import reverse
from django.utils import timezone

from payments import actions
from payments.models import Attempt, Entry, Notice, Refund
from payments.protocol import platform
from payments.protocol.messages import BadSignature, GatewayError, Malformed
from payments.states import State
from payments.tasks import complete_open_attempts
from tests.dossiers.factories import DossierFactory
from tests.payments.books import references
from tests.payments.factories import AttemptFactory
from tests.payments.notices import notice_query

PARTNER, SECRET = "MOTCUA01", "PLATFORM-SECRET-FOR-TESTS"
CONFIRMED = (
    *("LoaiBanTin", "MaLoi", "MaDoiTac", "MaThamChieu", "SoTien", "MaTienTe", "MaGiaoDich"),
    *("MaNganHang", "ThoiGianGD", "ThongTinGiaoDich"),
)
ANNOUNCED = (
    *("LoaiBanTin", "PhienBan", "MaDoiTac", "MaThamChieu", "SoTien", "LoaiHinhThanhToan"),
    *("MaKenhThanhToan", "MaThietBi", "NgonNgu", "MaTienTe", "MaNganHang", "ThongTinGiaoDich"),
    *("ThoiGianGD", "Ip"),
)


def code(values, names, secret=SECRET):
    """``MaXacThuc``, written apart from the code under test."""
    text = "|".join([str(values[name]) for name in names] + [secret])
    return hashlib.sha256(text.encode()).hexdigest()


def confirmation(attempt, *, secret=SECRET, **changes):
    """The body with which the platform confirms ``attempt``."""
    values = {
        "LoaiBanTin": "CONFIRM",
        "MaLoi": "00",
        "MaDoiTac": PARTNER,
        "MaThamChieu": attempt.txn_ref,
        "SoTien": str(attempt.amount),
        "MaTienTe": "VND",
        "MaGiaoDich": str(14_000_000 + attempt.pk),
        "MaNganHang": "NCB",
        "ThoiGianGD": "20261122101500",
        "ThongTinGiaoDich": "Le phi ho so",
    } | changes
    return json.dumps(values | {"MaXacThuc": code(values, CONFIRMED, secret)})


class Desk:
    """The platform's side on loopback. ``standing`` and ``said`` are the test's."""

    def __init__(self):
        self.asked, self.standing, self.broken = [], {}, None
        desk = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                desk.asked.append((self.path, body))
                content = desk.broken or json.dumps(desk.answer(self.path, body)).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, args=[0.02], daemon=True).start()
        self.site = f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, path, body):
        if path.endswith("/init"):
            told = {"UrlThanhToan": f"{self.site}/choose/1", "MaThamChieu": body["MaThamChieu"]}
            return {"error_code": "0", "message": json.dumps(told)}
        answer = {
            "LoaiBanTin": body["LoaiBanTin"],
            "MaLoi": "00",
            "MaDoiTac": PARTNER,
            "MaThamChieu": body["MaThamChieu"],
            "SoTien": "75000",
            "MaTienTe": "VND",
            "MaGiaoDich": "14009999",
            "MaNganHang": "NCB",
            "ThoiGianGD": "20261122101500",
            "ThongTinGiaoDich": "Le phi",
        }
        answer |= {"MaXacThuc": code(answer, CONFIRMED), "MoTaLoi": ""}
        return answer | {"TrangThaiGD": self.standing.get(body["MaThamChieu"], "3")}


@pytest.fixture
def desk(settings):
    desk = Desk()
    settings.GATEWAY_PLATFORM = {
        "tmn_code": PARTNER,
        "secret": SECRET,
        "pay_url": desk.site,
        "api_url": f"{desk.site}/platform",
    }
    yield desk
    desk.server.shutdown()
    desk.server.server_close()


@pytest.fixture
def attempt(desk, db):
    return AttemptFactory(driver="platform", txn_ref="dvcH17012208300001")


def tell(client, body):
    answer = client.post(reverse("payments:confirmation"), body, content_type="application/json")
    assert answer.status_code == 200
    told = answer.json()
    assert told["MaXacThuc"] == code(told, ["MaLoi", "MoTaLoi", "MaDoiTac", "ThoiGianGD"])
    return told["MaLoi"]


# Leaving ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_order_is_announced_and_the_payer_sent_to_the_platforms_page(client, desk):
    dossier = DossierFactory(payment_requested=True)
    client.force_login(dossier.filed_by)

    answer = client.post(reverse("payments:start", args=[dossier.public_id]), {"way": "platform"})

    [(path, body)] = desk.asked
    attempt = Attempt.objects.get()
    assert answer.url == f"{desk.site}/choose/1"
    assert (path, body["SoTien"], body["MaThamChieu"]) == (
        "/platform/init",
        "75000",
        attempt.txn_ref,
    )
    assert attempt.driver == "platform" and attempt.txn_ref.isalnum()
    assert body["MaXacThuc"] == code(body, ANNOUNCED)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "said",
    [
        b"<html>",
        b"{}",
        b'{"error_code": "-1", "message": "{\\"MaLoi\\": \\"03\\"}"}',
        b'{"error_code": "0", "message": "{\\"UrlThanhToan\\": \\"https://elsewhere.example/\\"}"}',
        b'{"error_code": "0", "message": "[]"}',
    ],
)
def test_an_answer_that_names_no_page_of_its_own_sends_nobody_anywhere(client, desk, said):
    desk.broken = said
    dossier = DossierFactory(payment_requested=True)
    client.force_login(dossier.filed_by)

    answer = client.post(reverse("payments:start", args=[dossier.public_id]), {"way": "platform"})

    assert answer.status_code == 503


@pytest.mark.django_db
def test_an_agency_may_offer_one_way_alone(client, desk, settings):
    dossier = DossierFactory(payment_requested=True)
    settings.GATEWAYS_OF_AGENCIES = {dossier.handling_agency.root.code: ["platform"]}
    client.force_login(dossier.filed_by)
    page = client.get(reverse("payments:pay", args=[dossier.public_id])).content.decode()
    start = reverse("payments:start", args=[dossier.public_id])

    assert reverse("payments:qr", args=[dossier.public_id]) not in page
    assert client.post(start, {"way": "vnpay"}).status_code == 422
    assert client.post(start).url == f"{desk.site}/choose/1"


# Being told -------------------------------------------------------------------------------------------


def test_a_confirmation_takes_the_money_once(client, attempt):
    body = confirmation(attempt)

    assert [tell(client, body) for _number in range(3)] == ["00", "02", "02"]
    assert (Attempt.objects.get().state, references()) == (State.CAPTURED, ["capture"])


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"SoTien": "75001"}, "04"),
        ({"SoTien": "7500000"}, "04"),
        ({"SoTien": "075000"}, "99"),
        ({"SoTien": "-75000"}, "99"),
        ({"MaTienTe": "USD"}, "99"),
        ({"MaThamChieu": "dvcnobody"}, "01"),
        ({"MaDoiTac": "OTHER001"}, "01"),
        ({"LoaiBanTin": "QUERY"}, "99"),
        ({"ThoiGianGD": "20261332000000"}, "99"),
        ({"MaLoi": "0"}, "99"),
    ],
)
def test_a_signed_confirmation_of_something_else_changes_nothing(client, attempt, changes, answer):
    assert tell(client, confirmation(attempt, **changes)) == answer
    assert Attempt.objects.get().state == State.STARTED
    assert not Entry.objects.exists()
    assert Notice.objects.get().verdict == "refused"


def test_a_forged_confirmation_and_the_other_protocols_notice_change_nothing(client, attempt, bank):
    assert tell(client, confirmation(attempt, secret="another")) == "97"
    other = notice_query(attempt, secret=bank.config["secret"], TxnRef=attempt.txn_ref)
    assert client.get(f"{reverse('payments:ipn')}?{other}").json()["RspCode"] == "01"
    assert tell(client, confirmation(AttemptFactory())) == "99"  # its number has a point
    assert not Entry.objects.exists()


@pytest.mark.parametrize(("code_told", "state"), [("24", "failed"), ("07", "suspected")])
def test_other_outcomes(client, attempt, code_told, state):
    assert tell(client, confirmation(attempt, MaLoi=code_told)) == "00"
    assert Attempt.objects.get().state == state
    assert not Entry.objects.exists()


def test_nobody_confirms_where_the_platform_is_not_used(client, db, settings):
    settings.GATEWAY_PLATFORM = {}

    assert (
        client.post(reverse("payments:confirmation"), b"{}", "application/json").status_code == 404
    )


# Mutated --------------------------------------------------------------------------------------------


def mutations(text, count, seed=20261122):
    """``count`` different bodies made from a good one, none of them saying the same."""
    dice, seen = random.Random(seed), set()
    meaning = json.loads(text)
    while len(seen) < count:
        values = dict(meaning)
        name = dice.choice(list(values))
        kind = dice.randrange(10)
        body = None
        if kind == 0:
            values.pop(name)
        elif kind == 1:
            values[
                dice.choice(
                    [name.upper(), name.lower(), f"{name}[]", f"{name}{dice.randrange(99)}"]
                )
            ] = values.pop(name)
        elif kind == 2:
            values[name] = [values[name]]
        elif kind == 3:
            values[name] = dice.choice(
                [None, True, 1.5, {}, "é" * 64, "x" * 9000, "\0", dice.randrange(10**9)]
            )
        elif kind == 4:
            body = text[:-1] + f', "{name}": "{dice.randrange(10**6)}"}}'
        elif kind == 5:
            body = text[: dice.randrange(len(text))]
        elif kind == 6:
            place = dice.randrange(len(text))
            body = (
                text[:place] + chr(ord(text[place]) ^ (1 << dice.randrange(7))) + text[place + 1 :]
            )
        elif kind == 7:
            values[name] = f"{values[name]}{dice.choice([' ', '0', '|', 'Z'])}"
        elif kind == 8:
            values["MaXacThuc"] = dice.choice(
                ["", "0" * 64, values["MaXacThuc"].upper(), f"{dice.getrandbits(256):064x}"]
            )
        else:
            values["MaLoi"], values["MaGiaoDich"] = "00", str(dice.randrange(10**9))
        body = json.dumps(values) if body is None else body
        if body in seen:
            continue
        try:
            if json.loads(body) == meaning and body.count('"MaLoi"') == 1:
                continue
        except ValueError:
            pass
        seen.add(body)
        yield body


@pytest.mark.django_db
def test_no_mutated_confirmation_is_believed(client, attempt):
    good = confirmation(attempt)
    for place, body in enumerate(mutations(good, 2_500)):
        with pytest.raises((BadSignature, Malformed)):
            platform.verify_notice(body, secret=SECRET)
        if place % 50 == 0:
            assert tell(client, body) in {"97", "99"}
    assert not Entry.objects.exists()


@pytest.mark.slow
def test_no_mutated_confirmation_is_believed_however_many_there_are():
    believed = []
    fake = Attempt(pk=1, txn_ref="dvc1", amount=75_000)
    for body in mutations(confirmation(fake), 10_000, seed=1):
        try:
            believed.append(platform.verify_notice(body, secret=SECRET))
        except GatewayError:
            continue
    assert believed == []


# Asking ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("standing", "state"), [("1", "captured"), ("3", "started"), ("4", "expired")]
)
def test_where_no_confirmation_comes_the_platform_is_asked(desk, standing, state):
    attempt = AttemptFactory(
        driver="platform", txn_ref="dvc1", started_at=timezone.now() - timedelta(minutes=16)
    )
    desk.standing["dvc1"] = standing

    complete_open_attempts()

    attempt.refresh_from_db()
    assert attempt.state == state


@pytest.mark.parametrize(
    "said", [b"<html>", b"{}", b'{"MaLoi": "00", "TrangThaiGD": "1"}', b"x" * 70_000]
)
def test_an_unsigned_or_unreadable_answer_settles_nothing(desk, attempt, said):
    desk.broken = said

    actions.ask_gateway(attempt)

    assert Attempt.objects.get().state == State.STARTED


def test_money_that_came_this_way_goes_back_by_transfer(client, attempt):
    tell(client, confirmation(attempt))
    attempt.refresh_from_db()

    actions.request_refund(attempt, reason=Refund.Reason.NOT_RECEIVED)

    assert (Refund.objects.get().way, Refund.objects.get().state) == ("transfer", "approved")
    complete_open_attempts()
    assert Refund.objects.get().state == "approved"
