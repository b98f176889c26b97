"""Saving the staged rows of an import, all of them or none, as sets."""

from collections.abc import Iterator
from itertools import islice
from typing import TypeVar

from django.db import connection
from django.db.models import Q

from accounts.models import Import
from cases.actions.entries import begun
from cases.actions.outcomes import FLAGGING
from cases.choices import Kind
from cases.forms.log import CODES
from cases.imports.staged import FIND_ALIKE, FIND_CASES, FIND_SUSPECTS, LEARN, ask
from cases.models import DisclosureApplication, Outcome, ProtectiveOrder

T = TypeVar("T")
AT_ONCE = 2_000

MAKE_CASES = """
INSERT INTO cases_case
    (reference, system, reference_date, borough_id, team_id, officer_id, status, restricted)
SELECT reference, system, reference_date, borough_id, team_id, %s, 'open', false FROM (
    SELECT DISTINCT ON (system, reference_key, reference_date) * FROM staged
    WHERE case_id IS NULL AND NOT known ORDER BY system, reference_key, reference_date, line
) AS first ON CONFLICT DO NOTHING
"""
MAKE_SUSPECTS = """
INSERT INTO cases_suspect (case_id, number)
SELECT DISTINCT case_id, suspect_number FROM staged
WHERE suspect_id IS NULL AND suspect_number IS NOT NULL AND NOT known ORDER BY 1, 2
ON CONFLICT DO NOTHING
"""
MAKE_OUTCOMES = f"""
INSERT INTO cases_outcome (
    id, kind, case_id, suspect_id, borough_id, team_id, logged_by_id, happened_at, void_reason,
    {", ".join(CODES)}
) SELECT id, kind, case_id, suspect_id, borough_id, team_id, %s, happened_at, '',
    {", ".join(CODES)}
FROM staged WHERE NOT known ORDER BY id ON CONFLICT (id) DO NOTHING
"""
RESTORE = """
UPDATE cases_outcome AS o SET voided_at = NULL, voided_by_id = NULL, void_reason = ''
FROM staged WHERE staged.id = o.id AND staged.undone
"""
LINK_RESTORED = """
UPDATE cases_importedoutcome AS r SET batch_id = %s, line = staged.line
FROM staged WHERE staged.id = r.outcome_id AND staged.undone
"""
LINK = """
INSERT INTO cases_importedoutcome (batch_id, line, outcome_id)
SELECT %s, line, id FROM staged WHERE NOT known ORDER BY line ON CONFLICT (outcome_id) DO NOTHING
"""
CREDIT = """
INSERT INTO cases_outcomesupport (outcome_id, team_id)
SELECT id, helper FROM staged, unnest(helpers) AS helper WHERE NOT known ON CONFLICT DO NOTHING
"""
FLAG = """
INSERT INTO cases_possibleduplicate (outcome_id, earlier_id, state)
SELECT id, earlier, 'open' FROM alike ON CONFLICT DO NOTHING
"""


def save_staged(batch: Import) -> None:
    """Saves what is staged, within the transaction and the history of the caller.

    What is there already stays as it is, but for rows that an undo took out: these come back.
    IntegrityError where a rule of the database refuses a row.
    """
    by = batch.owner_id
    with connection.cursor() as cursor:
        cursor.execute(MAKE_CASES, [by])
        cursor.execute(FIND_CASES)
        cursor.execute(LEARN)
        cursor.execute(MAKE_SUSPECTS)
        cursor.execute(FIND_SUSPECTS)
        cursor.execute(MAKE_OUTCOMES, [by])
        cursor.execute(RESTORE)
        cursor.execute(LINK_RESTORED, [batch.pk])
        cursor.execute(LINK, [batch.pk])
        cursor.execute(CREDIT)
        _begin_what_follows(batch)
        # Last, since whoever logs an entry waits from here to the end.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FLAGGING])
        cursor.execute(FIND_ALIKE)
        cursor.execute(FLAG)


def _begin_what_follows(batch: Import) -> None:
    """Orders and applications begin their life on the case, as those of the log form do."""
    others = dict(ask("SELECT id, other_order FROM staged WHERE other_order <> ''"))
    outcomes = Outcome.objects.filter(
        Q(kind=Kind.ORDER, protective_order=None)
        | Q(kind=Kind.DISCLOSURE_APPLICATION, disclosure_application=None),
        imported_row__batch=batch,
    )
    for chunk in _chunks(begun(o, others.get(o.pk, ""), batch.owner) for o in outcomes.iterator()):
        ProtectiveOrder.objects.bulk_create(
            row for row in chunk if isinstance(row, ProtectiveOrder)
        )
        DisclosureApplication.objects.bulk_create(
            row for row in chunk if isinstance(row, DisclosureApplication)
        )


def _chunks(rows: Iterator[T]) -> Iterator[list[T]]:
    while chunk := list(islice(rows, AT_ONCE)):
        yield chunk
