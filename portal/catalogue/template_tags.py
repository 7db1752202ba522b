"""The template library ``catalogue``: a service level in the words of the day."""

from django import template

from portal import clock
from portal.catalogue.presentation import PROCESSES
from portal.catalogue.vocabulary import process_on

register = template.Library()


@register.simple_tag
def process_today(level):
    """What the law of the portal's day calls ``level``; empty on a day on which it had a number only."""
    return PROCESSES.get(process_on(int(level), clock.today()), "")
