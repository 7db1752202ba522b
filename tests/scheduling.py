"""Which tests stay together when two processes share the suite."""

from xdist.scheduler.loadscope import LoadScopeScheduling

TOGETHER = ("tests/e2e/", "tests/payments/together/")  # each folder starts its own portal once


class FoldersTogether(LoadScopeScheduling):
    """Tests of a folder that starts a portal run in one process, first of all; the others wherever there is room.

    xdist's own groups are written into the names of tests, which pytest 9 no longer lets it change.
    """

    def _split_scope(self, nodeid):
        return next((folder for folder in TOGETHER if nodeid.startswith(folder)), nodeid)
