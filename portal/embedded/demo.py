"""The demo: from an empty folder to a portal that people can use, and back to silence.

First the state (tables, catalogue, story, static files), each part only where it is missing or
out of date; then the processes, all at once; then watching them until Ctrl-C.
"""

import contextlib
import fcntl
import json
import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path

from celery.signals import beat_init, worker_ready
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone

from portal import translations
from portal.embedded import binaries, processes, sandbox, servers
from portal.embedded.errors import StartRefused
from portal.embedded.greeting import greeting
from portal.embedded.kept_database import KeptDatabase
from portal.embedded.postgres import is_free, tail
from portal.embedded.processes import Worker
from portal.embedded.stopping import Stopped, stop_on_signals
from portal.embedded.story import LOADED, LOADING, Story, fingerprint
from portal.embedded.web import answers_200, serve_portal
from portal.schema import unapplied_migrations
from portal.simulator.backlog import deliver_meanwhile

READY_SECONDS = 60
CATALOGUE_FILES = ("portal/catalogue/services", "portal/catalogue/data", "portal/agencies/data")


class Demo:
    """One run of the demo on the home and the servers of the settings; ``say`` takes its lines."""

    def __init__(self, say):
        self.say = say
        self.home = settings.HOME
        self.story = story_of_settings()
        self.workers: list[Worker] = []
        self.began = time.monotonic()

    def run(self) -> None:
        """Prepare, start, watch; returns when asked to stop.

        Raises ``StartRefused`` where the demo cannot start or one of its processes ends.
        """
        with only_user_of(self.home):
            check_ports()
            check_servers(self.story)
            try:
                stop_on_signals()
                with logs_in(self.home.logs / "demo.log"):
                    self.prepare()
                self.start()
                self.greet()
                self.watch()
            except Stopped:
                self.say("\nStopping …")
            except processes.WorkerEnded as ended:
                raise StartRefused(
                    f"{processes.last_words(ended.worker)}\n\n"
                    f"The demo has ended because {ended.worker.name} did; the data are kept."
                ) from ended
            except TimeoutError as silent:
                raise StartRefused(
                    f"{silent} did not answer within {READY_SECONDS} seconds; look into {self.home.logs}."
                ) from silent
            finally:
                processes.stop(self.workers)
                servers.held(self.home).release()
        self.say(f"Stopped. The data stay in {self.home.path}.")

    def prepare(self) -> None:
        """Tables, catalogue, story and files, as far as they are missing or out of date."""
        compile_translations()
        mark = self.story.mark()
        if mark.get("state") == LOADING:
            self.say("The first start was cut short; it begins anew.")
            self.story.begin_anew()
            mark = {}
        if mark.get("state") != LOADED:
            self._load_story()
        else:
            self._bring_up_to_date(mark)
        self._collect_static_files()
        connections.close_all()  # what follows forks

    def start(self) -> None:
        """Start every process at once and wait until each does its work."""
        with self.step("Portal, Celery worker and beat, payment sandbox"):
            self._start_sandbox()
            self.workers += [
                Worker("Portal", self.home.logs / "portal.log", answers_200("/readyz")),
                *(self._celery(name) for name in ("worker", "beat")),
            ]
            _payment_sandbox, portal, worker, beat = self.workers
            portal.fork(serve_portal)
            worker.fork(lambda: _run_celery(worker_ready, self._mark("worker"), *WORKER_WORDS))
            beat.fork(lambda: _run_celery(beat_init, self._mark("beat"), *self._beat_words()))
            processes.wait_until_all_answer(self.workers, seconds=READY_SECONDS)

    def watch(self) -> None:
        """Stay until told to stop. Raises ``WorkerEnded``; ``StartRefused`` if the servers end."""
        while True:
            processes.watch(self.workers)
            if not servers.held(self.home).is_served():
                raise StartRefused(
                    f"{tail(self.home.logs / 'keeper.log')}\n\n"
                    "The demo has ended because a server that it needs did; what was committed is kept."
                )
            time.sleep(0.3)

    def greet(self) -> None:
        """Say that everything answers, where, for whom, and what to try first."""
        self.say(greeting(seconds=time.monotonic() - self.began))
        connections.close_all()

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Say what is being done and, when it is done, how long it took."""
        self.say(f"  {name} …", end="")
        begun = time.monotonic()
        yield
        self.say(f" {time.monotonic() - begun:.1f} s")

    def _load_story(self) -> None:
        self.say(
            "First start: a past full of dossiers is played, once. It takes minutes, not seconds."
        )
        self.story.write_mark(state=LOADING)
        with self.step("Tables"):
            call_command("migrate", verbosity=0, interactive=False)
        self._run_loader("Catalogue of public services", "load_catalogue")
        self._start_sandbox()  # the backlog is paid at it
        processes.wait_until_all_answer(self.workers, seconds=READY_SECONDS)
        self._deliver_meanwhile()
        self._run_loader("Demo people and a past full of dossiers", "load_demo")
        connections.close_all()
        processes.stop(self.workers)
        self.workers.clear()
        self.story.write_mark(
            state=LOADED,
            catalogue=_state_of_catalogue(),
            made_on=timezone.localdate().isoformat(),  # noqa: TID251  # real day of the copy
        )
        with self.step("A copy for “make reset”"):
            self.story.keep_copy()

    def _start_sandbox(self) -> None:
        self.workers.append(
            Worker("Payment sandbox", self.home.logs / "sandbox.log", sandbox.answers)
        )
        sandbox.start(self.workers[0])

    def _deliver_meanwhile(self) -> None:
        """A second process prints the papers of the past and writes its e-mails."""
        connections.close_all()
        worker = Worker("Printing of papers", self.home.logs / "papers.log", lambda: True)
        worker.fork(deliver_meanwhile)
        self.workers.append(worker)

    def _bring_up_to_date(self, mark: dict) -> None:
        connection = connections["default"]
        if missing := unapplied_migrations(connection):
            with self.step(f"Tables ({len(missing)} changes)"):
                call_command("migrate", verbosity=0, interactive=False)
        now = _state_of_catalogue()
        if mark.get("catalogue") != now:
            self._run_loader("Catalogue of public services (changed)", "load_catalogue")
            self.story.write_mark(**{**mark, "catalogue": now})

    def _run_loader(self, name: str, command: str) -> None:
        self.say(f"  {name} …")
        begun = time.monotonic()
        connections.close_all()
        if processes.run_apart(lambda: _run_command(command)) != 0:
            raise StartRefused(f"{name}: this did not come to its end. What is above says why.")
        self.say(f"  {name}: {time.monotonic() - begun:.1f} s")

    def _collect_static_files(self) -> None:
        """Compress static files for the browser, when one of them changed."""
        record = self.home.run / "static.json"
        now = _static_state()
        with contextlib.suppress(OSError, ValueError):
            if json.loads(record.read_text()) == now and any(self.home.static.iterdir()):
                return
        with self.step("Style sheets and images"):
            record.unlink(missing_ok=True)
            call_command("collectstatic", interactive=False, clear=True, verbosity=0)
            record.write_text(json.dumps(now))

    def _celery(self, name: str) -> Worker:
        self._mark(name).unlink(missing_ok=True)
        return Worker(f"Celery {name}", self.home.logs / f"{name}.log", self._mark(name).exists)

    def _mark(self, name: str) -> Path:
        """The file by which a Celery program tells that it does its work."""
        return self.home.run / f"{name}.ready"

    def _beat_words(self) -> tuple[str, ...]:
        schedule = str(self.home.run / "beat-schedule")
        return ("beat", "--loglevel", "INFO", "--schedule", schedule, "--pidfile", "")


WORKER_WORDS = (
    *("worker", "--loglevel", "INFO", "--concurrency", "2"),
    *("--without-gossip", "--without-mingle", "--without-heartbeat"),
)


def reset(say) -> None:
    """Put the story back as it was when it was first loaded. Raises ``StartRefused``."""
    began = time.monotonic()
    story, home = story_of_settings(), settings.HOME
    with only_user_of(home):
        check_servers(story)
        connections.close_all()
        if story.has_copy():
            story.put_back()
            told = f"The story of {story.mark()['made_on']} is back"
        else:
            story.begin_anew()
            told = "Everything is empty; the next “make demo” loads the story"
        cache.clear()
    say(f"{told} ({time.monotonic() - began:.1f} s).")


def story_of_settings() -> Story:
    """The story in the database that the settings name."""
    owner = settings.SERVERS.owner
    portal = KeptDatabase(owner, owner, guest=settings.DATABASES["default"]["USER"])
    return Story(settings.HOME, portal, sandbox.kept_database())


@contextlib.contextmanager
def logs_in(file: Path) -> Iterator[None]:
    """Meanwhile what is logged goes into a file: the terminal is for the steps."""
    with file.open("w") as log:
        handlers = [one for one in logging.root.handlers if isinstance(one, logging.StreamHandler)]
        before = [handler.setStream(log) for handler in handlers]
        try:
            yield
        finally:
            for handler, stream in zip(handlers, before, strict=True):
                handler.setStream(stream)


@contextlib.contextmanager
def only_user_of(home) -> Iterator[None]:
    """Hold the demo's lock on a home, or refuse because a demo runs there."""
    with (home.run / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartRefused(
                f"The demo is already running on {home.path}; stop it first (Ctrl-C in its window), "
                "or set PORTAL_HOME, PORTAL_PORT and PORTAL_SANDBOX_PORT for a second one."
            ) from None
        yield


def check_ports() -> None:
    """Refuse while somebody else listens where the portal or the sandbox should."""
    ports = {
        "PORTAL_PORT": settings.PORTAL_PORT,
        "PORTAL_SANDBOX_PORT": settings.PORTAL_SANDBOX_PORT,
    }
    if len(set(ports.values())) < len(ports):
        raise StartRefused("PORTAL_PORT and PORTAL_SANDBOX_PORT must be two different ports.")
    for name, port in ports.items():
        if not is_free(port):
            raise StartRefused(
                f"Port {port} is in use by another program; stop that, or choose another port with {name}=…"
            )


def check_servers(story: Story) -> None:
    """Refuse without database servers that will do, or without anything like Redis."""
    if not os.environ.get("REDIS_URL") and binaries.valkey_program() is None:
        raise StartRefused(binaries.NO_VALKEY)
    story.check_servers()


def compile_translations() -> None:
    """Compile the Vietnamese texts where a source is newer; ``make install`` has done it otherwise."""
    for source in translations.catalogues():
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            translations.compile_all()
            return


def _state_of_catalogue() -> str:
    """Changes with every file of services, of the tree of agencies or of who offers what, and with the tree's day."""
    files = (file for folder in CATALOGUE_FILES for file in (settings.BASE_DIR / folder).iterdir())
    return f"{fingerprint(files)} {settings.TREE_STANDS_AT}"


def _static_state() -> list:
    """Name, size and time of every static file, as the finders see them."""
    state = []
    for finder in get_finders():
        for path, storage in finder.list(None):
            entry = os.stat(storage.path(path))
            state.append([path, entry.st_size, entry.st_mtime_ns])
    return sorted(state)


def _run_command(command: str) -> None:
    """Run a command; what it refuses is said in its sentence."""
    try:
        call_command(command)
    except CommandError as refusal:
        raise SystemExit(str(refusal)) from None


def _run_celery(signal_when_ready, mark: Path, *words: str) -> None:
    """Run a Celery program in this process; ``mark`` appears when it does its work."""
    from portal.celery import app

    # The tests run the system checks; a start should be quick.
    os.environ["CELERY_SKIP_CHECKS"] = "true"
    signal_when_ready.connect(lambda **kwargs: mark.touch(), weak=False)
    app.start(list(words))
