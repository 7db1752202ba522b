"""The one story that is told everywhere: a criminal record certificate, from the search to the rating.

``play`` only plays it; who wants to see its pages hands in an onlooker.
"""

import random
import re
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from pathlib import Path

from playwright.sync_api import Browser

from portal.catalogue import definitions
from portal.catalogue.samples import sample_answers
from portal.simulator import names
from portal.simulator.people import STORY_UNIT
from tests.e2e import papers
from tests.e2e.people import (
    DEMO_PASSWORD,
    EMPTY_CARD,
    GOOD_CARD,
    Account,
    Citizen,
    Official,
    Onlooker,
    everybody_left,
    nobody_looks_on,
)
from tests.e2e.running_demo import Demo

SERVICE = "2.000488"
PROVINCE = "H17"
WORDS = "ly lich tu phap"
UNIT = "Sở Tư pháp thành phố Đà Nẵng"
UNIT_IN_ANY_LANGUAGE = re.compile(f"{UNIT}|Department of Justice, Da Nang")
AGENCY = STORY_UNIT  # the department receives and handles
FEE_VND = 200_000
PAPER = "identity"
ONE_DOOR, LEADER = f"{STORY_UNIT}.MC", f"{STORY_UNIT}.CB3"
VERY_SATISFIED = 3
REASON = "Bản chụp mờ, không đọc được số. Ông/bà chụp lại cả bốn góc."
STATEMENT = "Không có án tích. Đã đối chiếu cơ sở dữ liệu lý lịch tư pháp."

_numbers = count(1)


@dataclass
class Applicant:
    """Somebody invented, and what they answer to the form of the certificate."""

    today: date
    account: Account = field(init=False)
    answers: dict = field(init=False)

    def __post_init__(self):
        number = next(_numbers)
        rng = random.Random(number)
        name, is_woman = names.full_name(rng)
        self.account = Account(
            full_name=name,
            citizen_id=names.citizen_id(rng, is_woman),
            email=f"nguoi-moi-{number}@vidu.example",
        )
        self.answers = sample_answers(
            self.definition,
            rng,
            today=self.today,
            about={
                "full_name": name,
                "citizen_id": self.account.citizen_id,
                "fee_category": "standard",
            },
        )

    @property
    def definition(self):
        return definitions.service(SERVICE)

    @property
    def snapshot(self) -> dict[str, str]:
        """What they type about themselves on the page of the applicant."""
        return {
            "applicant_name": self.account.full_name,
            "applicant_identifier": self.account.citizen_id,
            "applicant_phone": "0905123456",
            "applicant_email": self.account.email,
            "applicant_address": "72 Bạch Đằng, phường Thạch Thang, quận Hải Châu, Đà Nẵng",
        }


def fills_in_a_draft(citizen: Citizen, applicant: Applicant, folder: Path) -> str:
    """From the home page to the check, everything filled in; returns the address of the draft."""
    citizen.searches(WORDS)
    citizen.chooses_service(SERVICE)
    draft = citizen.begins_at(PROVINCE, UNIT_IN_ANY_LANGUAGE)
    citizen.fills_in(applicant.definition, applicant.answers, applicant.snapshot)
    citizen.attaches(PAPER, papers.pdf(folder / "can-cuoc.pdf"))
    citizen.shows("documents")
    citizen.chooses_delivery("online")
    return draft


def play(
    demo: Demo, browser: Browser, folder: Path, onlooker: Onlooker = nobody_looks_on, **appearance
):
    """Play the whole story once; returns the code of the dossier.

    Raises ``AssertionError`` where a page of it broke.
    """
    applicant = Applicant(demo.today())
    citizen, officer, specialist, leader = people = [
        kind(demo, browser, onlooker, appearance=appearance)
        for kind in (Citizen, Official, Official, Official)
    ]
    citizen.registers(applicant.account)
    citizen.signs_in(applicant.account.citizen_id, applicant.account.password)
    dossier = fills_in_a_draft(citizen, applicant, folder)
    code = citizen.declares_and_sends()
    citizen.presses_main_button()
    citizen.goes_to_bank()
    citizen.pays_with(EMPTY_CARD)
    citizen.shows("pay-refused")
    citizen.presses_main_button()
    citizen.pays_with(GOOD_CARD)
    citizen.shows("paid")
    citizen.moves_clock("day")
    officer.signs_in(ONE_DOOR, DEMO_PASSWORD)
    officer.finds(code)
    officer.does("receive")
    citizen.moves_clock("hour")
    officer.does("request_supplement", **{f"document-{PAPER}": REASON})
    citizen.moves_clock("day")
    citizen.opens(dossier)
    citizen.shows("dossier-yours")
    citizen.supplies(PAPER, papers.photograph(folder / "can-cuoc.jpg"))
    citizen.opens("/dossiers/")
    citizen.shows("dossiers")
    citizen.moves_clock("hour")
    officer.finds(code)
    officer.does("start_processing")
    citizen.moves_clock("day")
    specialist.opens("/")
    specialist.becomes("specialist")
    specialist.finds(code)
    specialist.does("propose", outcome="granted", statement=STATEMENT)
    citizen.moves_clock("hour")
    leader.signs_in(LEADER, DEMO_PASSWORD)
    leader.finds(code)
    leader.does("complete")
    citizen.waits_for_result(dossier)
    officer.finds(code)
    citizen.rates(VERY_SATISFIED)
    citizen.opens(dossier)
    citizen.shows("dossier")
    citizen.reads_newest_mail(applicant.account.email)
    citizen.shows("mail-letter")
    for path, name in (
        (f"/demo/mail/?to={applicant.account.email}", "mail"),
        (f"/demo/effects/?code={code}", "effects"),
        ("/metrics/", "metrics"),
        (f"/metrics/{AGENCY}/", "metrics-agency"),
        (f"/metrics/list/dossiers-online/numerator/?block={AGENCY}", "metrics-list"),
        ("/metrics/method/", "metrics-method"),
        (f"/metrics/comparison/?block=unit:{AGENCY}", "metrics-comparison"),
        ("/metrics/targets/", "metrics-targets"),
        ("/metrics/league/provinces/", "metrics-league"),
        ("/metrics/map/?metric=dossiers-online", "metrics-map"),
        (f"/metrics/scorecard/{AGENCY}/", "metrics-scorecard"),
        ("/metrics/un/", "metrics-un"),
    ):
        citizen.opens(path)
        citizen.shows(name)
    assert everybody_left(people) == []
    return code
