"""Nothing but the door moves a machine: no code assigns a state, and each part of the house says so the same way."""

import ast
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import IntegrityError, connections, transaction

from dossiers.models import Dossier
from payments.models import Attempt, Refund
from portal.catalogue.models import ServiceVersion
from portal.workflow.machine import drawing, edges, state_field
from tests.workflow import arrangements

OURS = ("portal", "dossiers", "payments")
# The gateway's own house has a machine of its own; the door may undo a refused move.
EXEMPT = ("payments/sandbox/", "portal/workflow/")
MACHINES = (Dossier, Attempt, Refund, ServiceVersion)


def source_files():
    for room in OURS:
        for path in sorted((settings.BASE_DIR / room).rglob("*.py")):
            name = path.relative_to(settings.BASE_DIR).as_posix()
            if not name.startswith(EXEMPT) and "/migrations/" not in name:
                yield name, path


def assignments_of_state(tree):
    """Line numbers where a state is set other than by a transition."""
    for node in ast.walk(tree):
        targets = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            targets = [node.target]
        flat = [leaf for target in targets for leaf in ast.walk(target)]
        if any(isinstance(leaf, ast.Attribute) and leaf.attr == "state" for leaf in flat):
            yield node.lineno
        if not isinstance(node, ast.Call):
            continue
        called = (
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        )
        if called == "setattr" and any(
            isinstance(argument, ast.Constant) and argument.value == "state"
            for argument in node.args
        ):
            yield node.lineno
        if called in {"update", "bulk_update"} and (
            any(keyword.arg == "state" for keyword in node.keywords)
            or any(
                isinstance(leaf, ast.Constant) and leaf.value == "state"
                for argument in node.args
                for leaf in ast.walk(argument)
            )
        ):
            yield node.lineno


def test_no_code_assigns_a_state():
    found = [
        f"{name}:{line}"
        for name, path in source_files()
        for line in assignments_of_state(ast.parse(path.read_text(encoding="utf-8")))
    ]

    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        "dossier.state = 'received'",
        "a, dossier.state = 1, 2",
        "dossier.state: str = 'x'",
        "setattr(dossier, 'state', 'x')",
        "Dossier.objects.filter(pk=1).update(state='x')",
        "Dossier.objects.bulk_update(found, ['state'])",
    ],
)
def test_the_scan_sees_every_way_of_assigning(code):
    assert list(assignments_of_state(ast.parse(code))) == [1]


@pytest.mark.parametrize(
    "code", ["if dossier.state == 'x': pass", "Dossier.objects.filter(state='x')", "state = 1"]
)
def test_the_scan_lets_reading_pass(code):
    assert list(assignments_of_state(ast.parse(code))) == []


# One graph, told three times ----------------------------------------------------------------


def pairs_in_code(model):
    return {(edge.source, edge.target) for edge in edges(model) if edge.source != edge.target}


def drawn_arrows(path):
    """``(source, target, transition)`` of a drawing, read apart from the code that draws."""
    arrows = set()
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        ends, names = line.strip().split(": ")
        source, target = ends.split(" --> ")
        arrows |= {(source, target, name) for name in names.split(", ")}
    return arrows


@pytest.mark.parametrize("model", MACHINES)
def test_the_drawing_shows_the_declared_edges(model):
    path = settings.BASE_DIR / "docs" / "machines" / f"{model._meta.model_name}.mmd"

    assert drawn_arrows(path) == {
        (edge.source, edge.target, edge.transition) for edge in edges(model)
    }
    assert path.read_text(encoding="utf-8") == drawing(model)


def test_the_command_draws_what_is_committed(settings, tmp_path):
    drawn_here = [
        settings.BASE_DIR / "README.md",
        *(settings.BASE_DIR / "docs" / "machines").glob("*.mmd"),
    ]
    committed = {
        path.relative_to(settings.BASE_DIR): path.read_text(encoding="utf-8") for path in drawn_here
    }
    (tmp_path / "README.md").write_text(committed[Path("README.md")], encoding="utf-8")
    settings.BASE_DIR = tmp_path

    call_command("draw_machines", stdout=StringIO())

    drawn = {path: (tmp_path / path).read_text(encoding="utf-8") for path in committed}
    assert drawn == committed
    assert len(drawn) == 1 + len(MACHINES)


@pytest.mark.parametrize("model", MACHINES)
def test_the_database_lets_exactly_the_declared_edges_pass(model, own_database):
    """Asked, not read: the trigger judges every pair of states, on a table made for that."""
    states = [value for value, _label in state_field(model).choices]
    passed = set()
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        guard = guard_of(cursor, model._meta.db_table)
        cursor.execute("CREATE TEMPORARY TABLE probe (state text) ON COMMIT DROP")
        cursor.execute(guard.replace(f"ON public.{model._meta.db_table} ", "ON probe "))
        for source in states:
            for target in set(states) - {source}:
                cursor.execute("TRUNCATE probe")
                cursor.execute("INSERT INTO probe VALUES (%s)", [source])
                try:
                    with transaction.atomic("owner"):
                        cursor.execute("UPDATE probe SET state = %s", [target])
                except IntegrityError as error:
                    assert f"undeclared edge: {source} to {target}" in str(error)
                else:
                    passed.add((source, target))

    assert passed == pairs_in_code(model)


def guard_of(cursor, table):
    """The trigger that guards the edges of ``table``, as the catalogue of the database has it."""
    cursor.execute(
        "SELECT pg_get_triggerdef(t.oid), t.tgenabled FROM pg_trigger t "
        "WHERE t.tgrelid = %s::regclass AND pg_get_triggerdef(t.oid) ~ 'BEFORE UPDATE OF \"?state\"? ON'",
        [table],
    )
    ((definition, enabled),) = cursor.fetchall()
    assert enabled == "O"
    return definition


@pytest.mark.django_db
@pytest.mark.parametrize("model", MACHINES)
def test_the_application_cannot_take_a_row_along_an_undeclared_edge(model, frozen_clock):
    row = arrangements.before(model, edges(model)[0], arrangements.land())
    undeclared = {value for value, _label in state_field(model).choices} - {row.state}
    undeclared -= {target for source, target in pairs_in_code(model) if source == row.state}

    for target in undeclared:
        with pytest.raises(IntegrityError, match="undeclared edge"), transaction.atomic():
            model.objects.filter(pk=row.pk).update(state=target)

    assert undeclared
    assert model.objects.get(pk=row.pk).state == row.state
