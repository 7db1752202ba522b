"""A cache that may be down: the portal is slower then, and loses nothing."""

import functools

import structlog
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


def _forgiving(name, otherwise):
    """The method of the Redis cache, answering ``otherwise(...)`` when Redis does not."""
    ask = getattr(RedisCache, name)

    @functools.wraps(ask)
    def method(self, *args, **kwargs):
        try:
            return ask(self, *args, **kwargs)
        except RedisError as error:
            log.warning("cache_not_heard", operation=name, error=type(error).__name__)
            return otherwise(*args, **kwargs)

    return method


def _nothing(*args, **kwargs):
    return None


def _no(*args, **kwargs):
    return False


def _yes(*args, **kwargs):
    return True


def _default(key, default=None, version=None):
    return default


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache; a server that is down, full or restarting reads as an empty cache.

    ``add`` succeeds then, as in an empty cache: rate limits, which lock with it, let everybody in rather than nobody.
    So nothing of ours may rest on a lock kept here; wrong passwords are counted in PostgreSQL.
    """

    get = _forgiving("get", _default)
    set = _forgiving("set", _nothing)
    add = _forgiving("add", _yes)
    touch = _forgiving("touch", _no)
    delete = _forgiving("delete", _no)
    has_key = _forgiving("has_key", _no)
    get_many = _forgiving("get_many", lambda keys, version=None: {})
    set_many = _forgiving("set_many", lambda data, **kwargs: list(data))
    delete_many = _forgiving("delete_many", _nothing)
    clear = _forgiving("clear", _no)
