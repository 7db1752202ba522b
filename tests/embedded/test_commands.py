"""Any ``manage.py`` command brings the servers it needs, and the last one takes them away."""

import re
import subprocess
import sys

import pytest

from tests.embedded.commands import PROJECT, environment, manage, processes_of

SAY_AND_WAIT = (
    "import pathlib, time\n"
    "from django.db import connection\n"
    "def ask():\n"
    "    with connection.cursor() as cursor:\n"
    "        cursor.execute('SELECT current_user')\n"
    "        print(cursor.fetchone()[0], flush=True)\n"
    "ask()\n"
    "while not pathlib.Path({until!r}).exists(): time.sleep(0.02)\n"
    "ask()\n"
)


@pytest.fixture
def command(tmp_path):
    """Start ``manage.py shell`` that asks the database at once, and again when ``until`` exists."""
    started = []

    def start(until):
        program = SAY_AND_WAIT.format(until=str(tmp_path / until))
        process = subprocess.Popen(
            [sys.executable, "manage.py", "shell", "--no-imports", "-c", program],
            cwd=PROJECT,
            env=environment(tmp_path / "home"),
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.slow
def test_two_overlapping_commands_one_of_them_killed(command, tmp_path):
    first, second = command("never"), command("done")
    assert first.stdout.readline() == "portal_app\n"
    assert second.stdout.readline() == "portal_app\n"

    first.kill()
    first.wait()
    (tmp_path / "done").touch()

    assert second.stdout.read() == "portal_app\n"  # the servers outlived the first
    assert second.wait(30) == 0
    assert processes_of(tmp_path / "home") == []


def test_missing_production_settings_are_all_named_in_one_sentence(tmp_path):
    given = {
        "DJANGO_SETTINGS_MODULE": "portal.settings.production",
        "ALLOWED_HOSTS": "portal.example",
    }
    done = manage("check", home=tmp_path, **given)

    refusal, _, names = done.stderr.partition(": ")
    assert done.returncode == 1
    assert refusal == "These settings are required in the environment and missing"
    assert set(names.removesuffix(".\n").split(", ")) >= {
        *("SECRET_KEY", "DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "PORTAL_PUBLIC_URL"),
        *("GATEWAY_TMN_CODE", "GATEWAY_SECRET", "GATEWAY_PAY_URL", "GATEWAY_API_URL", "EMAIL_URL"),
    }
    assert "ALLOWED_HOSTS" not in names


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SECRET_KEY", "short", "SECRET_KEY must have at least 50 random characters.\n"),
        (
            "PORTAL_PUBLIC_URL",
            "http://portal.example",
            "PORTAL_PUBLIC_URL must be an https:// address.\n",
        ),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS must name the hosts; * lets anybody choose one.\n"),
    ],
)
def test_a_production_setting_that_will_not_do(tmp_path, name, value, sentence):
    lint = (PROJECT / ".ci" / "lint").read_text()  # the values that `make lint` checks with
    given = dict(re.findall(r"^    ([A-Z_]+)=(\S+) \\$", lint, re.MULTILINE))
    given["SECRET_KEY"] = "x" * 60
    done = manage("check", home=tmp_path, **{**given, name: value})

    assert (done.returncode, done.stderr) == (1, sentence)


@pytest.mark.slow
def test_servers_named_in_the_environment_are_used_and_none_is_started(
    own_database, settings, tmp_path
):
    done = manage(
        *("shell", "--no-imports", "-c"),
        "from django.db import connections as c; print(c['default'].settings_dict['NAME'], "
        "c['owner'].settings_dict['USER'])",
        home=tmp_path / "home",
        REDIS_URL=settings.CELERY_BROKER_URL,
        **own_database.environment(),
    )

    assert done.stdout == f"{own_database.name} portal_owner\n"
    assert not (tmp_path / "home" / "postgres").exists()
    assert not (tmp_path / "home" / "run" / "servers.json").exists()
