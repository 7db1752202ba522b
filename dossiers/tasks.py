from celery import shared_task

from dossiers import duties


@shared_task
def daily_duties():
    """Whatever has fallen due by the portal clock."""
    duties.close_unanswered()
