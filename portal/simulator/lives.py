"""The life of one dossier in the demo: who does what, when, and how it ends."""

from datetime import timedelta
from uuid import UUID

from django.core.files.base import ContentFile

from dossiers.actions import (
    answer_files,
    attaching,
    deciding,
    filing,
    intake,
    rating,
    supplying,
    withdrawing,
)
from dossiers.guards import channel_word
from dossiers.models import Dossier
from dossiers.states import Channel, Delivery, State
from payments import actions as payments
from portal import clock
from portal.agencies.working_calendar import calendar
from portal.catalogue.levels import LEVELS
from portal.catalogue.samples import sample_answers
from portal.simulator import names, payer
from portal.simulator.papers import file_for, paper
from portal.workflow import perform
from portal.worktime import extend, into_working_time, working_minutes

PAPER_SHARE = 0.25
REFUSED_AT_RECEPTION = 0.04
SUPPLEMENT = 0.12
WITHDRAWN = 0.03
NEVER_PAYS = 0.05
POOR_CARD_FIRST = 0.08
SLOW_SPECIALIST = 0.10
REFUSED_RESULT = 0.06
RATES = 0.6
RATING_WEIGHTS = [70, 24, 6]
STATEMENTS = (
    "Hồ sơ đầy đủ, đúng quy định.",
    "Thông tin khai khớp với giấy tờ kèm theo.",
    "Đã đối chiếu sổ gốc, đủ điều kiện giải quyết.",
)
REFUSALS = ("Không đủ điều kiện theo quy định.", "Thông tin khai không khớp với sổ gốc.")
REFUSALS_AT_RECEPTION = (
    ("not_competent", "Việc này thuộc thẩm quyền của cơ quan khác."),
    ("twice", "Hồ sơ trùng với hồ sơ đã nộp."),
)
REASONS = (  # with the codes of the catalogue's reasons
    ("blurred", "Bản chụp mờ, không đọc được số."),
    ("page_missing", "Thiếu trang thứ hai."),
    ("out_of_date", "Giấy tờ đã hết hạn."),
)


class Life:
    """One applicant, one offering, and luck drawn from ``rng``; ``cast`` are the people who may act.

    The dossier is read once: every act goes through a verb that locks its row and reads it afresh.
    """

    FILED = object()

    def __init__(self, rng, offering, cast):
        self.rng, self.offering, self.cast = rng, offering, cast
        self.on_paper = offering.level < 3 or rng.random() < PAPER_SHARE
        self.dossier = None

    def acts(self):
        """Act, then yield the instant of the next act; ``FILED`` once, when the dossier exists."""
        if self.on_paper:
            self._file_on_paper()
        else:
            self._file_online()
        yield self.FILED
        if self._at(State.PAYMENT_REQUESTED):
            yield from self._pay()
        if not self._at(State.SUBMITTED):
            return
        yield self._in_office_minutes(20, 480)
        if self.chance(WITHDRAWN):
            yield from self._withdraw()
            return
        if self.chance(REFUSED_AT_RECEPTION):
            why, reason = self.rng.choice(REFUSALS_AT_RECEPTION)
            self._do("refuse_receipt", "one_door", reason=reason, why=why)
            return
        self._do("receive", "one_door")
        yield self._in_office_minutes(10, 200)
        if self.chance(SUPPLEMENT) and self._papers_given().exists():
            yield from self._supplement()
        if not self._at(State.RECEIVED):
            return
        self._do("start_processing", "one_door", to=self.official("specialist"))
        yield from self._process()

    # Parts of a life -------------------------------------------------------------------

    def _process(self):
        left = self._minutes_left()
        slow = self.chance(SLOW_SPECIALIST)
        share = self.rng.uniform(1.1, 1.8) if slow else self.rng.triangular(0.1, 0.8, 0.5)
        yield self._in_office(left * share)
        if self._fee_when("processing"):
            self._do("request_payment", "specialist")
            yield from self._pay()
        if not self._at(State.IN_PROCESS):
            return
        refused = self.chance(REFUSED_RESULT)
        self._do(
            "propose",
            "specialist",
            outcome="refused" if refused else "granted",
            statement=self.rng.choice(REFUSALS if refused else STATEMENTS),
        )
        yield self._in_office_minutes(5, 30)
        deciding.sign_and_complete(self.dossier, by=self.official("leader"))
        yield self._in_office_minutes(30, 900)
        if self._at(State.COMPLETED) and self._fee_when("result"):
            self._do("request_payment", "one_door")
            yield from self._pay()
        if self._at(State.COMPLETED):
            self._do("return_result", "one_door")
        if self._at(State.RETURNED) and not self.on_paper and self.chance(RATES):
            yield clock.now() + timedelta(hours=self.rng.uniform(1, 48))
            self._rate()

    def _pay(self):
        dossier = self.dossier
        request = dossier.payment_requests.still_open().get()
        if self.chance(NEVER_PAYS):
            return
        if not request.online:
            yield self._in_office_minutes(5, 300)
            payments.receive_cash(request, by=self.official("cashier"))
            return
        yield clock.now() + timedelta(minutes=self.rng.triangular(2, 600, 8))
        if self.chance(POOR_CARD_FIRST):
            self._pay_online(request, payer.POOR_CARD)
            yield clock.now() + timedelta(minutes=self.rng.uniform(2, 60))
        self._pay_online(request, payer.GOOD_CARD)

    def _pay_online(self, request, card):
        """Through the gateway's pages; what became of it is then asked of the gateway, as the completer does."""
        address = payments.start(request, by=self.dossier.filed_by, ip_addr="127.0.0.1")
        payer.pay(address, card=card)
        payments.ask_gateway(request.attempts.order_by("-pk").first())

    def _supplement(self):
        dossier = self.dossier
        component = self._papers_given().order_by("pk").first().component
        why, reason = self.rng.choice(REASONS)
        item = {"kind": "document", "key": component, "reason": reason, "why": why}
        self._do("request_supplement", "one_door", items=[item])
        yield clock.now() + timedelta(days=self.rng.uniform(0.3, 9))
        dossier = self.dossier
        attaching.attach(dossier, component, _upload(paper(self.rng)), by=self._filer())
        supplying.supply(dossier, by=self._filer())
        yield self._in_office_minutes(20, 300)

    def _withdraw(self):
        withdrawing.ask_to_withdraw(self.dossier, by=self._filer(), reason="Tôi nộp nhầm nơi.")
        yield self._in_office_minutes(30, 600)
        self._do("accept_withdrawal", "one_door")

    def _rate(self):
        value = self.rng.choices(rating.Rating.values, RATING_WEIGHTS)[0]
        rating.rate(self.dossier, by=self.dossier.filed_by, value=value)

    # Filing ------------------------------------------------------------------------------

    def _file_online(self):
        citizen = self.rng.choice(self.cast.citizens)
        self.dossier = filing.open_dossier(self.offering, by=citizen, nonce=self._nonce())
        self._fill(citizen)
        filing.submit(self.dossier, by=citizen)

    def _file_on_paper(self):
        officer = self.official("one_door")
        name, is_woman = names.full_name(self.rng)
        self.dossier = intake.open_paper_dossier(
            self.offering,
            channel=Channel.COUNTER if self.chance(0.85) else Channel.POST,
            by=officer,
            nonce=self._nonce(),
            applicant_name=name,
            applicant_identifier=names.citizen_id(self.rng, is_woman),
            applicant_phone=names.phone(self.rng),
            applicant_address=f"{self.rng.randint(1, 200)} Lê Duẩn",
            delivery=Delivery.COUNTER,
        )
        self._fill(officer)
        filing.submit(self.dossier, by=officer)

    def _fill(self, by):
        dossier = self.dossier
        definition = dossier.version.definition
        dossier.answers = sample_answers(
            definition, self.rng, today=clock.today(), about=dossier.answers
        )
        dossier.save(update_fields=["answers"])
        for key, question in definition.file_questions.items():
            if key in dossier.answers:
                answer_files.put_in(dossier, question, _upload(file_for(question, self.rng)), by=by)
        if not self.on_paper and dossier.level == max(LEVELS):
            filing.save_delivery(dossier, delivery=self._delivery(definition), address="")
        needed = definition.needed_documents(dossier.answers, channel=channel_word(dossier))
        for document in needed:
            attaching.attach(dossier, document.key, _upload(paper(self.rng)), by=by)

    def _nonce(self):
        return UUID(int=self.rng.getrandbits(128))

    def _delivery(self, definition):
        ways = [
            way
            for way in (Delivery.ONLINE, Delivery.COUNTER, Delivery.POST)
            if way in definition.deliveries
        ]
        return self.rng.choices(ways, [70, 20, 10][: len(ways)])[0]

    # Small things ------------------------------------------------------------------------

    def official(self, role):
        return self.cast.official(role, self.offering)

    def chance(self, share):
        return self.rng.random() < share

    def _do(self, transition, role, **details):
        perform(self.dossier, transition, by=self.official(role), **details)

    def _filer(self):
        return self.official("one_door") if self.on_paper else self.dossier.filed_by

    def _at(self, state):
        """Whether the dossier is there now: others act on it, too."""
        return Dossier.objects.filter(pk=self.dossier.pk, state=state).exists()

    def _papers_given(self):
        """What lies under papers; answers that are files are asked for in another way."""
        answers = self.dossier.version.definition.file_questions
        return self.dossier.attachments.exclude(component__in=answers)

    def _fee_when(self, when):
        dossier = self.dossier
        fee = dossier.version.definition.fee
        paid = dossier.payment_requests.filter(paid_at__isnull=False).exists()
        return fee.kind != "none" and fee.when == when and not paid

    def _minutes_left(self):
        """Working minutes until the result is due, less what a leader needs to sign."""
        left = working_minutes(clock.now(), self.dossier.due_at, calendar=calendar())
        return max(20, left - 40)

    def _in_office_minutes(self, least, most):
        return self._in_office(self.rng.uniform(least, most))

    def _in_office(self, minutes):
        """The instant so many working minutes from now."""
        days = calendar()
        return extend(into_working_time(clock.now(), calendar=days), int(minutes), calendar=days)


def _upload(content):
    return ContentFile(content, name="giay-to.pdf")
