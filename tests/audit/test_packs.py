"""The evidence on one record: whole, in order, marked, sealed, and never without a row."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from audit.models import LogRow
from audit.pack import HEADINGS, NOT_SEALED
from audit.seals import seal
from cases.models import Case
from core.marking import MARKED, MARKING
from core.pdf import pdf
from tests.cases.pages import browser
from tests.conftest import Cast
from tests.factories import CaseFactory, LogRowFactory, OutcomeFactory

pytestmark = pytest.mark.django_db

WHY = {"recipient": "others", "others": "Professional standards", "reason": "Complaint 7"}


@pytest.fixture
def case(cast: Cast) -> Case:
    made: Case = CaseFactory.create(borough=cast.a, reference="987/26")
    return made


@pytest.fixture
def auditor(cast: Cast) -> Client:
    return browser(cast.auditor)


def page(case: Case) -> str:
    return reverse("audit:pack", args=["cases.case", case.pk])


def taken(answer: Any) -> bytes:
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith(
        'attachment; filename="evidence-official-sensitive-'
    )
    return b"".join(answer.streaming_content)


def test_the_csv_has_every_look_and_change_in_order_with_its_seal(
    cast: Cast, case: Case, auditor: Client
) -> None:
    OutcomeFactory.create(case=case)
    officer = browser(cast.officer)
    looked = officer.get(reverse("cases:case", args=[case.pk]))
    sealed = seal()
    LogRowFactory.create(
        actor="=1+1",
        action="disclosure",
        object_id=str(case.pk),
        reason="=cmd()",
        recipient="@x",
        request_id="r-2",
        details={"file": "-2"},
    )
    case.reference = "654/26"
    case.save()
    file = taken(auditor.post(page(case), WHY | {"form": "csv"})).decode("utf-8-sig")
    marking, heading, *cells = csv.reader(io.StringIO(file, newline=""))
    assert (marking, heading) == ([MARKED], [*HEADINGS])
    rows = [dict(zip(heading, row, strict=True)) for row in cells]
    # One transaction has one time, so a test's own changes all come first.
    assert [row["When"] for row in rows] == sorted(row["When"] for row in rows)
    told = {(row["What was done"], row["Record"]) for row in rows}
    assert told >= {
        ("Entered", f"Case {case.pk}"),
        ("Changed", f"Case {case.pk}"),
        ("Read a record", f"Case {case.pk}"),
        ("Exported or disclosed", f"Case {case.pk}"),
    }
    [read] = [row for row in rows if row["What was done"] == "Read a record"]
    assert read["Request"] == looked["X-Request-ID"]
    assert (read["Role at the time"], read["Seal"]) == ("Officer", str(sealed.pk))
    assert read["Digest of the seal"] == sealed.digest
    [shown] = [row for row in rows if row["What was done"] == "Exported or disclosed"]
    assert (shown["Who"], shown["Reason"], shown["Recipient"]) == ("'=1+1", "'=cmd()", "'@x")
    assert (shown["Seal"], shown["Terms"]) == (NOT_SEALED, "File: -2")
    [changed] = [row for row in rows if row["What was done"] == "Changed"]
    assert changed["Fields"] == "reference"
    assert "987/26" not in file
    assert "654/26" not in file


def test_the_pdf_is_tagged_titled_and_marked_on_every_page(
    cast: Cast, case: Case, auditor: Client
) -> None:
    odd = "#emph[x] *y* $z$ \\ <script> é 🧡"
    for number in range(40):
        LogRowFactory.create(
            actor=cast.officer.username, object_id=str(case.pk), reason=f"{odd} {number}"
        )
    LogRowFactory.create(object_id=str(case.pk), request_id="x" * 36, reason="w" * 300)
    sealed = seal()
    sent = WHY | {"form": "pdf", "reason": f"Complaint 7 {odd}"}
    file = PdfReader(io.BytesIO(taken(auditor.post(page(case), sent))))
    assert file.metadata is not None
    assert file.metadata.title == f"Evidence: Case {case.pk}"
    root: Any = file.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/Lang"] == "en-GB"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert "/StructTreeRoot" in root
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    pages = [found.extract_text() for found in file.pages]
    assert len(pages) > 1
    assert all(words.count(MARKING) >= 2 and "Page " in words for words in pages)
    words = " ".join(" ".join(pages).split())
    assert MARKED in words
    assert "Complaint 7 #emph[x] *y* $z$ \\ <script> é [U+1F9E1]" in words
    assert "Professional standards" in words
    assert sealed.digest in words
    assert "987/26" not in words


def test_taking_a_pack_asks_why_and_for_whom_and_leaves_a_disclosure(
    cast: Cast, case: Case, auditor: Client
) -> None:
    assert auditor.post(page(case), {"form": "csv"}).context["form"].errors.keys() == {
        *("recipient", "reason"),
    }
    assert not LogRow.objects.filter(action="disclosure").exists()
    taken(auditor.post(page(case), WHY | {"form": "csv"}))
    row = LogRow.objects.get(action="disclosure")
    assert (row.object_type, row.object_id, row.role) == ("cases.case", str(case.pk), "auditor")
    assert (row.recipient, row.reason) == ("Professional standards", "Complaint 7")
    assert (row.results, row.details) == (1, {"file": "csv"})


def test_a_record_with_too_many_rows_for_pages_comes_as_csv(
    case: Case, auditor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audit.views.packs.ROWS_OF_A_PDF", 0)
    form = auditor.get(page(case)).context["form"]
    assert [value for value, _ in form.fields["form"].choices] == ["csv"]
    refused = auditor.post(page(case), WHY | {"form": "pdf"})
    assert list(refused.context["form"].errors) == ["form"]


def test_a_pdf_is_the_same_whenever_it_is_made() -> None:
    data = {"title": "x", "made": "", "facts": [], "headings": [""] * 6, "rows": []}
    made = timezone.now()
    one, same, later = (
        pdf("audit/pack.typ", data | {"notes": [], "seals": []}, made=when)
        for when in (made, made, made + timedelta(days=1))
    )
    assert one == same != later
