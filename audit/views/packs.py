"""The evidence on one record, taken out as a file: by whom, for whom and why is logged."""

from io import BytesIO, TextIOWrapper
from tempfile import TemporaryFile
from typing import IO

from django.http import FileResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from audit.forms import PackForm
from audit.models import Seal
from audit.pack import HEADINGS, ROWS_OF_A_PDF, cells, evidence, pack_pdf
from audit.permissions import AuditorRequest, LogPermission
from audit.presenters.record import Record
from audit.record import disclosed
from core.access import requires
from core.days import london_day
from core.marking import MARKED
from core.spreadsheets import write_csv
from core.templatetags.page import moment


@requires(LogPermission.READ_LOG)
def pack(request: AuditorRequest, object_type: str, object_id: str) -> HttpResponseBase:
    """Asks for whom and why, then gives the file."""
    record = Record(object_type, object_id)
    lines = record.log.count() + len(record.changes)
    form = PackForm(request.POST or None, pages=lines <= ROWS_OF_A_PDF)
    if form.is_valid():
        return _file(request, record, form)
    return render(request, "audit/pack.html", {"form": form, "record": record, "lines": lines})


def _file(request: AuditorRequest, record: Record, form: PackForm) -> HttpResponseBase:
    made, kind = timezone.now(), form.cleaned_data["form"]
    username, reason = request.user.get_username(), form.cleaned_data["reason"]
    recipient = form.seen_by(username)
    file: IO[bytes]
    if kind == PackForm.PDF:
        facts = [
            ("Record", f"{record}, and the rows that hang on it"),
            ("Made", f"{moment(made)}, by {request.user} ({username})"),
            ("For", recipient),
            ("Why", reason),
            ("Latest seal", _latest_seal()),
        ]
        content, number = pack_pdf(record, facts, made=made)
        file = BytesIO(content)
    else:
        # Closed by the answer that sends it.
        file = TemporaryFile("w+b")  # noqa: SIM115
        text = TextIOWrapper(file, "utf-8-sig", newline="")
        number = write_csv(text, MARKED, HEADINGS, cells(evidence(record)))
        text.detach()
        file.seek(0)
    disclosed(
        request,
        record.model,
        number,
        object_id=record.object_id,
        recipient=recipient,
        reason=reason,
        terms={"file": kind},
    )
    name = f"evidence-official-sensitive-{london_day(made)}.{kind}"
    return FileResponse(file, as_attachment=True, filename=name)


def _latest_seal() -> str:
    last = Seal.objects.last()
    return f"{last.pk}, {last.digest}" if last else "None yet"
