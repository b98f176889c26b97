"""The file of an export, and the row of the log that says who took it, for whom and why."""

from collections.abc import Mapping, Sequence
from io import TextIOWrapper
from tempfile import TemporaryFile
from typing import Any

from django.db.models import Model
from django.http import FileResponse, HttpRequest
from django.utils import timezone

from audit.forms import ExportForm
from audit.record import disclosed
from core.days import london_day
from core.marking import MARKED
from core.spreadsheets import Cover, Table, write_csv, write_xlsx
from core.templatetags.page import moment


def exported(
    request: HttpRequest,
    form: ExportForm,
    what: type[Model],
    table: Table,
    *,
    name: str,
    facts: Sequence[tuple[str, str]],
    terms: Mapping[str, Any],
) -> FileResponse:
    """A table of records as the form asks for it; `name` begins that of the file."""
    suffix, recipient = form.cleaned_data["form"], form.seen_by(request.user.get_username())
    # Closed by the answer that sends it.
    file = TemporaryFile("w+b")  # noqa: SIM115
    if suffix == ExportForm.XLSX:
        said = [
            ("Made", moment(timezone.now())),
            ("Made by", str(request.user)),
            ("For", recipient),
            *facts,
            ("Within", "What the person who made it may see"),
            ("Status", "Provisional management information, not official statistics"),
        ]
        number = write_xlsx(file, Cover(table.title, said, MARKED), table)
    else:
        text = TextIOWrapper(file, "utf-8-sig", newline="")
        number = write_csv(text, MARKED, table.headings, table.rows)
        text.detach()
    disclosed(
        request,
        what,
        number,
        recipient=recipient,
        reason=form.cleaned_data["reason"],
        terms={**terms, "file": suffix},
    )
    file.seek(0)
    named = f"{name}-official-sensitive-{london_day(timezone.now())}.{suffix}"
    return FileResponse(file, as_attachment=True, filename=named)
