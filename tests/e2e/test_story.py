"""Level 4 from end to end, in Chromium, against the processes that ``make demo`` starts.

A citizen, three officials and a payer do everything in the browser; the books are only read.
"""

import hashlib
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from portal.documents.signing import verify_pdf
from tests.e2e import figures, papers
from tests.e2e.figures import Cell
from tests.e2e.people import DEMO_PASSWORD, EMPTY_CARD, GOOD_CARD, Citizen, Official
from tests.e2e.running_demo import WHOLE, Demo
from tests.e2e.story import (
    AGENCY,
    FEE_VND,
    LEADER,
    ONE_DOOR,
    PAPER,
    REASON,
    SERVICE,
    STATEMENT,
    UNIT,
    VERY_SATISFIED,
    Applicant,
    fills_in_a_draft,
)

VIET_NAM = ZoneInfo("Asia/Ho_Chi_Minh")
BOTH = ("numerator", "denominator")
ADDED = {  # to the headline figures, in every block of a page
    ("dossiers-online", "numerator"): 1,
    ("dossiers-online", "denominator"): 1,
    ("dossiers-on-time", "numerator"): 1,
    ("dossiers-on-time", "denominator"): 1,
    ("payments-online", "numerator"): 1,
    ("payments-online-amount", "numerator"): FEE_VND,
}
ADDED_TO_GROUPS = {  # to the other figures, of the block that the page is about
    **{("payments-online-value", side): FEE_VND for side in BOTH},
    **{
        (code, side): 1
        for code in (
            *("dossiers-processed-online", "dossiers-digitised", "dossiers-supplemented"),
            *("dossiers-early", "dossiers-on-time-766"),  # one supplement, signed on the same day
            *("dossiers-with-e-result", "results-online", "payments-online-dossiers"),
            *("satisfaction", "satisfaction-index"),
        )
        for side in BOTH
    },
    **{
        (code, "numerator"): 1
        for code in (
            *("dossiers-filed", "dossiers-received", "dossiers-in-hand", "dossiers-ended"),
            "supplements",
        )
    },
    **{  # out of these, and none of them
        (code, "denominator"): 1
        for code in (
            *("dossiers-counter", "dossiers-post", "dossiers-late", "dossiers-late-766"),
            *("dossiers-refused", "dossiers-refused-at-reception"),
        )
    },
}
# The first dossier of a service makes it one that generates dossiers; since 2024 that is coverage too. What is
# offered at level 4 moves by nothing.
ADDED_BY_THE_FIRST = ("services-used", "services-level-4")
PAGES = {  # page of figures → the blocks on it that this dossier belongs to
    f"/metrics/{AGENCY}/": [AGENCY],
    "/metrics/": ["nation", "provinces"],
    "/metrics/provinces/": ["provinces", "H17"],
}
WITH_ALL_FIGURES = {f"/metrics/{AGENCY}/": AGENCY, "/metrics/": "nation"}  # of which block
MOVES = [
    ("submit", "draft", "submitted"),
    ("request_payment", "submitted", "payment_requested"),
    ("record_payment", "payment_requested", "submitted"),
    ("receive", "submitted", "received"),
    ("request_supplement", "received", "supplement_requested"),
    ("supply", "supplement_requested", "received"),
    ("start_processing", "received", "in_process"),
    ("propose", "in_process", "in_process"),
    ("complete", "in_process", "completed"),
    ("return_result", "completed", "returned"),
]


def test_a_dossier_goes_from_the_browser_to_the_metrics(demo, newcomer, tmp_path):
    Telling(demo, newcomer, tmp_path).from_first_to_last()


@pytest.mark.slow
def test_the_same_after_sixty_days(browser, tmp_path):
    """As a visitor of the demo meets it: with the whole past, and nothing left when it has stopped."""
    demo = Demo(tmp_path, WHOLE)
    try:
        people = []

        def newcomer(kind):
            people.append(kind(demo, browser))
            return people[-1]

        Telling(demo, newcomer, tmp_path).from_first_to_last()
        assert [complaint for person in people for complaint in person.broken] == []
        assert demo.end() == 0, demo.said
        assert demo.leftovers() == {"processes": [], "group": [], "ports": []}
    finally:
        demo.kill()


class Telling:
    """The story once, with everything that must be true on the way."""

    def __init__(self, demo, newcomer, folder):
        self.demo, self.folder = demo, folder
        self.applicant = Applicant(demo.today())
        self.period = f"{demo.today().year}-01-01..{demo.today().year + 1}-12-31"
        self.citizen = newcomer(Citizen)
        self.visitor = newcomer(Citizen)  # reads the public figures, signed out
        self.officer, self.specialist, self.leader = (newcomer(Official) for _role in range(3))

    def from_first_to_last(self):
        self.citizen_gets_an_account()
        before = self.read_figures()
        is_first_of_its_service = self.is_first_of_its_service()
        self.citizen_sends_the_dossier_once()
        self.citizen_pays_at_the_second_try()
        self.officer_receives_it()
        self.officer_asks_for_a_supplement_and_gets_it()
        self.specialist_proposes_but_cannot_sign()
        self.leader_signs()
        self.citizen_has_the_signed_result_and_rates()
        self.history_and_books_are_what_happened()
        self.figures_moved_by_exactly_this(before, is_first_of_its_service)

    # The citizen -----------------------------------------------------------------------

    def citizen_gets_an_account(self):
        account = self.applicant.account
        self.citizen.registers(account)
        self.citizen.signs_in(account.email, account.password)
        assert account.full_name in self.citizen.page.locator("header").inner_text()
        self.citizen.signs_out()
        self.citizen.opens("/dossiers/")
        assert self.citizen.path == "/accounts/login/"
        self.citizen.signs_in(account.citizen_id, account.password)
        assert self.citizen.path == "/dossiers/"

    def citizen_sends_the_dossier_once(self):
        citizen = self.citizen
        self.dossier = fills_in_a_draft(citizen, self.applicant, self.folder)
        assert "200.000 đồng" in citizen.words
        assert self.applicant.account.full_name in citizen.words
        second_tab = self.citizen.in_another_tab()
        code = citizen.declares_and_sends()
        day = f"{self.demo.today():%y%m%d}"
        assert re.fullmatch(rf"{AGENCY}-{day}-\d{{4}}", code)
        citizen.page.go_back()
        assert citizen.path == self.dossier, "a sent dossier is not checked again"
        assert second_tab.declares_and_sends() == code
        second_tab.page.close()
        citizen.opens(f"{self.dossier}sent/")
        receipt = citizen.downloads(citizen.page.locator('a[href$="/receipt/"]'))
        uploaded = hashlib.sha256((self.folder / "can-cuoc.pdf").read_bytes()).hexdigest()
        for fact in (code, self.applicant.account.full_name, f"{uploaded[:8]}…{uploaded[-8:]}"):
            assert squeezed(fact) in squeezed(text_of(receipt))
        self.code = code

    def citizen_pays_at_the_second_try(self):
        citizen = self.citizen
        citizen.opens(self.dossier)
        assert citizen.state_shown() == "Chờ ông/bà nộp phí"
        citizen.presses_main_button()
        citizen.goes_to_bank()
        assert "200.000" in citizen.words
        citizen.pays_with(EMPTY_CARD)
        assert "tài khoản không đủ số dư" in citizen.words
        assert "Ông/bà không bị trừ tiền" in citizen.words
        assert self.state() == "payment_requested"
        citizen.presses_main_button()
        citizen.pays_with(GOOD_CARD)
        assert "200.000 đồng" in citizen.words
        citizen.presses_main_button()
        assert citizen.path == self.dossier
        assert self.state() == "submitted"

    def citizen_has_the_signed_result_and_rates(self):
        citizen = self.citizen
        citizen.waits_for_result(self.dossier)
        result = citizen.downloads(citizen.page.locator('.notice--done a[href$="/result/"]'))
        with ThreadPoolExecutor(1) as elsewhere:  # this thread’s event loop is Playwright’s
            signature = elsewhere.submit(
                verify_pdf, result, trust_root=self.demo.trust_root()
            ).result()
        assert (signature.valid, signature.signer) == (True, UNIT)
        for fact in (self.code, self.applicant.account.full_name, STATEMENT):
            assert squeezed(fact) in squeezed(text_of(result))
        citizen.rates(VERY_SATISFIED)
        citizen.opens(self.dossier)
        assert "Rất hài lòng" in citizen.words

    # The officials ---------------------------------------------------------------------

    def officer_receives_it(self):
        self.officer.signs_in(ONE_DOOR, DEMO_PASSWORD)
        self.officer.finds(self.code)
        assert {"receive", "refuse_receipt", "request_supplement"} <= set(self.officer.may())
        self.officer.does("receive")
        due = self.moment("due_at")
        assert self.citizen.reads(self.dossier, f"{due:%d/%m/%Y}")
        form_01 = self.citizen.downloads(
            self.citizen.waits_for(
                self.dossier, "section[aria-labelledby=issued] a[href*='/documents/']"
            )
        )
        for fact in (self.code, f"{due:%d/%m/%Y}", "Form 01"):
            assert squeezed(fact) in squeezed(text_of(form_01))

    def officer_asks_for_a_supplement_and_gets_it(self):
        promised = self.moment("expected_at")
        self.officer.does("request_supplement", **{f"document-{PAPER}": REASON})
        for _day in range(2):
            self.citizen.moves_clock("day")
        self.citizen.opens(self.dossier)
        assert "Đồng hồ" in self.citizen.words
        self.citizen.presses_main_button()
        assert REASON in self.citizen.words
        self.citizen.opens(self.dossier)
        self.citizen.supplies(PAPER, papers.photograph(self.folder / "can-cuoc.jpg"))
        moved_to = self.moment("expected_at")
        assert moved_to > promised, "the clock stood still while the citizen looked for the paper"
        assert self.citizen.reads(self.dossier, f"{moved_to:%d/%m/%Y}")
        assert self.moment("due_at") == promised, "what the law wanted is not rewritten"
        self.officer.finds(self.code)
        self.officer.does("start_processing")

    def specialist_proposes_but_cannot_sign(self):
        days_left = self.citizen.days_left(self.dossier)
        self.citizen.moves_clock("day")
        assert self.citizen.days_left(self.dossier) == days_left - 1
        self.specialist.opens("/")
        self.specialist.becomes("specialist")
        self.specialist.finds(self.code)
        self.specialist.does("propose", outcome="granted", statement=STATEMENT)
        assert "complete" not in self.specialist.may()
        assert "lãnh đạo" in self.specialist.why_not("complete")
        present = self.demo.row("SELECT sequence FROM dossiers_dossier WHERE code = %s", self.code)
        refused = self.specialist.posts(
            f"{self.specialist.path}complete/", seen=str(present["sequence"])
        )
        assert refused.status == 403
        assert "lãnh đạo" in refused.text()
        assert self.state() == "in_process"

    def leader_signs(self):
        self.leader.signs_in(LEADER, DEMO_PASSWORD)
        assert self.leader.path == "/desk/"
        self.leader.finds(self.code)
        self.leader.does("complete")

    # What is true afterwards -------------------------------------------------------------

    def history_and_books_are_what_happened(self):
        moves = self.demo.rows(
            "SELECT h.transition, h.source, h.target, r.role FROM dossiers_dossierhistory h "
            "JOIN dossiers_dossier d ON d.id = h.dossier_id "
            'LEFT JOIN accounts_rolegrant r ON r.id = h.grant_id WHERE d.code = %s ORDER BY h."sequence"',
            self.code,
        )
        assert [(each["transition"], each["source"], each["target"]) for each in moves] == MOVES
        by = {each["transition"]: each["role"] for each in moves}
        assert by["receive"] == "one_door"
        assert (by["propose"], by["complete"]) == ("specialist", "leader")
        filed = self.demo.row(
            "SELECT count(*) FROM dossiers_dossier d JOIN accounts_user u ON u.id = d.filed_by_id "
            "WHERE u.username = %s",
            self.applicant.account.citizen_id,
        )
        assert filed["count"] == 1
        attempts = self.demo.rows(
            "SELECT a.state, a.amount FROM payments_attempt a "
            "JOIN dossiers_dossier d ON d.id = a.dossier_id WHERE d.code = %s ORDER BY a.id",
            self.code,
        )
        assert attempts == [
            {"state": "failed", "amount": FEE_VND},
            {"state": "captured", "amount": FEE_VND},
        ]
        postings = self.demo.rows(
            "SELECT a.kind, p.amount FROM payments_posting p "
            "JOIN payments_account a ON a.id = p.account_id "
            "JOIN payments_entry e ON e.id = p.entry_id "
            "JOIN dossiers_dossier d ON d.id = e.dossier_id WHERE d.code = %s ORDER BY a.kind",
            self.code,
        )
        assert postings == [
            {"kind": "agency", "amount": -FEE_VND},
            {"kind": "gateway", "amount": FEE_VND},
        ]

    def figures_moved_by_exactly_this(self, before, is_first_of_its_service):
        expected = dict(ADDED)
        if is_first_of_its_service:
            expected |= {(code, "numerator"): 1 for code in ADDED_BY_THE_FIRST}
        after = self.read_figures()
        for path, blocks in PAGES.items():
            assert figures.moved(before[path], after[path]) == {
                Cell(metric, side, block): added
                for block in blocks
                for (metric, side), added in expected.items()
            } | {
                Cell(metric, side, WITH_ALL_FIGURES[path]): added
                for (metric, side), added in ADDED_TO_GROUPS.items()
                if path in WITH_ALL_FIGURES
            }, path
            for cell in figures.moved(before[path], after[path]):
                self.list_holds_the_dossier(cell, after[path][cell])
        self.demo_bar_says_the_same(expected | ADDED_TO_GROUPS)

    def list_holds_the_dossier(self, cell, count):
        self.visitor.opens(figures.address_of(cell, self.period))
        page = self.visitor.page
        is_sum = cell.metric.endswith(("-amount", "-value"))
        total = page.locator("data.sum" if is_sum else "data.total")
        assert int(total.get_attribute("value")) == count
        wanted = SERVICE if cell.metric in ADDED_BY_THE_FIRST else self.code
        while wanted not in page.locator("main tbody").inner_text():
            following = page.locator('.pager a[rel="next"]')
            assert following.count(), f"{wanted} is on no page of {cell}"
            self.visitor.presses(following)
        assert self.applicant.account.full_name not in page.content()

    def demo_bar_says_the_same(self, expected):
        """Everything that moved on the pages is told, together with what no page of this agency adds up."""
        self.visitor.opens(f"/demo/effects/?code={self.code}")
        told = self.visitor.page.locator("main tbody td:last-child").all_inner_texts()
        wanted = ["+200.000 đồng" if each == FEE_VND else f"+{each}" for each in expected.values()]
        assert not Counter(wanted) - Counter(told)

    # Reading -----------------------------------------------------------------------------

    def read_figures(self):
        return {path: figures.read(self.visitor.page, path, self.period) for path in PAGES}

    def is_first_of_its_service(self):
        """Whether no dossier of this service has come online to this province in the period yet."""
        found = self.demo.row(
            "SELECT count(*) FROM dossiers_dossierhistory h "
            "JOIN dossiers_dossier d ON d.id = h.dossier_id "
            "JOIN catalogue_publicservice s ON s.id = d.service_id "
            "JOIN agencies_agency a ON a.id = h.handling_agency_id "
            "JOIN agencies_agency t ON t.id = a.top_id "
            "WHERE h.transition = 'receive' AND h.channel = 2 AND s.code = %s AND t.code = 'H17' "
            "AND h.at >= %s",
            SERVICE,
            datetime(self.demo.today().year, 1, 1, tzinfo=VIET_NAM),
        )
        return found["count"] == 0

    def state(self):
        return self.demo.row("SELECT state FROM dossiers_dossier WHERE code = %s", self.code)[
            "state"
        ]

    def moment(self, column):
        found = self.demo.row("SELECT * FROM dossiers_dossier WHERE code = %s", self.code)
        return found[column].astimezone(VIET_NAM)


def text_of(pdf):
    return "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def squeezed(text):
    """Without white space: where a line ends is the typesetter's business."""
    return re.sub(r"\s+", "", text)
