from django.apps import AppConfig
from django.db.models.signals import post_migrate  # noqa: TID251  # no flow: rights of the role
from django.utils.translation import gettext_lazy as _

from portal.workflow.grants import grant_to_application


class WorkflowConfig(AppConfig):
    name = "portal.workflow"
    label = "workflow"
    verbose_name = _("Workflow")

    def ready(self):
        post_migrate.connect(grant_to_application, sender=self)
