"""Keeping a database and the stored files as they are, and putting them back."""

import os

import psycopg
import pytest
from django.conf import settings

from portal.embedded.errors import StartRefused
from portal.embedded.home import Home
from portal.embedded.kept_database import KeptDatabase
from portal.embedded.story import Story, fingerprint
from tests import databases


@pytest.fixture
def kept():
    """An empty database of the test cluster, owned by the owner's role."""
    name = databases.clone_name("kept")
    database = KeptDatabase(
        databases.named(name).owner_url, settings.SERVERS.owner, guest="portal_app"
    )
    database.begin_anew()
    yield database
    databases.drop(database.name)
    databases.drop(database.copy)


def rows_of(database):
    with psycopg.connect(database.url) as connection:
        return [row for (row,) in connection.execute("SELECT word FROM words ORDER BY word")]


def write(database, word):
    with psycopg.connect(database.url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS words (word text)")
        connection.execute("INSERT INTO words VALUES (%s)", [word])


def test_a_database_comes_back_as_it_was_kept(kept):
    write(kept, "kept")
    kept.write_mark(state="loaded", made_on="2026-11-22")
    kept.keep_copy()
    write(kept, "later")
    kept.write_mark(state="spoilt")
    assert rows_of(kept) == ["kept", "later"]

    kept.put_back()

    assert rows_of(kept) == ["kept"]
    assert kept.mark() == {"state": "loaded", "made_on": "2026-11-22"}


def test_it_comes_back_though_somebody_looks_at_it(kept):
    write(kept, "kept")
    kept.keep_copy()
    with psycopg.connect(kept.url) as somebody:
        kept.put_back()
        with pytest.raises(psycopg.OperationalError):
            somebody.execute("SELECT 1")
    assert rows_of(kept) == ["kept"]


def test_beginning_anew_forgets_copy_and_mark(kept):
    write(kept, "kept")
    kept.write_mark(state="loading")
    kept.keep_copy()

    kept.begin_anew()

    assert not kept.has_copy()
    assert kept.mark() == {}
    with pytest.raises(psycopg.errors.UndefinedTable):
        rows_of(kept)


def test_only_the_guest_and_the_owner_come_in(kept):
    psycopg.connect(databases.named(kept.name).url).close()
    with psycopg.connect(kept.url) as owner:
        rights = owner.execute(
            "SELECT has_database_privilege('public', %s, 'CONNECT')", [kept.name]
        )
        assert rights.fetchone() == (False,)


def test_a_comment_of_somebody_else_is_no_mark(kept):
    with psycopg.connect(kept.url, autocommit=True) as owner:
        owner.execute(f'COMMENT ON DATABASE "{kept.name}" IS %s' % "'ours since 2019'")
    assert kept.mark() == {}


def test_who_may_not_create_databases_is_told_so(kept):
    application = databases.named(kept.name).url
    with pytest.raises(StartRefused, match="The role portal_app must own"):
        KeptDatabase(application, application).begin_anew()


def test_a_server_that_does_not_answer():
    nowhere = "postgresql://somebody:x@127.0.0.1:9/portal"
    with pytest.raises(StartRefused, match="asks of it for the database portal") as refusal:
        KeptDatabase(nowhere, nowhere).mark()
    assert len(str(refusal.value).splitlines()) == 1


def test_a_story_keeps_its_stored_files(kept, tmp_path):
    home = Home(tmp_path / "home")
    home.prepare()
    story = Story(home, kept, KeptDatabase(f"{kept.url}_sandbox", settings.SERVERS.owner))
    story.check_servers()  # makes the database of the sandbox
    (home.media / "result.pdf").write_bytes(b"signed")
    story.keep_copy()
    (home.media / "result.pdf").unlink()
    (home.media / "later.pdf").write_bytes(b"x")

    story.put_back()

    assert os.listdir(home.media) == ["result.pdf"]
    assert (home.media / "result.pdf").read_bytes() == b"signed"
    story.begin_anew()
    assert os.listdir(home.media) == []
    assert not story.has_copy()
    databases.drop(story.sandbox.name)


def test_a_fingerprint_changes_with_the_content_only(tmp_path):
    one, two = tmp_path / "one.toml", tmp_path / "two.toml"
    one.write_text("a")
    two.write_text("b")
    before = fingerprint([one, two])

    os.utime(one, (1, 1))
    assert fingerprint([two, one]) == before
    two.write_text("c")
    assert fingerprint([one, two]) != before
