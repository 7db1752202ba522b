from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SimulatorConfig(AppConfig):
    name = "portal.simulator"
    label = "simulator"
    verbose_name = _("Simulator")

    def ready(self):
        from portal.page import fill_demo_bar
        from portal.simulator import bank_switches, people, time_machine

        fill_demo_bar(
            personas=people.personas,
            steps=time_machine.STEPS,
            switches=bank_switches.SWITCHES,
            console=bank_switches.console_address,
        )
