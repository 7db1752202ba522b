"""The keeper: the process that owns the embedded servers of one home for as long as somebody uses them.

Every user of the servers holds a shared lock on ``run/users.lock``. The keeper waits for the
exclusive one: it gets it when the last user has ended, in whatever way, because the kernel gives
up the locks of the dead. Then it stops the servers and ends. If the keeper itself is killed, the
kernel tells both servers to stop.

Locks are taken in this order: ``gate`` (held while servers are started or stopped), ``users``.
Started by :mod:`portal.embedded.servers`; reads its orders as JSON on stdin and answers with one
line of JSON on stdout: ``{"ready": true}`` or ``{"refused": "sentence"}``.
"""

import contextlib
import fcntl
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from portal.embedded.errors import StartRefused
from portal.embedded.postgres import Cluster, free_port, tail
from portal.embedded.valkey import Valkey


class ServerEnded(Exception):
    """One of the servers ended by itself."""


class ToldToStop(Exception):
    """The keeper itself was asked to end."""


def main() -> int:
    orders = json.load(sys.stdin)
    run = Path(orders["run"])
    keeper_lock = (run / "keeper.lock").open("w")
    try:
        fcntl.flock(keeper_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return _answer(refused="Another keeper serves this home already.")
    notice = run / "servers.json"
    notice.unlink(missing_ok=True)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _raise(ToldToStop))
    servers: list[Cluster | Valkey] = []
    try:
        _write(notice, _start(orders, run, servers))
        _answer(ready=True)
        signal.signal(signal.SIGCHLD, _raise(ServerEnded))
        if not all(server.is_running() for server in servers):
            raise ServerEnded  # before the line above could hear of it
        _wait_for_last_user(run)
    except StartRefused as refusal:
        return _answer(refused=str(refusal))
    except ServerEnded:
        for server in servers:
            if not server.is_running():
                print(
                    f"{server.name} ended. The end of {server.log}:\n{tail(server.log)}",
                    file=sys.stderr,
                )
    except ToldToStop:
        print("The keeper of the servers was told to stop.", file=sys.stderr)
    finally:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        notice.unlink(missing_ok=True)
        for server in servers:
            server.stop()
    return 0


def _start(orders: dict[str, Any], run: Path, servers: list[Cluster | Valkey]) -> dict[str, Any]:
    """Start what the orders ask for; returns the notice that tells others where the servers are."""
    ports_file = run / "ports.json"
    ports = json.loads(ports_file.read_text()) if ports_file.exists() else {}
    if valkey := orders.get("valkey"):
        bell = Valkey(Path(valkey["program"]), Path(valkey["log"]), valkey["password"])
        servers.append(bell)
        ports["valkey"] = bell.start(ports.get("valkey") or free_port())
    if postgres := orders.get("postgres"):
        cluster = Cluster(
            Path(postgres["folder"]),
            Path(postgres["log"]),
            Path(postgres["programs"]),
            postgres["passwords"],
        )
        servers.append(cluster)
        cluster.create()
        ports["postgres"] = cluster.start(ports.get("postgres") or free_port())
    _write(ports_file, ports)
    running = {name: ports[name] for name in ("postgres", "valkey") if orders.get(name)}
    return {"keeper": os.getpid(), "ports": running}


def _wait_for_last_user(run: Path) -> None:
    """Return when nobody uses the servers, holding the gate so that nobody comes in meanwhile."""
    while True:
        with (run / "users.lock").open("w") as everybody:
            fcntl.flock(everybody, fcntl.LOCK_EX)
        # Somebody may have come in since: only behind the gate is the answer final.
        gate = os.open(run / "gate.lock", os.O_RDWR | os.O_CREAT)
        fcntl.flock(gate, fcntl.LOCK_EX)
        users = os.open(run / "users.lock", os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(users)
            os.close(gate)
            continue
        os.close(users)
        return  # the gate stays shut until this process has ended


def _raise(what: type[Exception]) -> Callable[[int, FrameType | None], None]:
    def handler(number: int, frame: FrameType | None) -> None:
        raise what

    return handler


def _write(path: Path, content: dict[str, Any]) -> None:
    draft = path.with_name(path.name + ".draft")
    draft.write_text(json.dumps(content))
    draft.replace(path)


def _answer(**words: str | bool) -> int:
    with contextlib.suppress(BrokenPipeError):  # whoever asked may be gone
        print(json.dumps(words), flush=True)
    return 0 if words.get("ready") else 1


if __name__ == "__main__":
    sys.exit(main())
