"""The settings of the switches that have a button of their own."""

from django.conf import settings

from payments.sandbox.notices import DUPLICATES
from payments.sandbox.states import Trouble
from payments.sandbox.switches import AFTER_RETURN, BEFORE_RETURN, Switches


def switches_of(trouble: str) -> Switches:
    """The switches behind a button; what is no button's name stands for none."""
    match trouble:
        case Trouble.DROP:
            return Switches(drop=True)
        case Trouble.DELAY:
            return Switches(delay_seconds=settings.IPN_DELAY_SECONDS)
        case Trouble.DUPLICATE:
            return Switches(copies=DUPLICATES)
        case Trouble.BEFORE:
            return Switches(order=BEFORE_RETURN)
        case Trouble.AFTER:
            return Switches(order=AFTER_RETURN)
        case Trouble.FORGE:
            return Switches(forge=True)
        case Trouble.WRONG_AMOUNT:
            return Switches(wrong_amount=True)
    return Switches()
