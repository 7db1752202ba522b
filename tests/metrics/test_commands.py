"""``manage.py metrics``: figures at the terminal, as of any instant, with refusals that are sentences."""

import io
import json
import sys

import pytest
from django.core.management import CommandError, call_command

from portal.metrics import rollup
from portal.metrics.models import Cell, ServiceSet
from portal.metrics.recount import compare, duckdb


def told(*words):
    out = io.StringIO()
    call_command("metrics", *words, stdout=out)
    return out.getvalue()


def test_one_figure_as_json(land):
    found = json.loads(told("dossiers-on-time", "--period", "2022-08", "--block", "A90", "--json"))
    assert (found["first_day"], found["last_day"]) == ("2022-08-01", "2022-08-31")
    assert (found["block"], found["counted_from"]) == ("A90", "rollup")
    assert found["as_of"].startswith("2022-09-15T09:")
    [figure] = found["metrics"]
    assert (figure["code"], figure["unit"]) == ("dossiers-on-time", "percent")
    assert (figure["numerator"], figure["denominator"]) == (2, 3)
    assert figure["share"] == pytest.approx(2 / 3)


def test_as_of_a_past_instant(land):
    words = ["dossiers-on-time", "--period", "2022-08", "--as-of", "2022-08-10", "--json"]
    found = json.loads(told(*words))
    assert found["counted_from"] == "history"
    assert found["as_of"] == "2022-08-10T23:59:59.999999"
    assert found["metrics"][0]["denominator"] == 2


def test_every_figure_for_people(land):
    lines = told("--period", "2022-08").splitlines()
    assert lines[0] == "Cả nước, 2022-08-01 – 2022-08-31"
    assert "dossiers-online: 63,6% (7 / 11) — Hồ sơ tiếp nhận trên mạng" in lines
    assert any(line.startswith("payments-online-amount: 75.000 ") for line in lines)


def test_a_share_of_nothing_is_no_data(land):
    words = ["dossiers-on-time", "--period", "2022-08", "--block", "ministries"]
    assert "chưa có số liệu (0 / 0)" in told(*words)
    assert json.loads(told(*words, "--json"))["metrics"][0]["share"] is None


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["no-such"], "no-such"),
        (["--period", "2022-13"], "2022-13"),
        (["--period", "2022-09-01..2022-08-01"], "01/08/2022"),
        (["--period", "1999"], "01/01/2000"),
        (["--period", "2023"], "01/01/2023"),
        (["--block", "Z99"], "Z99"),
        (["--as-of", "2022-09-16"], "16/09/2022"),
        (["--as-of", "soon"], "soon"),
        (["--period", "2022-09", "--as-of", "2022-08-01"], "01/08/2022"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_sentence(land, words, sentence):
    with pytest.raises(CommandError) as refused:
        told(*words)
    assert sentence in str(refused.value)


def test_duckdb_compares_the_same_cells(land):
    rollup.fold(at_most=9)
    by_postgres, by_duckdb = io.StringIO(), io.StringIO()
    call_command("recount", stdout=by_postgres)
    call_command("recount", "--duckdb", stdout=by_duckdb)
    assert by_duckdb.getvalue() == by_postgres.getvalue()
    assert by_duckdb.getvalue().endswith(" cells compared, 0 differences\n")


def test_duckdb_finds_a_changed_cell_and_no_person_leaves_the_database(land, tmp_path):
    rollup.fold_all()
    Cell.objects.filter(metric="online_payments").update(amount=1)
    ServiceSet.objects.first().delete()
    _compared, differences = duckdb.compare(tmp_path)
    assert {each.what for each in differences} == {"day", "set of services"}
    assert [str(each) for each in differences] == [str(each) for each in compare()[1]]
    exported = {file.stem: file.read_text().split("\n")[0] for file in tmp_path.glob("*.csv")}
    assert "expected_at" in exported["dossiers_dossier"]
    assert not any(
        word in exported["dossiers_dossier"] for word in ("applicant", "answers", "code")
    )
    assert set(exported) >= {"dossiers_dossierhistory", "metrics_cell", "workflow_delta"}


def test_without_duckdb_a_sentence_says_how_to_go_on(db, monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(CommandError, match="make install-dev"):
        call_command("recount", "--duckdb")
