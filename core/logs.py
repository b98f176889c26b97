"""Lines of the log as JSON, with nothing in them of what a person typed, read or is called.

A message is written as its author did, with gaps where values would be; an exception as its kind
and the places it came through, without its words, since a database puts rows into them.
"""

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any

from core.edge import REQUEST_ID

SPEAKS_OF_NOBODY = (
    *("celery.apps", "celery.beat", "celery.worker.consumer", "celery.worker.strategy"),
    *("kombu", "summaries"),
)
"""Loggers whose messages name jobs, machines and times: those are written in full."""
WITHOUT_GAPS = ("django.security", "django.request")
"""Loggers that put what was sent into the message itself."""
OF_A_JOB = ("name", "id", "runtime")
"""What Celery's messages say of a job, besides its arguments and its answer."""


class JsonLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
        }
        if number := REQUEST_ID.get():
            line["request"] = number
        line |= getattr(record, "facts", {})
        if isinstance(record.args, dict):
            line |= {key: record.args[key] for key in OF_A_JOB if key in record.args}
        if record.exc_info and record.exc_info[0]:
            kind, _, trace = record.exc_info
            line["exception"] = f"{kind.__module__}.{kind.__qualname__}"
            line["at"] = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(trace)]
        return json.dumps(line)


def _message(record: logging.LogRecord) -> str:
    if _among(record.name, WITHOUT_GAPS):
        return "Refused or failed"
    if _among(record.name, SPEAKS_OF_NOBODY):
        return record.getMessage()
    return str(record.msg)


def _among(name: str, loggers: tuple[str, ...]) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in loggers)
