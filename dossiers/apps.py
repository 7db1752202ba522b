from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DossiersConfig(AppConfig):
    name = "dossiers"
    label = "dossiers"
    verbose_name = _("Dossiers")

    def ready(self):
        # Each of these subscribes to moves (portal.workflow.after).
        import_module("dossiers.delivery")
        import_module("dossiers.followups")
