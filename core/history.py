"""What every table of field history has beside its columns."""

import pgtrigger
from pghistory import models

from core.models import never_emptied


class Event(models.Event):
    """A row of history, under the library's own name, from which it names the tables.

    UPDATE and DELETE are refused by a setting of the library, TRUNCATE here.
    """

    class Meta:
        abstract = True

    @classmethod
    def pghistory_setup(cls) -> None:
        super().pghistory_setup()  # type: ignore[no-untyped-call]
        pgtrigger.register(never_emptied("append_only"))(cls)
