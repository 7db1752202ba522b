"""The story of one procedure at a level: what is done from home, and for what somebody still has to come. Pure.

Everything follows from the capabilities of the level (portal.catalogue.levels) and from what the procedure asks for;
nothing is written per service.
"""

from dataclasses import dataclass
from enum import StrEnum

from portal.catalogue.levels import LEVELS, RECEIVING, Capability, allows, deliveries


class Stage(StrEnum):
    """What has to be done in any procedure, in this order."""

    KNOW = "know"
    GET_FORMS = "get_forms"
    FILL_IN = "fill_in"
    HAND_IN = "hand_in"
    FOLLOW = "follow"
    PAY = "pay"
    COLLECT = "collect"


NEEDS = {
    Stage.KNOW: Capability.READ_INFORMATION,
    Stage.GET_FORMS: Capability.DOWNLOAD_FORMS,
    Stage.FILL_IN: Capability.FILL_ONLINE,
    Stage.HAND_IN: Capability.SUBMIT_ONLINE,
    Stage.FOLLOW: Capability.EXCHANGE_ONLINE,
    Stage.PAY: Capability.PAY_ONLINE,
}
PAID_AT_FILING = "filing"
COUNTER = "counter"


@dataclass(frozen=True)
class Procedure:
    """What the story has to know of a procedure."""

    fee_when: str | None  # at which moment the fee falls due; None where there is none
    ways_to_receive: tuple[str, ...]  # online, counter, post; none where nothing is issued
    papers: int  # that everybody hands in, the form not counted
    same_day: bool = False  # the result is there on the day on which the dossier is received


def procedure(definition) -> Procedure:
    """What the story has to know of a service definition.

    A file of a lower level lists the ways to receive that its level allows; higher up, the others would be there too.
    """
    every_way = definition.deliveries if definition.level == max(LEVELS) else tuple(RECEIVING)
    asked_of_all = [each for each in definition.documents if each.required and not each.needed_if]
    return Procedure(
        fee_when=definition.fee.when if definition.fee.highest_vnd() else None,
        ways_to_receive=every_way if definition.result.kind != "none" else (),
        papers=sum(not each.filled_online for each in asked_of_all),
        same_day=definition.time_limit.unit == "same_day",
    )


def stages(asked: Procedure) -> tuple[Stage, ...]:
    """The stages that this procedure has."""
    there = {Stage.PAY: asked.fee_when is not None, Stage.COLLECT: bool(asked.ways_to_receive)}
    return tuple(stage for stage in Stage if there.get(stage, True))


def is_done_from_home(stage: Stage, level: int, asked: Procedure) -> bool:
    """Whether ``level`` lets people do this stage without coming. Raises ``ValueError`` for no such level."""
    if stage == Stage.COLLECT:
        return any(way != COUNTER for way in deliveries(level, asked.ways_to_receive))
    return allows(level, NEEDS[stage])


def trips(level: int, asked: Procedure) -> tuple[tuple[Stage, ...], ...]:
    """Each way to the counter that ``level`` leaves, with what is done there; papers are carried, not posted.

    Forms are fetched on a way of their own. The fee is paid on the way on which it has fallen due. A result of the
    same day is waited for.
    """
    by_hand = [each for each in stages(asked) if not is_done_from_home(each, level, asked)]
    reasons = [each for each in (Stage.GET_FORMS, Stage.HAND_IN, Stage.COLLECT) if each in by_hand]
    ways = {reason: [reason] for reason in reasons}
    if Stage.PAY in by_hand:
        pays_early = asked.fee_when == PAID_AT_FILING and Stage.HAND_IN in ways
        ways.setdefault(Stage.HAND_IN if pays_early else Stage.COLLECT, []).append(Stage.PAY)
    if asked.same_day and Stage.HAND_IN in ways:
        ways[Stage.HAND_IN] += ways.pop(Stage.COLLECT, [])
    in_order = list(Stage).index
    return tuple(tuple(sorted(way, key=in_order)) for way in ways.values())
