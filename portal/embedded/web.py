"""The portal behind granian, and whether it answers."""

import http.client
from collections.abc import Callable
from importlib import import_module

from django.conf import settings
from granian import Granian
from granian.constants import Interfaces

APPLICATION = "portal.wsgi:application"
WEB_WORKERS = 2


def serve_portal() -> None:
    """Serve the portal on the loopback address until this process is told to end."""
    import_module("portal.wsgi")  # once, here: the workers are copies of this process
    Granian(
        APPLICATION,
        address="127.0.0.1",
        port=settings.PORTAL_PORT,
        interface=Interfaces.WSGI,
        workers=WEB_WORKERS,
        blocking_threads=1,  # one connection to the database each; more only wait for each other
        backlog=1024,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=5,
        websockets=False,
    ).serve()


def answers_200(path: str, port: int | None = None) -> Callable[[], bool]:
    """A question whether the portal answers a path with 200."""

    def ask() -> bool:
        return status_of(port or settings.PORTAL_PORT, path) == 200

    return ask


def status_of(port: int, path: str) -> int | None:
    """The HTTP status of a path on the loopback address; None where nobody answers."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        line.request("GET", path, headers={"Host": f"localhost:{port}"})
        return line.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        line.close()
