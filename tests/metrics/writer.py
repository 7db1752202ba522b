"""A process that files, completes and folds until its database is gone: ``python -m tests.metrics.writer FILE``.

The number of each dossier is written to FILE once its last move is committed.
"""

import itertools
import random
import sys
import threading
from pathlib import Path

import django
from django.db import OperationalError, connections

COMPLETED_EVERY = 3  # dossiers


def main(told):
    django.setup()
    import portal.celery  # noqa: F401  # the app whose broker the doorbell rings
    from portal.accounts.models import User
    from portal.catalogue.models import Offering
    from portal.workflow import bell
    from tests.accounts.factories import UserFactory
    from tests.metrics import stories

    if not Offering.objects.exists():
        stories.country()
    UserFactory.reset_sequence(
        User.objects.count()
    )  # the names so far are those of people before us
    stories.clock_at("2022-08-08 09:00")
    offerings = list(Offering.objects.filter(level=4, service__highest_fee_vnd=0).order_by("pk"))
    threading.Thread(target=_fold, daemon=True).start()
    with told.open("a", buffering=1) as file, bell.silenced():
        for number in itertools.count(1):
            done = number % COMPLETED_EVERY == 0
            dossier = stories.filed(
                random.choice(offerings), situation="completed" if done else "received"
            )
            file.write(f"{dossier.pk} {'complete' if done else 'receive'}\n")


def _fold():
    from portal.metrics import rollup

    while True:
        rollup.fold(at_most=random.choice([1, 5, 20]))


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except OperationalError as problem:
        connections.close_all()
        sys.exit(f"The database is gone: {problem}")
