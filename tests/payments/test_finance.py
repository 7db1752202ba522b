"""The finance pages of the desk: each sees the money of their own agency, and nothing that a file says is a formula."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.urls import reverse

from payments import actions as payments
from payments.models import CashCount, CashDifference, CashReceipt, Entry, Reconciliation
from payments.reconciliation import actions, cash, export
from portal import clock
from tests.accounts.factories import OfficialFactory
from tests.dossiers.factories import DossierFactory, officer
from tests.payments import settlement
from tests.payments.bank import Payment
from tests.payments.books import balances
from tests.payments.factories import AttemptFactory
from tests.payments.notices import notice_query

pytestmark = pytest.mark.django_db
FINANCE, DAYS = "/desk/payments/attempt/finance/", "/desk/payments/cashreceipt/days/"


@pytest.fixture
def sits_at(client):
    """``sits_at(user)``: the test client, signed in as this person."""

    def sit(user):
        client.force_login(user)
        return client

    return sit


@pytest.fixture
def paid(bank):
    """An attempt paid at one agency, and another at another agency."""
    attempts = [AttemptFactory(), AttemptFactory()]
    for attempt in attempts:
        bank.owes(attempt)
        payments.absorb(notice_query(attempt))
    return attempts


def cashier_of(attempt):
    return OfficialFactory(role="cashier", agency=attempt.handling_agency)


def page(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def rows_of(answer):
    text = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return list(csv.reader(StringIO(text.decode("utf-8-sig"), newline="")))


# Money by day, agency and bank -------------------------------------------------------------


def test_money_is_shown_by_day_agency_and_bank_with_charts_and_tables(sits_at, paid):
    text = page(sits_at(cashier_of(paid[0])), FINANCE)

    assert text.count("ch-wide") == 6  # three cuts, number and value each
    assert "75.000 đồng" in text
    assert paid[0].handling_agency.name in text
    assert "NCB" in text


def test_only_the_own_agency_counts(sits_at, paid):
    text = page(sits_at(cashier_of(paid[0])), FINANCE)

    assert paid[1].handling_agency.name not in text
    assert "150.000" not in text


def test_an_auditor_sees_all_agencies(sits_at, paid):
    text = page(sits_at(OfficialFactory(role="auditor")), FINANCE)

    assert "150.000 đồng" in text
    assert all(attempt.handling_agency.name in text for attempt in paid)


@pytest.mark.parametrize("role", ["specialist", "clerk", "agency_admin"])
def test_whoever_does_not_handle_money_finds_no_such_page(sits_at, paid, role):
    person = OfficialFactory(role=role, agency=paid[0].handling_agency)
    client = sits_at(person)

    for address in (FINANCE, f"{FINANCE}export/", DAYS, f"{DAYS}export/"):
        assert client.get(address).status_code == 404


@pytest.mark.parametrize("typed", ["7", "90", "0", "-1", "x", "9" * 50, "30'"])
def test_any_span_typed_gives_a_page(sits_at, paid, typed):
    assert "75.000" in page(sits_at(cashier_of(paid[0])), f"{FINANCE}?days={typed}")


def test_the_download_holds_the_same_figures(sits_at, paid):
    head, *rows = rows_of(sits_at(cashier_of(paid[0])).get(f"{FINANCE}export/"))

    assert [dict(zip(head, row, strict=True))["online_vnd"] for row in rows] == ["75000"]
    assert rows[0][1] == paid[0].handling_agency.code


def test_the_desk_says_what_waits(sits_at, paid, bank):
    bank.settlement_rows = []
    actions.reconcile(settlement.today())

    text = page(sits_at(cashier_of(paid[0])), "/desk/")
    assert "1 dòng đối soát còn mở" in text
    assert FINANCE in text


# Reconciliation ------------------------------------------------------------------------------


def listing():
    return reverse("admin:payments_reconciliation_changelist")


def address_of(taken):
    return reverse("admin:payments_reconciliation_change", args=[taken.pk])


def test_a_day_is_compared_at_the_desk_drilled_into_and_repaired(sits_at, bank):
    attempt = AttemptFactory()
    bank.owes(attempt)
    client = sits_at(cashier_of(attempt))
    assert "Lấy tệp và đối chiếu" in page(client, listing())

    answer = client.post("/desk/payments/reconciliation/compare/", {"day": settlement.today()})
    taken = Reconciliation.objects.get()
    assert answer.url == address_of(taken)
    text = page(client, answer.url)
    assert "1 dòng không khớp" in text
    assert reverse("admin:payments_attempt_change", args=[attempt.pk]) in text
    line = taken.lines.get()
    repair = reverse("admin:payments_repair", args=[line.pk])
    assert repair in text
    assert attempt.txn_ref in page(client, repair)

    answer = client.post(repair)

    newest = actions.latest("MOTCUA01", settlement.today())
    assert answer.url == address_of(newest) != address_of(taken)
    assert "Tất cả đều khớp" in page(client, answer.url)
    # What was found then stays readable, and a second click is told so.
    assert "mới hơn" in page(client, address_of(taken))
    assert client.post(repair).status_code == 409
    attempt.refresh_from_db()
    assert attempt.state == "captured"


def test_lines_of_another_agency_do_not_exist(sits_at, paid):
    taken = actions.reconcile(settlement.today())
    client = sits_at(cashier_of(paid[0]))

    text = page(client, address_of(taken))
    assert paid[0].txn_ref in text
    assert paid[1].txn_ref not in text
    rows = rows_of(client.get(reverse("admin:payments_reconciliation_export", args=[taken.pk])))
    assert len(rows) == 2
    foreign = taken.lines.get(txn_ref=paid[1].txn_ref)
    repair = reverse("admin:payments_repair", args=[foreign.pk])
    assert client.get(repair).status_code == client.post(repair).status_code == 404


def test_money_of_nobody_is_shown_to_whose_task_it_is(sits_at, bank):
    bank.payments["LOST-1"] = Payment(90_000, "555")
    somebody_else = cashier_of(AttemptFactory())
    taken = actions.reconcile(settlement.today())
    line = taken.lines.get()

    assert "LOST-1" not in page(sits_at(somebody_else), address_of(taken))
    client = sits_at(OfficialFactory(role="system_admin"))
    assert "LOST-1" in page(client, address_of(taken))
    assert client.post(reverse("admin:payments_repair", args=[line.pk])).status_code == 302
    assert bank.payments["LOST-1"].refunded == 90_000


@pytest.mark.parametrize("day", ["", "x", "2026-02-30", "9999-01-01", "2026-1", "\0", "２０２６"])
def test_nonsense_instead_of_a_day_is_told_and_changes_nothing(sits_at, bank, day):
    client = sits_at(cashier_of(AttemptFactory()))

    answer = client.post("/desk/payments/reconciliation/compare/", {"day": day}, follow=True)

    assert answer.status_code == 200
    assert "messagelist" in answer.content.decode()
    assert not Reconciliation.objects.exists()


def test_an_auditor_reads_but_neither_compares_nor_repairs(sits_at, bank):
    attempt = AttemptFactory()
    bank.owes(attempt)
    taken = actions.reconcile(settlement.today())
    client = sits_at(OfficialFactory(role="auditor"))

    assert attempt.txn_ref in page(client, address_of(taken))
    repair = reverse("admin:payments_repair", args=[taken.lines.get().pk])
    assert client.post(repair).status_code == 403
    client.post("/desk/payments/reconciliation/compare/", {"day": settlement.today()})
    assert Reconciliation.objects.count() == 1
    attempt.refresh_from_db()
    assert attempt.state == "started"


@pytest.mark.parametrize("finding", ["matched", "theirs_only", "nonsense", "'"])
def test_lines_are_shown_by_finding(sits_at, paid, finding):
    taken = actions.reconcile(settlement.today())
    text = page(sits_at(cashier_of(paid[0])), f"{address_of(taken)}?finding={finding}")

    assert (paid[0].txn_ref in text) == (finding != "theirs_only")


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "\n@x", "=cmd|' /C calc'!A0"],
)
def test_no_cell_is_ever_a_formula(text):
    assert export.cell(text).startswith("'")
    read = rows_of(export.response("x.csv", ["a"], [[text]]))
    assert read[1][0].startswith("'")


def test_numbers_stay_numbers_and_words_words():
    assert [export.cell(value) for value in (-5, 0, "NCB", None, "Nguyễn")] == [
        *(-5, 0, "NCB", "", "Nguyễn"),
    ]


# Cash -------------------------------------------------------------------------------------------


@pytest.fixture
def taken_in_cash(db):
    """A cashier who has taken one fee today."""
    dossier = DossierFactory(payment_requested=True)
    cashier = OfficialFactory(role="cashier", agency=dossier.handling_agency)
    payments.receive_cash(dossier.payment_requests.get(), by=cashier)
    return CashReceipt.objects.get()


def count(client, receipt, sum_of_money):
    return client.post(
        f"{DAYS}count/",
        {
            "agency": receipt.request.dossier.handling_agency.code,
            "day": clock.today().isoformat(),
            "counted": sum_of_money,
        },
    )


def till():
    [found] = cash.tills(clock.today(), clock.today())
    return found


def test_a_till_that_was_counted_right_matches(sits_at, taken_in_cash):
    client = sits_at(taken_in_cash.cashier)
    assert till().finding == "uncounted"
    assert "chưa kiểm đếm" in page(client, DAYS)

    assert count(client, taken_in_cash, "75000").url == DAYS
    assert (till().finding, till().difference) == ("matched", 0)


def test_a_till_that_is_short_is_accepted_by_a_leader_and_booked(sits_at, taken_in_cash):
    agency = taken_in_cash.request.dossier.handling_agency
    count(sits_at(taken_in_cash.cashier), taken_in_cash, "74000")
    assert (till().finding, till().difference) == ("different", -1000)
    leader = officer(taken_in_cash.request.dossier, "leader")
    client = sits_at(leader)
    accept = reverse("admin:payments_accept_cash", args=[CashCount.objects.get().pk])
    assert accept in page(client, DAYS)

    assert client.post(accept, {"reason": ""}).status_code == 422
    assert client.post(accept, {"reason": "Trả nhầm tiền lẻ."}).url == DAYS

    assert till().finding == "accepted"
    assert balances(agency) == {"cash_desk": 74_000, "agency": -75_000, "differences": 1_000}
    assert client.post(accept, {"reason": "Một lần nữa."}).status_code == 409
    assert CashDifference.objects.count() == 1


def test_counting_again_replaces_the_count(sits_at, taken_in_cash):
    client = sits_at(taken_in_cash.cashier)
    for counted in ("74000", "75000"):
        count(client, taken_in_cash, counted)

    assert till().finding == "matched"
    accept = reverse("admin:payments_accept_cash", args=[CashCount.objects.order_by("pk")[0].pk])
    leader = officer(taken_in_cash.request.dossier, "leader")
    assert sits_at(leader).post(accept, {"reason": "Thiếu tiền."}).status_code == 409


def test_nobody_accepts_the_difference_of_their_own_till(sits_at, taken_in_cash):
    from tests.accounts.factories import RoleGrantFactory

    agency = taken_in_cash.request.dossier.handling_agency
    RoleGrantFactory(user=taken_in_cash.cashier, role="leader", agency=agency)
    client = sits_at(taken_in_cash.cashier)
    count(client, taken_in_cash, "1")
    accept = reverse("admin:payments_accept_cash", args=[CashCount.objects.get().pk])

    assert client.post(accept, {"reason": "Tự chấp nhận."}).status_code == 403
    assert Entry.objects.count() == 1


@pytest.mark.parametrize(
    "typed", ["", "75.000", "-5", "1e5", "75000 đồng", "9" * 13, "٧٥", "007", "1.5"]
)
def test_a_sum_that_is_no_sum_is_told_and_kept(sits_at, taken_in_cash, typed):
    answer = count(sits_at(taken_in_cash.cashier), taken_in_cash, typed)

    assert answer.status_code == 422
    assert "chữ số" in answer.content.decode()
    assert not CashCount.objects.exists()


def test_tills_of_another_agency_do_not_exist(sits_at, taken_in_cash):
    count(sits_at(taken_in_cash.cashier), taken_in_cash, "1")
    elsewhere = DossierFactory(payment_requested=True)
    client = sits_at(officer(elsewhere, "leader"))

    assert taken_in_cash.cashier.full_name not in page(client, DAYS).split("<h2>")[-1]
    accept = reverse("admin:payments_accept_cash", args=[CashCount.objects.get().pk])
    assert client.post(accept, {"reason": "Không phải của tôi."}).status_code == 404


def test_a_day_to_come_is_not_counted(sits_at, taken_in_cash):
    client = sits_at(taken_in_cash.cashier)
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    code = taken_in_cash.request.dossier.handling_agency.code
    for day in (tomorrow, "x", ""):
        client.post(f"{DAYS}count/", {"agency": code, "day": day, "counted": "1"})
    client.post(f"{DAYS}count/", {"agency": "nobody", "day": "2020-01-01", "counted": "1"})

    assert not CashCount.objects.exists()


def test_the_cash_download(sits_at, taken_in_cash):
    head, row = rows_of(sits_at(taken_in_cash.cashier).get(f"{DAYS}export/"))

    told = dict(zip(head, row, strict=True))
    assert (told["booked_vnd"], told["finding"]) == ("75000", "uncounted")
