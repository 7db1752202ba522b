from celery import shared_task

from portal.metrics import offered, rollup


@shared_task
def fold_deltas():
    """Fold what moves have counted since the last time. Called by beat; twice at once does no harm."""
    rollup.fold_all()
    offered.summarise()
