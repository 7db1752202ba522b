from celery import shared_task

from portal.notifications.sending import send_waiting


@shared_task
def send_messages():
    """Hand waiting e-mails to the mail server."""
    send_waiting()
