"""What keeps the embedded servers or the demo from starting, in one sentence for the person at the terminal."""


class StartRefused(Exception):
    """The servers or the demo cannot start; ``str()`` is one clear sentence that says what to do.

    Not a :class:`portal.errors.PortalError`: it is raised before Django is there, and is read on a
    terminal, never in a page.
    """
