"""What the log's own pages ask of whoever opens them; only an auditor may."""

from enum import StrEnum, auto
from typing import Any

from django.http import HttpRequest


class LogPermission(StrEnum):
    READ_LOG = auto()
    """Search the log, and take it out as evidence on a record."""
    REVIEW_READS = auto()
    """Draw samples of reads, and say whether each was in order."""


class AuditorRequest(HttpRequest):
    """A request that has passed `core.access.requires`; the person's model is a layer above."""

    user: Any
