"""What every page shows around its own content: language, place in the menu, and the demo bar in a demo.

Costs no query of its own: whatever needs one is asked for by the template that prints it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme

from portal import clock, language
from portal.language import NAMES

# Which entry of the main menu an address belongs to, by its URL name, else by the namespace of that.
MENU = {
    "catalogue": "services",
    "life": "services",
    "dossiers": "dossiers",
    "payments": "dossiers",
    "payments:verify": "",  # for whoever holds a receipt
    "metrics": "figures",
    "admin": "desk",
}


@dataclass(frozen=True)
class Persona:
    """Somebody the demo can be watched as; ``key`` is what the button posts."""

    key: str
    name: str
    role: str
    is_current: bool = False


@dataclass(frozen=True)
class ClockStep:
    """One button that moves the demo clock forward; ``key`` is what it posts."""

    key: str
    label: str


@dataclass(frozen=True)
class BankSwitch:
    """One way in which the payment sandbox tells the portal of payments; ``key`` is what is posted."""

    key: str
    label: str


@dataclass(frozen=True)
class _Demo:
    personas: Callable[..., Iterable[Persona]]
    steps: tuple[ClockStep, ...]
    switches: tuple[BankSwitch, ...]
    console: Callable[[], str]


_demo: _Demo | None = None
_seen_demo_row = False  # a database once seen to be a demo stays one


def fill_demo_bar(
    *,
    personas: Callable[..., Iterable[Persona]],
    steps: Iterable[ClockStep],
    switches: Iterable[BankSwitch] = (),
    console: Callable[[], str] = str,
):
    """Say who fills the demo bar: called once at start-up by the room that plays the demo.

    ``personas(request)`` gives the people to switch to, the present one marked; ``steps`` are the
    movements of the clock, ``switches`` the ways in which the payment sandbox sends its notices,
    ``console()`` gives the address at which people see what it does.
    """
    global _demo
    _demo = _Demo(personas, tuple(steps), tuple(switches), console)


class DemoBar:
    """What ``components/demo_bar.html`` prints; each part is read when it is printed."""

    def __init__(self, request):
        self._request = request

    @cached_property
    def personas(self) -> list[Persona]:
        return list(_demo.personas(self._request)) if _demo else []

    @cached_property
    def current(self) -> Persona | None:
        return next((persona for persona in self.personas if persona.is_current), None)

    @property
    def steps(self):
        return _demo.steps if _demo else ()

    @property
    def switches(self):
        return _demo.switches if _demo else ()

    @property
    def console(self):
        return _demo.console() if _demo else ""

    @property
    def now(self):
        return clock.now()


def demo_bar(request):
    """The demo bar, where the settings and the clock row both say that this is a demo; else ``None``."""
    global _seen_demo_row
    if not settings.PORTAL_DEMO:
        return None
    _seen_demo_row = _seen_demo_row or clock.is_demo()
    return DemoBar(request) if _seen_demo_row else None


def here(request):
    """The address to come back to after a button of the frame: this page, or the one that posted to it."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    referrer = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(referrer, allowed_hosts={request.get_host()}):
        address = urlsplit(referrer)
        return f"{address.path}?{address.query}" if address.query else address.path or "/"
    return request.path


def menu_entry(request):
    match = request.resolver_match
    return MENU.get(match.view_name, MENU.get(match.namespace, "")) if match else ""


def frame(request):
    """The part of the context that needs neither database nor session: error pages use it alone."""
    other = next(code for code in NAMES if code != request.LANGUAGE_CODE)
    return {
        "here": here(request),
        "menu": menu_entry(request),
        "other_language": {"code": other, "name": NAMES[other]},
    }


def context(request):
    """Context processor of every page."""
    if not hasattr(request, "LANGUAGE_CODE"):
        request.LANGUAGE_CODE = language.chosen_in(request) or settings.LANGUAGE_CODE
    return {**frame(request), "demo": SimpleLazyObject(lambda: demo_bar(request))}
