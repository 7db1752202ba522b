"""The Celery application: what follows a commit, and what happens by the clock."""

import logging
import os

from celery import Celery, Task
from celery.signals import setup_logging
from django_structlog.celery.steps import DjangoStructLogInitStep

from portal import clock

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.embedded")


# django-structlog says when a task begins and ends, with the request id.
TOLD_BY_STRUCTLOG = ("celery.worker.strategy", "celery.app.trace")


class PortalTask(Task):
    """A task that reads the portal clock once: one task has one present."""

    abstract = True

    def __call__(self, *args, **kwargs):
        with clock.one_reading():
            return super().__call__(*args, **kwargs)


app = Celery("portal", task_cls=PortalTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)  # the request id of the web page that rang
app.autodiscover_tasks()


@setup_logging.connect
def keep_the_logging_of_the_settings(loglevel, **kwargs):
    """Keep Celery from putting its own format over Django's; its level is still the one asked for."""
    logging.getLogger("celery").setLevel(loglevel)
    for name in TOLD_BY_STRUCTLOG:
        logging.getLogger(name).setLevel(logging.WARNING)
