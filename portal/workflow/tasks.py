from celery import shared_task

from portal.workflow import outbox, seal

DRAIN_SECONDS = 20  # well below the time limit of a task; the sweeper goes on with the rest


@shared_task
def drain_outbox():
    """Deliver what waits in the outbox. Rung by the bell and, every few seconds, by beat: the sweeper."""
    outbox.drain(at_most_seconds=DRAIN_SECONDS)


@shared_task
def seal_history():
    """Chain the history rows committed since the last time."""
    seal.seal_new_rows()
