"""The processes of the demo: started together, watched, stopped together, none left behind."""

import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from portal.embedded import stopping
from portal.embedded.postgres import tail
from portal.embedded.unprivileged import dying_with_parent

STOP_SECONDS = 12

_forking = multiprocessing.get_context("fork")


@dataclass
class Worker:
    """One process of the demo in a session of its own; ``log`` takes what it says.

    ``answers`` tells whether it does its work yet.
    """

    name: str
    log: Path
    answers: Callable[[], bool]
    process: "multiprocessing.Process | _Executed" = field(init=False, default=None)
    ready: bool = field(init=False, default=False)

    def fork(self, work: Callable[[], None]) -> None:
        """Run ``work`` in a copy of this process: what is imported here need not be imported again."""
        die_with_parent = dying_with_parent(signal.SIGTERM)
        self.process = _forking.Process(
            target=_in_child, args=(work, self.log, die_with_parent), name=self.name
        )
        self.process.start()

    def execute(self, words: list[str], environment: dict[str, str], folder: Path) -> None:
        """Run another program."""
        self.process = _Executed(words, self.log, environment, folder)

    def status(self) -> int | None:
        """None while it runs, else its exit status (negative: the signal that ended it)."""
        return self.process.exitcode


class _Executed:
    """A program, with the part of ``multiprocessing.Process`` that is used here."""

    def __init__(self, words, log: Path, environment, folder: Path):
        with log.open("wb") as output:
            self._popen = subprocess.Popen(
                words,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=dying_with_parent(signal.SIGTERM),
            )
        self.pid = self._popen.pid

    @property
    def exitcode(self) -> int | None:
        return self._popen.poll()


def run_apart(work: Callable[[], None]) -> int:
    """Run ``work`` in a copy of this process that says what it says in the same place; returns its exit status.

    Later copies of this process then inherit none of the threads that libraries begin in ``work``: a copy has their
    locks but not the threads, and waits for ever.
    """
    child = _forking.Process(target=_apart, args=(work, dying_with_parent(signal.SIGTERM)))
    child.start()
    try:
        child.join()
    finally:
        if child.is_alive():
            child.terminate()
            child.join()
    return child.exitcode


class WorkerEnded(Exception):
    """A process of the demo ended by itself."""

    def __init__(self, worker: Worker):
        self.worker = worker
        super().__init__(worker.name)


def wait_until_all_answer(workers: Iterable[Worker], *, seconds: float) -> None:
    """Return when every one does its work.

    Raises ``WorkerEnded``, or ``TimeoutError`` with the name of one that does not answer.
    """
    give_up = time.monotonic() + seconds
    while waiting := [worker for worker in workers if not worker.ready]:
        for worker in waiting:
            if worker.status() is not None:
                raise WorkerEnded(worker)
            if worker.answers():
                worker.ready = True
        if time.monotonic() > give_up:
            raise TimeoutError(waiting[0].name)
        time.sleep(0.02)


def watch(workers: Iterable[Worker]) -> None:
    """Raise ``WorkerEnded`` for the first one found ended."""
    for worker in workers:
        if worker.status() is not None:
            raise WorkerEnded(worker)


def watch_for_ever(workers: Iterable[Worker]) -> None:
    """Stay until one has ended, and raise ``WorkerEnded`` then."""
    while True:
        watch(workers)
        time.sleep(0.3)


def stop(workers: Iterable[Worker]) -> None:
    """End all of them: first kindly and together, then whoever is left, with all their children."""
    started = [worker for worker in workers if worker.process is not None]
    for worker in started:
        if worker.status() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker.process.pid, signal.SIGTERM)
    give_up = time.monotonic() + STOP_SECONDS
    while any(worker.status() is None for worker in started) and time.monotonic() < give_up:
        time.sleep(0.02)
    for worker in started:
        # Its group outlives a leader that was killed.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(worker.process.pid, signal.SIGKILL)
    while any(worker.status() is None for worker in started):
        time.sleep(0.02)


def last_words(worker: Worker) -> str:
    """How it ended and the end of its log."""
    status = worker.status()
    how = f"by signal {signal.Signals(-status).name}" if status < 0 else f"with status {status}"
    return f"{worker.name} ended {how}. The end of {worker.log}:\n{tail(worker.log)}"


def _apart(work: Callable[[], None], die_with_parent: Callable[[], None]) -> None:
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then ends this
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    work()


def _in_child(work: Callable[[], None], log: Path, die_with_parent: Callable[[], None]) -> None:
    os.setsid()
    die_with_parent()
    for number in stopping.WISHES:
        signal.signal(number, signal.SIG_DFL)
    silence = os.open(os.devnull, os.O_RDONLY)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o644)
    sys.stdout.flush()
    sys.stderr.flush()
    for source, target in ((silence, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    work()
