"""A public service in words: level, time limit, fee, what can be done where, and how sure the catalogue is."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.catalogue.vocabulary import Process
from portal.wording import number

LEVEL_SHORT = {
    1: gettext_lazy("read the guidance"),
    2: gettext_lazy("download the forms"),
    3: gettext_lazy("send online, pay and collect at the counter"),
    4: gettext_lazy("everything online"),
}
PROCESSES = {
    Process.FULL: gettext_lazy("full-process"),
    Process.PARTIAL: gettext_lazy("partial"),
    Process.INFORMATION: gettext_lazy("information only"),
}
LEVEL_LONG = {
    1: gettext_lazy("Read the guidance online. Forms are given out at the counter."),
    2: gettext_lazy(
        "Print the form, or type your answers into it first. Bring the dossier to the counter or post it."
    ),
    3: gettext_lazy(
        "Send and follow the dossier online. Pay the fee and collect the result at the counter."
    ),
    4: gettext_lazy("Send the dossier, pay the fee and receive the result, all online or by post."),
}
WHAT_TO_DO = {
    1: gettext_lazy(
        "This procedure cannot be started online. Read below what is needed, then bring the papers to a one-door unit."
    ),
    2: gettext_lazy(
        "This procedure cannot be sent online. Print the form below, fill it in and bring it, with the other papers, "
        "to a one-door unit or post it."
    ),
    3: gettext_lazy(
        "You send the dossier online. You pay the fee and collect the result at the counter of the unit."
    ),
    4: gettext_lazy(
        "You send the dossier, pay the fee and receive the signed result online. You need not come."
    ),
}
WHAT_TO_DO_FOR_FREE = WHAT_TO_DO | {
    3: gettext_lazy(
        "You send the dossier online. You collect the result at the counter of the unit."
    ),
    4: gettext_lazy(
        "You send the dossier and receive the signed result online. You need not come."
    ),
}
FEE_FALLS_DUE = {
    "filing": gettext_lazy("Paid when you send the dossier."),
    "supplement": gettext_lazy("Paid when you send the supplement."),
    "processing": gettext_lazy("Paid when the agency asks for it while it works on the dossier."),
    "result": gettext_lazy("Paid when the result is ready."),
}
# The mark after a fact: how far it was checked (docs/sources.md).
CERTAINTY = {
    "found": gettext_lazy("found in a public source"),
    "secondary": gettext_lazy("from a secondary source"),
    "recalled": gettext_lazy("not checked against the text"),
    "low": gettext_lazy("doubtful"),
    "placeholder": gettext_lazy("made up for the simulation"),
    "assigned": gettext_lazy("assigned for the simulation"),
}
AGENCY_LEVELS = {
    "ministry": gettext_lazy("Ministry"),
    "province": gettext_lazy("Province"),
    "district": gettext_lazy("District"),
    "commune": gettext_lazy("Commune or ward"),
}
AUDIENCES = {"citizen": gettext_lazy("Citizens"), "enterprise": gettext_lazy("Enterprises")}


@dataclass(frozen=True)
class LifeEvent:
    """A way into the catalogue by what happens in a life."""

    key: str
    title: str
    services: tuple[str, ...]  # names of some
    number_of_services: int


LIFE_EVENT_TITLES = {
    "birth": gettext_lazy("Having a child"),
    "marriage": gettext_lazy("Getting married"),
    "death": gettext_lazy("When somebody dies"),
    "study": gettext_lazy("School and exams"),
    "work": gettext_lazy("Work"),
    "moving": gettext_lazy("Moving and staying elsewhere"),
    "home": gettext_lazy("Home and building"),
    "land": gettext_lazy("Land"),
    "vehicles": gettext_lazy("Vehicles and driving"),
    "travel": gettext_lazy("Going abroad"),
    "health": gettext_lazy("Health and health insurance"),
    "old_age": gettext_lazy("Old age and allowances"),
    "business": gettext_lazy("Opening a business"),
    "trade": gettext_lazy("Export and import"),
    "papers": gettext_lazy("Copies and certificates"),
    "disputes": gettext_lazy("Disputes"),
}


def limit_in_words(limit) -> str:
    """The legal time limit of a service."""
    if limit.unit == "same_day":
        return _("The same working day")
    words = {
        "working_day": ngettext("{amount} working day", "{amount} working days", limit.amount),
        "day": ngettext("{amount} day", "{amount} days", limit.amount),
        "working_hour": ngettext("{amount} working hour", "{amount} working hours", limit.amount),
    }
    return words[limit.unit].format(amount=number(limit.amount))


def limit_explained(limit) -> str:
    """How the official clock counts that limit."""
    return {
        "same_day": _(
            "A dossier received by 15:00 is answered the same working day; one received later by 17:00 of the next."
        ),
        "working_day": _(
            "Counted in working days, from the moment the unit receives the complete dossier."
        ),
        "day": _(
            "Counted in calendar days, from the moment the unit receives the complete dossier. "
            "If the last day is not a working day, the next working day counts."
        ),
        "working_hour": _("Counted in working hours, 07:00 to 11:30 and 13:30 to 17:00."),
    }[limit.unit]


def life_events(counts, names) -> list[LifeEvent]:
    """The life events that lead somewhere, each with the names of its first services and how many there are."""
    services = {count.key: count.services for count in counts}
    return [
        LifeEvent(key, str(title), tuple(map(str, names.get(key, ()))), services[key])
        for key, title in LIFE_EVENT_TITLES.items()
        if key in services
    ]
