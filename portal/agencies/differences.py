"""Bringing rows of files into a table in few statements, however many they are."""

ROWS_A_STATEMENT = 2000


def write_differences(model, wanted: dict, *, key: str) -> int:
    """Create or change the rows of ``model`` that are not as ``wanted`` (by the value of ``key``) says.

    Returns how many. Rows that ``wanted`` does not name are left alone.
    """
    known = {getattr(row, key): row for row in model.objects.filter(**{f"{key}__in": wanted})}
    new = [model(**fields) for value, fields in wanted.items() if value not in known]
    model.objects.bulk_create(new, ROWS_A_STATEMENT)
    changed, names = [], set()
    for value, row in known.items():
        different = {name for name, wish in wanted[value].items() if getattr(row, name) != wish}
        if different:
            for name in different:
                setattr(row, name, wanted[value][name])
            changed.append(row)
            names |= different
    if changed:
        model.objects.bulk_update(changed, sorted(names), ROWS_A_STATEMENT)
    return len(new) + len(changed)
