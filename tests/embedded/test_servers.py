"""Embedded PostgreSQL and Valkey: who starts them, who stops them, what may go wrong."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
import redis

from portal.embedded import binaries, postgres, unprivileged
from portal.embedded.errors import StartRefused
from portal.embedded.home import Home
from portal.embedded.servers import Hold, keeper_lives, use
from tests.embedded.commands import (
    ServerUser,
    environment,
    eventually,
    processes_of,
)


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


def reachable(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def test_servers_run_while_they_are_used_and_no_longer(home):
    hold = Hold(home)
    url = hold.database_url(postgres.APPLICATION, postgres.DATABASE)
    assert reachable(url)
    with redis.Redis.from_url(hold.redis_url()) as doorbell:
        assert doorbell.ping()

    hold.release()

    assert not reachable(url)
    assert processes_of(home.path) == []


def test_the_last_of_two_users_stops_the_servers_though_the_first_was_killed(home, tmp_path):
    first = ServerUser(home.path, tmp_path / "never")
    url = first.address
    second = ServerUser(home.path, tmp_path / "done")
    assert second.address == url

    first.kill()
    with psycopg.connect(
        url
    ) as database:  # the second one's servers are the same ones, still there
        assert database.execute("SELECT 1").fetchone() == (1,)
    (tmp_path / "done").touch()

    assert second.wait() == 0
    assert not reachable(url)
    assert processes_of(home.path) == []


@pytest.mark.slow
def test_servers_stop_when_every_user_was_killed(home, tmp_path):
    users = [ServerUser(home.path, tmp_path / "never") for _ in range(2)]
    assert users[0].address == users[1].address
    for user in users:
        user.kill()

    assert eventually(lambda: processes_of(home.path) == [])
    assert not keeper_lives(home)


@pytest.mark.slow
def test_servers_follow_their_killed_keeper_and_come_back(home, tmp_path):
    user = ServerUser(home.path, tmp_path / "done")
    assert reachable(user.address)
    keeper = next(pid for pid in processes_of(home.path) if b"keeper" in _command_line(pid))

    os.kill(keeper, signal.SIGKILL)

    assert eventually(lambda: processes_of(home.path) == [user.pid])
    (tmp_path / "done").touch()
    assert user.wait() == 0
    hold = Hold(home)
    assert reachable(hold.database_url(postgres.OWNER, postgres.DATABASE))
    hold.release()


@pytest.mark.slow
def test_a_killed_server_comes_back_though_a_query_of_it_still_runs(home):
    """A query that asks the server for nothing notices late that the server is gone, and holds its memory till then."""
    hold = Hold(home)
    address = hold.database_url(postgres.OWNER, postgres.DATABASE)
    busy = threading.Thread(target=_ask_for_seconds, args=[address])
    busy.start()
    with psycopg.connect(address, autocommit=True) as database:
        assert eventually(
            lambda: database.execute(f"{RUNNING} AND state = 'active'").fetchone() == (1,)
        )
    os.kill(int((home.postgres / "postmaster.pid").read_text().split("\n", 1)[0]), signal.SIGKILL)
    assert eventually(lambda: not keeper_lives(home))
    hold.release()

    hold = Hold(home)
    assert reachable(hold.database_url(postgres.OWNER, postgres.DATABASE))
    hold.release()
    busy.join()


RUNNING = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%generate_series(1, 3%' AND pid <> pg_backend_pid()"


def _ask_for_seconds(address):
    with suppress(psycopg.OperationalError), psycopg.connect(address) as database:
        database.execute("SELECT count(*) FROM generate_series(1, 30000000) AS n WHERE n % 7 = 3")


def test_many_start_at_the_same_moment(home, tmp_path):
    users = [ServerUser(home.path, tmp_path / "done") for _ in range(6)]
    addresses = {user.address for user in users}
    (tmp_path / "done").touch()

    assert len(addresses) == 1
    assert [user.wait() for user in users] == [0] * 6
    assert processes_of(home.path) == []


@pytest.mark.slow
def test_what_was_committed_is_there_at_the_next_start(home):
    hold = Hold(home)
    with psycopg.connect(hold.database_url(postgres.OWNER, postgres.DATABASE)) as database:
        database.execute("CREATE TABLE kept AS SELECT 'Đà Nẵng' AS name")
    hold.release()

    hold = Hold(home)
    with psycopg.connect(hold.database_url(postgres.OWNER, postgres.DATABASE)) as database:
        assert database.execute("SELECT lower(name) FROM kept").fetchone() == ("đà nẵng",)
        assert database.execute("SHOW fsync").fetchone() == ("on",)
    hold.release()


@pytest.mark.slow
def test_two_homes_live_side_by_side(tmp_path):
    holds = [Hold(Home(tmp_path / name)) for name in ("one", "two")]
    urls = [hold.database_url(postgres.OWNER, postgres.DATABASE) for hold in holds]
    with psycopg.connect(urls[0]) as database:
        database.execute("CREATE TABLE only_in_one ()")

    with psycopg.connect(urls[1]) as database:
        assert database.execute("SELECT to_regclass('only_in_one')").fetchone() == (None,)
    holds[0].release()
    assert reachable(urls[1])
    holds[1].release()


def test_a_long_home(tmp_path):
    home = Home(tmp_path.joinpath(*["a-rather-long-name-of-a-folder"] * 8))
    assert len(str(home.path)) > 220
    hold = Hold(home)
    assert reachable(hold.database_url(postgres.APPLICATION, postgres.DATABASE))
    hold.release()


@pytest.mark.slow
def test_a_setup_cut_short_is_done_again(home, tmp_path):
    user = ServerUser(home.path, tmp_path / "never")
    draft = home.postgres.with_name("postgres.draft")
    assert eventually(lambda: (draft / "PG_VERSION").exists())
    for pid in processes_of(home.path):
        with suppress(ProcessLookupError):  # a step of the setup that has just ended
            os.kill(pid, signal.SIGKILL)
    user.wait()
    assert draft.exists()
    assert not home.postgres.exists()

    hold = Hold(home)

    assert reachable(hold.database_url(postgres.SANDBOX, postgres.SANDBOX_DATABASE))
    assert not draft.exists()
    hold.release()


def test_a_port_taken_meanwhile_is_not_insisted_upon(home):
    hold = Hold(home)
    before = hold.ports["postgres"]
    hold.release()
    with socket.socket() as somebody:
        somebody.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        somebody.bind(("127.0.0.1", before))
        somebody.listen()
        hold = Hold(home)
        assert hold.ports["postgres"] != before
        assert reachable(hold.database_url(postgres.APPLICATION, postgres.DATABASE))
        hold.release()


@pytest.mark.parametrize(
    ("role", "database"),
    [
        (postgres.SANDBOX, postgres.DATABASE),
        (postgres.SANDBOX, "postgres"),
        (postgres.APPLICATION, postgres.SANDBOX_DATABASE),
        (postgres.OWNER, postgres.SANDBOX_DATABASE),
    ],
)
def test_portal_and_sandbox_cannot_reach_each_other(settings, role, database):
    hold = Hold(settings.HOME)
    with pytest.raises(psycopg.OperationalError, match=r"pg_hba\.conf rejects|permission denied"):
        psycopg.connect(hold.database_url(role, database))
    hold.release()


def test_application_role_makes_no_tables(settings):
    hold = Hold(settings.HOME)
    url = hold.database_url(postgres.APPLICATION, postgres.DATABASE)
    with (
        psycopg.connect(url) as database,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        database.execute("CREATE TABLE mine ()")
    hold.release()


def test_secrets_are_for_their_owner_only_and_the_same_for_everybody(home):
    seen = []
    askers = [threading.Thread(target=lambda: seen.append(home.secrets())) for _ in range(8)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()

    assert all(answer == seen[0] for answer in seen)
    assert len(set(seen[0].values())) == len(seen[0])
    assert stat.S_IMODE(home.secrets_file.stat().st_mode) == 0o600


def test_a_file_in_place_of_the_home(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StartRefused, match="is a file, not a folder"):
        Hold(Home(tmp_path / "file" / "home"))


def test_a_home_that_cannot_be_written_to(tmp_path):
    folder = tmp_path / "closed"
    folder.mkdir()
    ask = [sys.executable, "-c", _HOLD, str(folder / "home")]
    if os.geteuid() == 0:  # root may write anywhere but where nothing can be written
        mount = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
        ask = ["unshare", "--mount", "sh", "-c", mount, str(folder), *ask]
    else:
        folder.chmod(0o555)
    done = _run(ask, folder / "home")

    assert "cannot be written to" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("open_to_others", [True, False])
def test_root_without_namespaces_runs_postgresql_as_nobody(open_to_others):
    if os.geteuid() != 0:  # there is nothing to give up
        assert unprivileged.way_to_run() == unprivileged.AS_OURSELVES
        return
    parent = Path(tempfile.mkdtemp(dir="/tmp"))
    parent.chmod(0o755 if open_to_others else 0o700)
    try:
        home = parent / "home"
        done = _without_namespaces([sys.executable, "-c", _HOLD, str(home)], home)
        if open_to_others and not _closed_parents_of(postgres_binary()):
            assert done.stdout.strip() == "up", done.stderr
            assert (home / "postgres").stat().st_uid != 0
        else:
            assert f"may not enter {_first_closed(home)}" in done.stdout
        assert "Traceback" not in done.stderr
    finally:
        shutil.rmtree(parent)


def test_nothing_like_valkey_anywhere(monkeypatch, tmp_path):
    monkeypatch.setattr(binaries, "_wheel_folder", lambda package: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert binaries.valkey_program() is None
    (tmp_path / "redis-server").touch(mode=0o755)
    assert binaries.valkey_program() == tmp_path / "redis-server"


def test_addresses_in_the_environment_replace_the_embedded_servers(home):
    given = {
        "DATABASE_URL": "postgresql://app:x@db.example/portal",
        "REDIS_URL": "redis://cache.example/1",
    }
    addresses = use(home, given)

    assert not home.path.exists()
    assert not addresses.embedded
    assert addresses.database == addresses.owner == given["DATABASE_URL"]
    assert addresses.sandbox == "postgresql://app:x@db.example/portal_sandbox"
    assert addresses.redis == given["REDIS_URL"]


_HOLD = (
    "import sys\n"
    "from portal.embedded.errors import StartRefused\n"
    "from portal.embedded.home import Home\n"
    "from portal.embedded.servers import Hold\n"
    "try:\n"
    "    hold = Hold(Home(sys.argv[1]))\n"
    "except StartRefused as refusal:\n"
    "    print(refusal)\n"
    "else:\n"
    "    print('up')\n"
    "    hold.release()\n"
)


def _run(words, home):
    return subprocess.run(
        words,
        cwd=Path(__file__).resolve().parents[2],
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _without_namespaces(words, home):
    """Run where the kernel grants no further user namespace, as many containers do.

    The command runs as root of a namespace that has all users and may make no namespaces itself.
    """
    enter = (
        "import ctypes, os, sys\n"
        "assert ctypes.CDLL(None).unshare(0x10000000) == 0\n"
        "print('entered', flush=True); sys.stdin.readline()\n"
        "open('/proc/sys/user/max_user_namespaces', 'w').write('0')\n"
        "os.execv(sys.argv[1], sys.argv[1:])\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", enter, *words],
        cwd=Path(__file__).resolve().parents[2],
        env=environment(home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "entered\n"
        for kind in ("uid", "gid"):
            Path(f"/proc/{process.pid}/{kind}_map").write_text("0 0 65536")
        said, errors = process.communicate("go\n", timeout=60)
    return subprocess.CompletedProcess(words, process.returncode, said, errors)


def postgres_binary() -> Path:
    return binaries.postgres_programs() / "postgres"


def _closed_parents_of(path: Path) -> list[Path]:
    return [folder for folder in path.resolve().parents if not folder.stat().st_mode & 0o001]


def _first_closed(home: Path) -> Path:
    return [*reversed(_closed_parents_of(home)), *reversed(_closed_parents_of(postgres_binary()))][
        0
    ]


def _command_line(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()
