"""Settings of the testbed's Nautobot; what differs from one testbed to another comes through the environment (see server.py)."""

import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from nautobot.core.settings import *  # noqa: F403  (Nautobot's own convention)
from nautobot.core.settings import DATABASES

SECRET_KEY = "nbcore-testbed-is-not-a-secret-0123456789abcdefghijklmnop"
ALLOWED_HOSTS = ["*"]
DATABASES["default"].update(
    # Not by a name with "postgres" in it: Nautobot would put Prometheus' engine in its place, from which this one is derived.
    ENGINE="reconnecting",
    NAME=os.environ["TESTBED_PG_NAME"],
    USER="postgres",
    PASSWORD=os.environ["TESTBED_PG_PASSWORD"],
    HOST="127.0.0.1",
    PORT=os.environ["TESTBED_PG_PORT"],
)
REDIS_URL = os.environ["TESTBED_REDIS"]
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": f"{REDIS_URL}/1",
        "TIMEOUT": 300,
        "OPTIONS": {"CLIENT_CLASS": "django_redis.client.DefaultClient"},
    }
}
CELERY_BROKER_URL = f"{REDIS_URL}/0"
CELERY_TASK_DEFAULT_QUEUE = "default"
NAUTOBOT_ROOT = os.environ["NAUTOBOT_ROOT"]
JOBS_ROOT = os.environ["TESTBED_JOBS_ROOT"]
MEDIA_ROOT = os.path.join(NAUTOBOT_ROOT, "media")
STATIC_ROOT = os.path.join(NAUTOBOT_ROOT, "static")
GIT_ROOT = os.path.join(NAUTOBOT_ROOT, "git")
PLUGINS = json.loads(os.environ["TESTBED_APPS"])
INSTALLATION_METRICS_ENABLED = False
METRICS_ENABLED = True
MAX_PAGE_SIZE = 1000
