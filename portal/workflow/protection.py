"""What the database itself refuses: rows that stay as they were written, and states off the drawn edges."""

import pgtrigger


def append_only(name):
    """Triggers that refuse UPDATE, DELETE and TRUNCATE, whoever asks.

    The application role lacks these rights besides (``portal.workflow.grants``); TRUNCATE needs a trigger of its own
    because a row trigger never sees it.
    """
    return [
        pgtrigger.Protect(
            name=f"{name}_append_only", operation=pgtrigger.Update | pgtrigger.Delete
        ),
        pgtrigger.Trigger(
            name=f"{name}_no_truncate",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func=f"RAISE EXCEPTION '{name} rows are append-only';",
        ),
    ]


def fixed_once_set(name, column):
    """A trigger that refuses any other value of ``column`` after the first."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.UpdateOf(column),
        condition=pgtrigger.Condition(
            f'OLD."{column}" IS NOT NULL AND NEW."{column}" IS DISTINCT FROM OLD."{column}"'
        ),
        func=f"RAISE EXCEPTION '{column} never changes once it is set';",
    )


def declared_edges_only(name, edges, column="state"):
    """A trigger that refuses a change of ``column`` along any edge but the given ``(source, target)`` pairs.

    The edges stand in its condition: along a declared one no function is called. They are one constant, because the
    server reads the condition anew for every statement; as pairs, it took longer than all else that a move does there.
    """
    arrows = ",".join(
        f"{source}>{target}" for source, target in sorted(set(edges)) if source != target
    )
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.UpdateOf(column),
        condition=pgtrigger.Condition(
            f'OLD."{column}" IS DISTINCT FROM NEW."{column}" '
            f"AND (OLD.\"{column}\" || '>' || NEW.\"{column}\") <> ALL ('{{{arrows}}}'::text[])"
        ),
        func=(
            f'RAISE EXCEPTION \'undeclared edge: % to %\', OLD."{column}", NEW."{column}" '
            "USING ERRCODE = 'check_violation';"
        ),
    )


def never_changes(name, columns, *, once=""):
    """A trigger that refuses another value of any of ``columns``, from the first or from when ``once`` holds (SQL)."""
    before, after = (", ".join(f'{row}."{column}"' for column in columns) for row in ("OLD", "NEW"))
    condition = f"(({before}) IS DISTINCT FROM ({after}))"
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition(f"{once} AND {condition}" if once else condition),
        func=f"RAISE EXCEPTION '{name}: this never changes' USING ERRCODE = 'check_violation';",
    )
