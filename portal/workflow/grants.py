"""Rights of the application role, given after every migration by the owner of the tables."""

from django.apps import apps
from django.conf import settings
from django.db import connections

NEVER_DELETED = ("clock_portalclock",)  # without its row a clock that was ahead would jump back


def grant_to_application(*, using, **kwargs):
    """Everything on every table, except UPDATE, DELETE and TRUNCATE where rows are append-only or never deleted."""
    role = settings.DATABASES["default"]["USER"]
    connection = connections[using]
    if connection.settings_dict["USER"] == role:
        return  # One role for both: only the triggers protect what is append-only.
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {quote(role)}")
        cursor.execute(
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quote(role)}"
        )
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quote(role)}")
        for table in append_only_tables():
            cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {quote(table)} FROM {quote(role)}")
        for table in set(NEVER_DELETED) & set(connection.introspection.table_names(cursor)):
            cursor.execute(f"REVOKE DELETE, TRUNCATE ON {quote(table)} FROM {quote(role)}")


def append_only_tables():
    """Tables of the models that carry an ``…_append_only`` trigger."""
    return sorted(
        model._meta.db_table
        for model in apps.get_models()
        if any(
            trigger.name.endswith("_append_only")
            for trigger in getattr(model._meta, "triggers", ())
        )
    )
