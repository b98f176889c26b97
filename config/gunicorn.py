"""How the web server serves: `gunicorn --config python:config.gunicorn config.wsgi`."""

import gc
from time import monotonic
from typing import Any

from config.settings import LOGGING

# `core/edge.py` writes a line for each request, with no address in it; gunicorn's own would hold
# what stands after the question mark. Its errors are written as ours are.
accesslog = None
logconfig_dict = {**LOGGING, "loggers": {"gunicorn.error": {"propagate": True, "handlers": []}}}

# The workers share what they load: half of their memory, and no first request waits for it.
preload_app = True

PATIENCE = 20.0
"""Seconds in which a request without a body must be here."""
PACE = 100_000
"""Bytes that a body must bring for each further second; a slow mobile line has ten times that."""


def pre_fork(_server: Any, _worker: Any) -> None:
    """What is loaded stays for good: a look at it by the collector would copy it to each worker."""
    gc.freeze()


def pre_request(_worker: Any, req: Any) -> None:
    """Lets go of a client that sends so slowly that it would hold a thread for nothing."""
    unreader = req.unreader
    length = dict(req.headers).get("CONTENT-LENGTH", "0")
    ends = monotonic() + PATIENCE + int(length) / PACE

    def chunk(*args: Any) -> bytes:
        left = ends - monotonic()
        if left <= 0:
            raise TimeoutError
        unreader.sock.settimeout(left)
        data: bytes = type(unreader).chunk(unreader, *args)
        return data

    unreader.chunk = chunk


def post_request(_worker: Any, req: Any, _environ: Any, _response: Any) -> None:
    """The next request on the same connection has its own time."""
    del req.unreader.chunk
    req.unreader.sock.settimeout(None)
