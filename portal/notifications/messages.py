"""Telling people by e-mail what concerns them: a row now, sent from the row later."""

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from portal import clock
from portal.notifications.models import Message


def notify(*, key, recipient, template, context, user=None):
    """Store an e-mail, rendered from ``<template>.subject.txt`` and ``<template>.body.txt`` in the person's language.

    ``key`` names the event: the same event is told once, however often this is called. Returns whether it was new.
    """
    if not recipient:
        return False
    language = getattr(user, "language", "") or settings.LANGUAGE_CODE
    known = {**context, "public_url": settings.PORTAL_PUBLIC_URL, "person": user}
    with translation.override(language):
        subject = " ".join(render_to_string(f"{template}.subject.txt", known).split())
        body = render_to_string(f"{template}.body.txt", known)
    _, new = Message.objects.get_or_create(
        key=key,
        defaults={
            "recipient": recipient,
            "user": user,
            "sender": settings.DEFAULT_FROM_EMAIL,
            "subject": subject[:200],
            "body": body,
            "language": language,
            "at": clock.now(),
        },
    )
    return new
