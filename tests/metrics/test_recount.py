"""Cells ∪ deltas = what history says, at every instant; and the recount is independent and finds what is wrong."""

import ast
import io
import random
import threading
import time
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction

from portal.metrics import offered, recount, rollup, tasks
from portal.metrics.counting import COMPLETED, ONLINE_PAYMENTS, RECEIVED
from portal.metrics.effects import snapshot
from portal.metrics.models import Cell, Resolution, ServiceSet, Standing, Sum
from portal.metrics.periods import parse
from portal.workflow.models import Delta
from tests.metrics import stories


def run():
    """``(exit status, what was printed)`` of ``manage.py recount``."""
    out = io.StringIO()
    try:
        call_command("recount", stdout=out)
    except SystemExit as ended:
        return ended.code, out.getvalue()
    return 0, out.getvalue()


def kept():
    """How many rows the rollup has, at all resolutions."""
    return sum(model.objects.count() for model in (Cell, Sum, ServiceSet))


def everything():
    """How many rows there will be when all is folded; nothing is changed."""
    with transaction.atomic():
        rollup.fold_all()
        found = kept()
        transaction.set_rollback(True)
    return found


def keys(model):
    return set(model.objects.values_list("metric", "day", "agency", "service", "channel"))


def test_recount_equals_pending_deltas(land):
    assert kept() == 0
    assert run() == (0, f"{everything()} cells compared, 0 differences\n")


def test_recount_equals_cells_and_a_mixture_of_both(land):
    cells, rows = keys(Delta), everything()
    rollup.fold(at_most=5)
    assert 0 < Cell.objects.count() < len(cells)
    assert Delta.objects.exists()
    assert run() == (0, f"{rows} cells compared, 0 differences\n")
    tasks.fold_deltas()
    assert keys(Cell) == cells
    assert not Delta.objects.exists()
    compared, differences = recount.compare()
    assert compared > rows  # the same task summarised the offerings
    assert differences == []


def test_every_resolution_is_compared(land):
    """Whatever row is changed, and whatever service leaves a set or joins one, the recount says which."""
    rollup.fold_all()
    for resolution in Resolution:
        row = Sum.objects.filter(resolution=resolution).first()
        Sum.objects.filter(pk=row.pk).update(quantity=row.quantity + 1)
        _compared, [difference] = recount.compare()
        assert (difference.what, difference.day) == (resolution.label, row.start)
        assert difference.kept_quantity == difference.counted_quantity + 1
        Sum.objects.filter(pk=row.pk).update(quantity=row.quantity)
    for resolution, services in product(rollup.OF_SETS, ("services << 1", "~services")):
        row = ServiceSet.objects.filter(resolution=resolution).first()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE metrics_serviceset SET services = {services} WHERE id = %s", [row.pk]
            )
            _compared, [difference] = recount.compare()
            assert (difference.what, difference.agency) == ("set of services", row.agency)
            transaction.set_rollback(True)
    assert recount.compare()[1] == []


def test_the_summary_of_offerings_is_compared_where_there_is_one(land):
    before, _none = recount.compare()
    offered.summarise()
    compared, differences = recount.compare()
    assert compared > before
    assert differences == []
    row = Standing.objects.order_by("top", "valid_from", "level", "eligible").first()
    for changed in (
        {"level": 0},
        {"number": row.number + 1},
        {"valid_from": row.valid_from - timedelta(days=1)},
    ):
        with transaction.atomic():
            Standing.objects.filter(pk=row.pk).update(**changed)
            _compared, differences = recount.compare()
            assert {(each.what, each.agency) for each in differences} == {
                ("services on offer", row.top)
            }
            transaction.set_rollback(True)


def test_folding_changes_no_figure_and_twice_is_once(land):
    before = snapshot(parse("2022"))
    assert rollup.fold_all(batch=13) == 51
    assert snapshot(parse("2022")) == before
    assert rollup.fold_all() == 0
    assert snapshot(parse("2022")) == before


def test_an_empty_portal_has_nothing_to_compare(db):
    assert run() == (0, "0 cells compared, 0 differences\n")


def test_a_changed_cell_is_found_and_named(land):
    rollup.fold_all()
    cell = Cell.objects.filter(metric="received").first()
    Cell.objects.filter(pk=cell.pk).update(quantity=cell.quantity + 1)
    status, said = run()
    assert status == 1
    assert said.splitlines()[0] == (
        f"day: received {cell.day} agency {cell.agency} service {cell.service} channel {cell.channel}: "
        f"kept {cell.quantity + 1} (amount 0), history says {cell.quantity} (amount 0)"
    )
    assert said.endswith(" cells compared, 1 difference\n")


def test_a_lost_cell_an_invented_one_and_a_changed_sum_are_found(land):
    rollup.fold_all()
    Cell.objects.filter(metric="completed_late").delete()
    Cell.objects.filter(metric="online_payments").update(amount=1)
    Delta.objects.create(metric="received", day="2022-08-08", agency=1, service=1, channel=2)
    _compared, differences = recount.compare()
    assert {each.metric for each in differences if each.what == "day"} == {
        "completed_late",
        "online_payments",
        "received",
    }


def test_recount_imports_nothing_of_what_it_checks():
    imported = set()
    for file in Path(recount.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported |= {f"{node.module}.{alias.name}" for alias in node.names}
    own = {name for name in imported if name.split(".")[0] in ("portal", "dossiers", "payments")}
    assert own == {"portal.metrics.recount"}


def test_there_is_a_rule_for_every_cell_that_moves_write(land):
    """A cell metric without a rule would be told as a difference; one that no move writes would be no rule."""
    said = " ".join(recount.RULES.values())
    for metric in [RECEIVED, ONLINE_PAYMENTS, *COMPLETED.values()]:
        assert f"'{metric}'" in said


@pytest.mark.usefixtures("own_database")
def test_exact_at_every_instant_while_moves_and_folds_go_on(django_db_blocker):
    """Two threads receive and complete dossiers, two fold, one compares: never a difference."""
    with django_db_blocker.unblock():
        land = stories.country()
        stories.clock_at("2022-08-08 09:00")
        offerings = [land.full, land.southern]
        stories.filed(land.full, situation="proposed")
        stories.filed(land.southern, situation="proposed")
        done, failures, comparisons = threading.Event(), [], []

        def guarded(work):
            def run():
                try:
                    with django_db_blocker.unblock():
                        work()
                except Exception as error:
                    failures.append(error)
                finally:
                    connections.close_all()

            return threading.Thread(target=run)

        def move(offering):
            for number in range(6):
                stories.filed(offering, situation="completed" if number % 2 else "received")

        def fold():
            while not done.is_set():
                rollup.fold(at_most=random.choice([1, 2, 3]))

        def compare():
            while not done.is_set():
                comparisons.append(recount.compare())

        movers = [guarded(lambda chosen=offering: move(chosen)) for offering in offerings]
        others = [guarded(fold), guarded(fold), guarded(compare)]
        for thread in movers + others:
            thread.start()
        for thread in movers:
            thread.join()
        done.set()
        for thread in others:
            thread.join()

        assert failures == []
        assert len(comparisons) > 3
        assert [differences for _compared, differences in comparisons if differences] == []
        rollup.fold_all()
        assert run()[0] == 0
        # 12 received one by one, each second one completed as well.
        assert sum(Cell.objects.filter(metric="received").values_list("quantity", flat=True)) == 14
        assert (
            sum(
                Cell.objects.filter(metric__in=COMPLETED.values()).values_list(
                    "quantity", flat=True
                )
            )
            == 6
        )


@pytest.mark.usefixtures("own_database")
def test_a_fold_that_dies_loses_nothing_and_doubles_nothing(django_db_blocker):
    with django_db_blocker.unblock():
        land = stories.country()
        stories.received(land.full, "2022-08-08 09:00")
        with pytest.raises(RuntimeError), connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(rollup.FOLD, [10])
            assert cursor.fetchone() == (3,)  # filed, with a paper, received
            connection.close()  # as if the process had been killed before the commit
            raise RuntimeError
        assert Delta.objects.count() == 3
        assert kept() == 0
        assert rollup.fold_all() == 3
        assert run() == (0, f"{kept()} cells compared, 0 differences\n")


@pytest.mark.slow
@pytest.mark.usefixtures("celery_worker")
def test_the_fold_runs_as_a_task_of_a_real_worker(django_db_blocker):
    with django_db_blocker.unblock():
        land = stories.country()
        # On paper: a result that is due online the same worker would return, before or after the fold.
        stories.completed(land.full, "2022-08-08 09:00", "2022-08-09 09:00", paper=True)
        assert Delta.objects.count() == 4
        tasks.fold_deltas.delay()
        give_up = time.monotonic() + 20
        while Delta.objects.exists() and time.monotonic() < give_up:
            time.sleep(0.1)
        assert keys(Delta) == set()
        assert {metric for metric, *_key in keys(Cell)} == {
            "filed",
            "filed_with_papers",
            "received",
            "completed_early",
        }
        compared, differences = recount.compare()
        assert compared >= kept()  # and the summary of offerings, once the same task has made it
        assert differences == []
