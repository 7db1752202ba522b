"""How a database address becomes a Django connection, the same in every environment."""

import environ

WEB_STATEMENT_SECONDS = 5
WORK_STATEMENT_SECONDS = 60  # Celery tasks and commands
LOCK_SECONDS = 3
IDLE_IN_TRANSACTION_SECONDS = 10
# Starting workers takes PostgreSQL some 15 ms, as long as a page's whole reading: left to what takes seconds.
PARALLEL_SETUP_COST = 100_000
USES_BEFORE_PREPARING = 5
CONNECTION_SECONDS = 600  # how long a connection is kept for the next request


def session_options(*, statement_seconds: int) -> str:
    """Limits that PostgreSQL itself puts on every session, as libpq's ``options``.

    Source: docs/sources.md, “Time-outs”.
    """
    limits = {
        "statement_timeout": statement_seconds,
        "lock_timeout": LOCK_SECONDS,
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_SECONDS,
    }
    options = {
        **{name: f"{seconds}s" for name, seconds in limits.items()},
        "parallel_setup_cost": PARALLEL_SETUP_COST,
    }
    return " ".join(f"-c {name}={value}" for name, value in options.items())


def connections(database_url: str, owner_url: str) -> dict[str, dict]:
    """``DATABASES``: ``default`` as the application role, ``owner`` on the same data for migrations."""
    default, owner = (environ.Env.db_url_config(url) for url in (database_url, owner_url))
    shared = {"CONN_HEALTH_CHECKS": True}
    limits = session_options(statement_seconds=WORK_STATEMENT_SECONDS)
    return {
        "default": {
            **default,
            **shared,
            "CONN_MAX_AGE": CONNECTION_SECONDS,
            "OPTIONS": {
                **default.get("OPTIONS", {}),
                "options": limits,
                # What is asked again and again is planned once per connection (docs/benchmarks.md).
                "server_side_binding": True,
                "prepare_threshold": USES_BEFORE_PREPARING,
            },
        },
        # No limits: a migration may rebuild a large table.
        "owner": {**owner, **shared, "TEST": {"MIRROR": "default"}},
    }


def cache(redis_url: str, *, prefix: str) -> dict[str, dict]:
    """``CACHES`` on Valkey or Redis; what is there may vanish at any time.

    Parts of pages that no data changes (``{% cache %}``) are kept by the process that serves them.
    """
    return {
        "default": {
            "BACKEND": "portal.cache.ForgivingRedisCache",
            "LOCATION": redis_url,
            "KEY_PREFIX": prefix,
            "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 2},
        },
        "template_fragments": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "OPTIONS": {"MAX_ENTRIES": 1000},
        },
    }
