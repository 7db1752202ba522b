"""What this portal has, found out by looking at the running code, its addresses and its data: never a typed yes.

The list is our own, along the five parts of the online service index; it is not the United Nations' questionnaire,
which is longer and is answered by people. A feature that does not exist is looked for all the same, and not found.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, get_resolver
from django.utils.translation import gettext_lazy as _

from dossiers.models import Dossier
from portal.agencies import present
from portal.catalogue.models import Offering, PublicService
from portal.metrics import registry
from portal.metrics.on_demand import ONLINE
from portal.metrics.un.indices import WEIGHTS, osi
from portal.translations import LOCALE
from portal.workflow.machine import edges

PARTS = {
    "institutions": _("Institutional framework"),
    "content": _("Content"),
    "services": _("Services"),
    "participation": _("Participation"),
    "technology": _("Technology"),
}

# Services that surveys ask for, with the procedure of the catalogue that gives each.
ASKED_FOR = {
    "1.001193": _("Birth registration, filed online"),
    "1.000894": _("Marriage registration, filed online"),
    "1.000656": _("Death registration, filed online"),
    "1.001456": _("Passport, filed online"),
    "1.013225": _("Construction permit, filed online"),
    "2.001610": _("Registration of an enterprise, filed online"),
    "1.012783": _("Registration of land, filed online"),
    "2.000488": _("Criminal record certificate, filed online"),
    "1.004222": _("Registration of residence, filed online"),
    "1.002759": _("Social insurance book and health card, filed online"),
}


@dataclass(frozen=True)
class Check:
    """One feature; ``found`` looks at :class:`Portal` and answers yes or no."""

    part: str
    name: object
    found: Callable


@dataclass(frozen=True)
class Finding:
    check: Check
    found: bool


class Portal:
    """What the checks look at, read once: the addresses, the services on offer, the machine of a dossier."""

    def __init__(self):
        self.addresses = set(_named(get_resolver(), ""))
        self.moves = {edge.transition for edge in edges(Dossier)}
        online = Offering.objects.in_force(present.today()).filter(level__in=ONLINE)
        self.has_level_4 = online.filter(level=4).exists()
        asked_for = online.filter(service__code__in=ASKED_FOR)
        self.online = set(asked_for.values_list("service__code", flat=True).distinct())
        self.services = list(
            PublicService.objects.filter(versions__state="published")
            .distinct()
            .values("name_vi", "name_en")
        )

    def has_address(self, name):
        """Whether there is a page of that name, or a room of pages."""
        return any(each == name or each.startswith(f"{name}:") for each in self.addresses)

    def offers_online(self, code):
        return code in self.online


def assess():
    """``[Finding, …]`` of every check, in the order of the parts."""
    portal = Portal()
    return [Finding(check, bool(check.found(portal))) for check in CHECKS]


def shares(findings):
    """``{part: share of its checks that were found}``."""
    return {
        part: Decimal(sum(each.found for each in own)) / len(own)
        for part in WEIGHTS
        for own in [[each for each in findings if each.check.part == part]]
    }


def self_assessed(findings):
    """The OSI of this portal by its own checks."""
    return osi(shares(findings))


def _named(resolver, prefix):
    """Every named address of the portal, with its namespace."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            if pattern.name:
                yield f"{prefix}{pattern.name}"
        else:
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from _named(pattern, inner)


def _address(name):
    return lambda portal: portal.has_address(name)


def _move(name):
    return lambda portal: name in portal.moves


def _online(code):
    return lambda portal: portal.offers_online(code)


def _in_both_languages(portal):
    return bool(portal.services) and all(
        each["name_vi"] and each["name_en"] for each in portal.services
    )


def _fits_a_telephone(portal):
    return 'name="viewport"' in (settings.BASE_DIR / "templates" / "base.html").read_text()


def _pays_online(portal):
    return portal.has_level_4 and bool(settings.GATEWAY)


def _strict_policy(portal):
    directives = getattr(settings, "CONTENT_SECURITY_POLICY", {}).get("DIRECTIVES", {})
    return "'unsafe-inline'" not in str(directives) and bool(directives)


def _every_figure_has_a_source(portal):
    return all(version.source for version in registry.all_versions())


def _two_languages(portal):
    return len(settings.LANGUAGES) >= 2 and LOCALE.exists()


def _module(name):
    return lambda portal: find_spec(name) is not None


CHECKS = (
    Check("institutions", _("Every figure says how it is counted"), _address("metrics:method")),
    Check("institutions", _("Every figure names its source"), _every_figure_has_a_source),
    Check(
        "institutions",
        _("Who may do what is written in one place"),
        _module("portal.workflow.policy"),
    ),
    Check("institutions", _("A statement on personal data"), _address("privacy")),
    Check("institutions", _("A statement on accessibility"), _address("accessibility")),
    Check("content", _("Services can be searched"), _address("catalogue:search")),
    Check("content", _("Each service has a page of its own"), _address("catalogue:service")),
    Check("content", _("Each service is named in Vietnamese and English"), _in_both_languages),
    Check("content", _("Figures can be taken away as open data"), _address("metrics:agencies_csv")),
    Check("content", _("Laws and drafts are published here"), _address("laws")),
    *(Check("services", name, _online(code)) for code, name in ASKED_FOR.items()),
    Check("services", _("A dossier is followed step by step"), _address("dossiers:detail")),
    Check("services", _("A supplement is asked for and sent online"), _move("supply")),
    Check("services", _("A dossier can be withdrawn online"), _move("request_withdrawal")),
    Check("services", _("Fees are paid online"), _pays_online),
    Check("services", _("The result can be downloaded"), _address("dossiers:result")),
    Check("services", _("A receipt can be verified by anybody"), _address("payments:verify")),
    Check("services", _("Notices come by e-mail"), _module("portal.notifications.sending")),
    Check("services", _("Fines are paid online"), _address("fines")),
    Check("services", _("Taxes are declared online"), _address("taxes")),
    Check("participation", _("Users rate what they received"), _address("dossiers:rate")),
    Check("participation", _("Results are published agency by agency"), _address("metrics:agency")),
    Check("participation", _("Feedback and complaints, answered in public"), _address("feedback")),
    Check("participation", _("Drafts are discussed with the public"), _address("consultations")),
    Check("participation", _("Petitions"), _address("petitions")),
    Check("participation", _("What came of consultations is published"), _address("outcomes")),
    Check("technology", _("Pages fit a telephone"), _fits_a_telephone),
    Check("technology", _("Two languages"), _two_languages),
    Check("technology", _("Nothing foreign runs in a page"), _strict_policy),
    Check("technology", _("A programming interface for others"), _address("api")),
    Check("technology", _("The health of the portal can be asked"), _address("readyz")),
)
