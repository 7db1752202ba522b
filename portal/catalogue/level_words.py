"""The story of a procedure at its levels, in words (portal.catalogue.level_story)."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.catalogue.level_story import Stage, is_done_from_home, stages, trips
from portal.catalogue.levels import Capability, allows, deliveries
from portal.wording import number

TITLES = {
    Stage.KNOW: gettext_lazy("Find out what is needed"),
    Stage.GET_FORMS: gettext_lazy("Get the form"),
    Stage.FILL_IN: gettext_lazy("Fill in the form"),
    Stage.HAND_IN: gettext_lazy("Hand in the dossier"),
    Stage.FOLLOW: gettext_lazy("Follow it and supply what is missing"),
    Stage.PAY: gettext_lazy("Pay the fee"),
    Stage.COLLECT: gettext_lazy("Receive the result"),
}
ERRANDS = {
    Stage.GET_FORMS: gettext_lazy("fetch the form"),
    Stage.HAND_IN: gettext_lazy("hand in the dossier"),
    Stage.PAY: gettext_lazy("pay the fee"),
    Stage.COLLECT: gettext_lazy("collect the result"),
}
WAYS_TO_RECEIVE = {
    "online": gettext_lazy("download the signed result"),
    "post": gettext_lazy("have it sent by post"),
    "counter": gettext_lazy("collect it at the counter"),
}


@dataclass(frozen=True)
class Told:
    """How one stage goes at one level."""

    title: str
    from_home: bool
    text: str


@dataclass(frozen=True)
class LevelTold:
    """What a procedure asks of people at one level."""

    level: int
    stages: tuple[Told, ...]
    trips: str  # how often somebody has to come
    errands: tuple[str, ...]  # for what, once a trip


def told(level: int, asked) -> LevelTold:
    """The story of a procedure at ``level``. ``asked`` is what :func:`level_story.procedure` says of it."""
    ways = trips(level, asked)
    return LevelTold(
        level=level,
        stages=tuple(
            Told(
                title=str(TITLES[stage]),
                from_home=is_done_from_home(stage, level, asked),
                text=TELLERS[stage](level, asked),
            )
            for stage in stages(asked)
        ),
        trips=trips_in_words(len(ways)),
        errands=tuple(", ".join(str(ERRANDS[stage]) for stage in way) for way in ways),
    )


def trips_in_words(count):
    if not count:
        return _("No trip to the counter")
    words = ngettext("{n} trip to the counter", "{n} trips to the counter", count)
    return words.format(n=number(count))


def papers(count):
    return ngettext("{n} paper", "{n} papers", count).format(n=number(count))


def know(level, asked):
    return _("Read it on the portal.")


def get_forms(level, asked):
    if allows(level, Capability.FILL_ONLINE):
        return _("Not needed: the portal asks its questions.")
    if allows(level, Capability.DOWNLOAD_FORMS):
        return _("Print it from the portal.")
    return _("Fetch it at the counter.")


def fill_in(level, asked):
    if allows(level, Capability.FILL_ONLINE):
        return _("Answer the questions online; the answers are checked at once and saved.")
    if allows(level, Capability.DOWNLOAD_FORMS):
        return _("By pen, or typed on the portal and printed; the counter checks it.")
    return _("By pen, on paper; the counter checks it.")


def hand_in(level, asked):
    if allows(level, Capability.SUBMIT_ONLINE):
        if not asked.papers:
            return _("Send it online at any hour; no paper to attach.")
        return _("Photograph or scan {papers} and send the dossier online at any hour.").format(
            papers=papers(asked.papers)
        )
    if not asked.papers:
        return _("Carry the signed form to the counter in opening hours, or post it.")
    return _(
        "Carry the signed form and {papers} to the counter in opening hours, or post them."
    ).format(papers=papers(asked.papers))


def follow(level, asked):
    if allows(level, Capability.EXCHANGE_ONLINE):
        return _("On the portal: you see who works on it, and answer there.")
    return _("Telephone or ask at the counter; bring there what is missing.")


def pay(level, asked):
    if allows(level, Capability.PAY_ONLINE):
        return _("Online, through a bank.")
    return _("At the counter.")


def collect(level, asked):
    ways = deliveries(level, asked.ways_to_receive)
    words = [str(WAYS_TO_RECEIVE[way]) for way in WAYS_TO_RECEIVE if way in ways]
    if len(words) == 1:
        sentence = words[0]
    else:
        sentence = _("{first} or {last}").format(first=", ".join(words[:-1]), last=words[-1])
    return f"{sentence[:1].upper()}{sentence[1:]}."


TELLERS = {
    Stage.KNOW: know,
    Stage.GET_FORMS: get_forms,
    Stage.FILL_IN: fill_in,
    Stage.HAND_IN: hand_in,
    Stage.FOLLOW: follow,
    Stage.PAY: pay,
    Stage.COLLECT: collect,
}
