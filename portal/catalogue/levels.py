"""What each level of an online public service allows. Pure: imports neither Django nor Celery.

Source: docs/sources.md, “Services”, levels (Circular 32/2017/TT-BTTTT; Decree 43/2011/ND-CP, article 3).
"""

from enum import StrEnum

LEVELS = (1, 2, 3, 4)


class Capability(StrEnum):
    """Something a person may do with a service, by the level it is offered at."""

    READ_INFORMATION = "read_information"
    DOWNLOAD_FORMS = "download_forms"
    FILL_ONLINE = "fill_online"
    SUBMIT_ONLINE = "submit_online"
    EXCHANGE_ONLINE = "exchange_online"
    PAY_ONLINE = "pay_online"
    RECEIVE_ONLINE = "receive_online"
    RECEIVE_BY_POST = "receive_by_post"
    SUBMIT_AT_COUNTER = "submit_at_counter"
    SUBMIT_BY_POST = "submit_by_post"
    PAY_AT_COUNTER = "pay_at_counter"
    RECEIVE_AT_COUNTER = "receive_at_counter"


# Each level keeps what the one below it offers, so the lowest level that offers it is enough.
LOWEST_LEVEL = {
    Capability.READ_INFORMATION: 1,
    Capability.SUBMIT_AT_COUNTER: 1,
    Capability.SUBMIT_BY_POST: 1,
    Capability.PAY_AT_COUNTER: 1,
    Capability.RECEIVE_AT_COUNTER: 1,
    Capability.DOWNLOAD_FORMS: 2,
    Capability.FILL_ONLINE: 3,
    Capability.SUBMIT_ONLINE: 3,
    Capability.EXCHANGE_ONLINE: 3,
    Capability.PAY_ONLINE: 4,
    Capability.RECEIVE_ONLINE: 4,
    Capability.RECEIVE_BY_POST: 4,
}

RECEIVING = {
    "online": Capability.RECEIVE_ONLINE,
    "counter": Capability.RECEIVE_AT_COUNTER,
    "post": Capability.RECEIVE_BY_POST,
}


def allows(level: int, capability: Capability) -> bool:
    """Whether a service offered at ``level`` (1 to 4) lets people do this.

    Raises ``ValueError`` for a level or a capability that does not exist.
    """
    return known_level(level) >= LOWEST_LEVEL[Capability(capability)]


def capabilities(level: int) -> frozenset[Capability]:
    """Everything that ``level`` allows."""
    return frozenset(each for each in Capability if allows(level, each))


def needs_online_payment(level: int, fee_vnd: int) -> bool:
    """Whether a unit may offer the service at ``level`` only with a way to pay online.

    Level 4 with a fee does; without a fee nothing is to be paid, and the level holds all the same.
    """
    return known_level(level) == max(LEVELS) and fee_vnd > 0


def deliveries(level: int, offered: tuple[str, ...]) -> tuple[str, ...]:
    """The ways to receive the result (online, counter, post) that the service offers and ``level`` allows."""
    return tuple(way for way in offered if allows(level, RECEIVING[way]))


def known_level(level: int) -> int:
    if level not in LEVELS:
        raise ValueError(f"a service level is 1, 2, 3 or 4, not {level!r}")
    return level
