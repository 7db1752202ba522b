"""The portal as a WSGI application: ``portal.wsgi:application``."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.embedded")

from django.core.wsgi import get_wsgi_application  # the settings are named first
from django.db import connections

import portal.celery  # noqa: F401  # the app whose broker the doorbell rings
from portal import garbage
from portal.settings.database import WEB_STATEMENT_SECONDS, session_options

application = get_wsgi_application()

garbage.look_seldom()

# Nobody waits longer than this for a page; tasks and commands may take more time for a statement.
connections.settings["default"]["OPTIONS"]["options"] = session_options(
    statement_seconds=WEB_STATEMENT_SECONDS
)
