"""Which tests stay together when two processes share the suite."""

from xdist.scheduler.loadscope import LoadScopeScheduling

DEMO = "tests/e2e/"


class DemoTogether(LoadScopeScheduling):
    """One process starts the demo and runs all tests of it, first of all; the others go wherever there is room.

    xdist's own groups are written into the names of tests, which pytest 9 no longer lets it change.
    """

    def _split_scope(self, nodeid):
        return DEMO if nodeid.startswith(DEMO) else nodeid
