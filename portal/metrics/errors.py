from django.utils.translation import gettext_lazy as _

from portal.errors import PortalError


class NoSuchMetric(PortalError):
    message = _("There is no official metric called “{code}”. The page of methods names them all.")
    status = 404


class NoSuchSide(PortalError):
    message = _("“{code}” has nothing to list under “{side}”. Open the list from a figure.")
    status = 404


class NoSuchBlock(PortalError):
    message = _("There is no agency with the code “{code}”. Choose one from the table of figures.")
    status = 404


class NoSuchCut(NoSuchBlock):
    message = _(
        "There is no region, one-door unit, service or field called “{code}”. Choose one from the list."
    )


class NotKeptSo(PortalError):
    message = _("This figure is not kept for “{name}”. Ask for it by agency.")
    status = 404


class NoSuchProposal(PortalError):
    message = _("There is no proposal called “{code}”. Open the list from a scorecard.")
    status = 404


class NoSuchChoice(PortalError):
    message = _("“{text}” cannot be chosen here. Choose one of: {choices}.")
    status = 404


class ImpossiblePeriod(PortalError):
    """Written so that it can stand beside the field as well as on a page of its own."""

    message = _(
        "“{text}” is not a period. Write a month as 2022-08, a quarter as 2022-Q3, a year as 2022."
    )
    status = 400


class PeriodEndsBeforeItBegins(ImpossiblePeriod):
    message = _("The period ends on {last}, before it begins on {first}. Swap the two dates.")


class PeriodTooEarly(ImpossiblePeriod):
    message = _("Figures can be asked for from {earliest} on. Choose a later first day.")


class PeriodNotBegun(ImpossiblePeriod):
    message = _("The period begins on {first}, and today is {today}. Choose an earlier first day.")


class ImpossibleInstant(PortalError):
    message = _(
        "“{text}” is not an instant. Write a day as 2022-08-31, or a day with a time as 2022-08-31T15:00."
    )
    status = 400


class InstantAhead(ImpossibleInstant):
    message = _(
        "Figures as of {instant} cannot be known yet: it is {now}. Choose an earlier instant."
    )


class InstantTooEarly(ImpossibleInstant):
    message = _("Figures can be asked as of {earliest} or later. Choose a later instant.")
