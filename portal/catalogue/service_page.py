"""What the page of a public service tells: everything that somebody has to know before they apply."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import clock, wording
from portal.agencies.working_calendar import calendar
from portal.catalogue import bundles, level_words, presentation
from portal.catalogue.competence import Competence
from portal.catalogue.condition_words import in_words
from portal.catalogue.level_story import procedure
from portal.catalogue.levels import Capability, allows
from portal.catalogue.suitability_views import first_address
from portal.slots import filled
from portal.worktime import due_at, into_working_time

# What is said of a code that is not certainly the national one.
CODES = {
    "secondary": gettext_lazy(
        "The code {code} comes from a secondary source. Compare it before you use it elsewhere."
    ),
    "recalled": gettext_lazy(
        "The code {code} was not checked against the national list. Compare it before you use it elsewhere."
    ),
    "low": gettext_lazy("The code {code} is doubtful. Compare it before you use it elsewhere."),
    "placeholder": gettext_lazy(
        "The code {code} is not national: none was found, so this simulation uses a name of its own."
    ),
    "assigned": gettext_lazy(
        "The code {code} is not national: it was assigned for this simulation."
    ),
}


@dataclass(frozen=True)
class Example:
    """A dossier received at this moment, and when its result would be due."""

    now: datetime
    begins: datetime  # when the clock begins: now, or the next working time
    due: datetime

    @property
    def is_moved(self) -> bool:
        """Whether it is received outside working hours."""
        return self.begins > self.now


@dataclass(frozen=True)
class FeeTold:
    """The fee rule in full: every case, who pays less and why, and when it is paid."""

    in_short: str
    tariff: list[tuple[str, str]]
    reductions: list[tuple[str, str, str]]  # what, for whom, by which law
    falls_due: str


def service_context(request, service, definition):
    """What the page shows for one content of the service: the published one, or one that is looked at before."""
    competence = Competence(service, request.GET)
    levels = competence.levels
    level = levels[-1] if levels else definition.level
    may_apply = bool(levels) and allows(level, Capability.SUBMIT_ONLINE)
    return {
        "service": service,
        "definition": definition,
        "level": level,
        "level_short": presentation.LEVEL_SHORT[level],
        "what_to_do": what_to_do(definition)[level],
        "story": level_words.told(level, procedure(definition)),
        "may_apply": may_apply,
        "apply_address": first_address(definition) if may_apply else "",
        "levels_differ": len(levels) > 1,
        "competence": competence,
        "limit": presentation.limit_in_words(definition.time_limit),
        "limit_explained": presentation.limit_explained(definition.time_limit),
        "example": example(definition.time_limit),
        "fee": fee_told(definition),
        "papers": [
            (paper, in_words(paper.needed_if, definition.questions) if paper.needed_if else "")
            for paper in definition.documents
        ],
        "about_code": about_code(definition),
        "certainty": {
            key: presentation.CERTAINTY[mark] for key, mark in definition.certainty.items()
        },
        "legal_basis": [
            (basis.title, presentation.CERTAINTY[basis.certainty])
            for basis in definition.legal_basis
        ],
        "bundles": bundles.of_service(service.code),
        "figures": filled("catalogue.service", request, service=service),
    }


def what_to_do(definition) -> dict[int, str]:
    """What applicants do, by level, in two sentences."""
    if definition.fee.highest_vnd():
        return presentation.WHAT_TO_DO
    return presentation.WHAT_TO_DO_FOR_FREE


def example(limit) -> Example:
    """When the result of a dossier would be due if the unit received it now, on the day of the portal."""
    now, days = clock.now(), calendar()
    return Example(now, into_working_time(now, calendar=days), due_at(now, limit, calendar=days))


def fee_told(definition) -> FeeTold:
    rule = definition.fee
    reductions = [
        (
            _("Free of charge")
            if each.percent == 100
            else _("{percent}% less").format(percent=wording.number(each.percent)),
            str(each.reason),
            str(each.legal_basis),
        )
        for each in rule.reductions
    ]
    falls_due = presentation.FEE_FALLS_DUE[rule.when] if rule.highest_vnd() else ""
    return FeeTold(rule.describe(), rule.tariff(definition.questions), reductions, falls_due)


def about_code(definition) -> str:
    """What people should know of the code; empty for one that was found in the national list."""
    sentence = CODES.get(definition.code_certainty)
    return sentence.format(code=definition.code) if sentence else ""
