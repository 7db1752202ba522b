"""Services filed in Chromium: twelve that ask every type of question in the long tier, all by ``make e2e-all``."""

import itertools
import random
import re

import pytest

from portal.catalogue import definitions
from portal.catalogue.questions import TYPES
from portal.catalogue.samples import sample_answers
from tests.catalogue.chosen import TWELVE
from tests.e2e import papers, story
from tests.e2e.people import Citizen

PERSON = {
    "applicant_kind": "person",
    "applicant_name": "Nguyễn Thị Mai",
    "applicant_identifier": "048190012345",
    "applicant_phone": "0905123456",
    "applicant_email": "mai@vidu.example",
    "applicant_address": "72 Bạch Đằng, phường Thạch Thang, quận Hải Châu, Đà Nẵng",
}
ENTERPRISE = PERSON | {
    "applicant_kind": "enterprise",
    "applicant_name": "Công ty TNHH Thử nghiệm",
    "applicant_identifier": "0100233488",
}
_numbers = itertools.count(1)


def everything_asked(questions):
    for question in questions:
        yield question.type
        yield from everything_asked(getattr(question, "questions", ()))


def test_the_twelve_ask_every_type_of_question_at_every_level():
    chosen = [definitions.service(code) for code in TWELVE]
    asked = {kind for service in chosen for kind in everything_asked(service.questions.values())}
    assert asked == set(TYPES)
    assert {service.level for service in chosen} == {1, 2, 3, 4}


@pytest.fixture
def citizen(newcomer, demo):
    """A citizen with an account, signed in."""
    person = newcomer(Citizen)
    account = story.Applicant(demo.today()).account
    person.registers(account)
    person.signs_in(account.citizen_id, account.password)
    return person


@pytest.mark.every_service
@pytest.mark.parametrize(
    "code",
    [
        pytest.param(code, marks=[pytest.mark.slow] if code in TWELVE else [])
        for code in definitions.load_all()
    ],
)
def test_a_service_goes_as_far_as_its_level(citizen, demo, tmp_path, code):
    definition = definitions.service(code)
    citizen.opens(f"/services/{code}/")
    if definition.level < 3:
        assert citizen.page.locator(f'a[href="/services/{code}/start/"]').count() == 0
        printed = citizen.page.locator(f'a[href="/services/{code}/form.pdf"]').count()
        assert (printed > 0) == (definition.level == 2)
        return
    begin_anywhere(citizen, demo, code)
    answers = sample_answers(
        definition, random.Random(f"{code}-{next(_numbers)}"), today=demo.today()
    )
    applicant = ENTERPRISE if definition.audience == ("enterprise",) else PERSON
    citizen.fills_in(definition, answers, applicant)
    for paper in definition.needed_documents(answers):
        citizen.attaches(paper.key, papers.pdf(tmp_path / f"{paper.key}.pdf"))
    citizen.chooses_delivery("counter")
    dossier = citizen.declares_and_sends()
    assert re.fullmatch(r"[GH][0-9.]+-[0-9]{6}-[0-9]{4,}", dossier)
    kept = demo.row("SELECT answers FROM dossiers_dossier WHERE code = %s", dossier)["answers"]
    assert set(kept) == set(definition.kept_answers(answers))


def begin_anywhere(citizen, demo, code):
    """A draft at the first unit that takes the service online today."""
    unit = demo.rows(
        "SELECT unit.name_vi, top.code AS province FROM catalogue_offering AS offering "
        "JOIN catalogue_publicservice AS service ON service.id = offering.service_id "
        "JOIN agencies_unit AS unit ON unit.id = offering.unit_id "
        "JOIN agencies_agency AS handler ON handler.id = offering.handling_agency_id "
        "JOIN agencies_agency AS top ON top.id = handler.top_id "
        "WHERE service.code = %s AND offering.level >= 3 AND offering.valid_from <= %s "
        "AND (offering.valid_to IS NULL OR offering.valid_to > %s) "
        "ORDER BY top.code <> 'H17', offering.id LIMIT 1",
        code,
        demo.today(),
        demo.today(),
    )[0]
    citizen.presses_main_button()
    citizen.says_that_it_suits()
    citizen.opens(f"/services/{code}/start/?province={unit['province']}")
    citizen.presses(citizen.page.locator("li.task").get_by_role("button").first)
