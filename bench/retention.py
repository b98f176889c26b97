"""Reducing cases: how long a list takes, from approval to the last search term."""

from django.db import connection

from accounts.models import User
from bench.timing import timed
from cases.actions.reduce import work_on
from cases.actions.retention import decide, propose
from cases.models import Case, ReductionCase

MOST = 100_000

OLD_CASES = """
INSERT INTO cases_case (reference, system, borough_id, status, restricted, opened_at)
SELECT '01/' || lpad(n::text, 7, '0') || '/15', 'connect', 1 + n %% 34, 'closed', false,
    '2015-06-01'::timestamptz FROM generate_series(1, %(cases)s) AS n;
INSERT INTO cases_suspect (case_id, number)
SELECT id, 1 FROM cases_case WHERE reference LIKE '%%/15';
INSERT INTO cases_outcome (id, happened_at, recorded_at, kind, case_id, suspect_id, borough_id,
    offence, custody_record, void_reason)
SELECT gen_random_uuid(), '2015-06-01'::timestamptz, '2015-06-02'::timestamptz, 'arrest', c.id,
    s.id, c.borough_id, 'stalking', '01LX/' || c.id || '/15', ''
FROM cases_case AS c JOIN cases_suspect AS s ON s.case_id = c.id, generate_series(1, 2)
WHERE c.reference LIKE '%%/15';
INSERT INTO cases_casenote (case_id, kind, text, recorded_at, recorded_by_id)
SELECT id, 'fact', 'Body-worn video asked for.', '2015-06-02'::timestamptz, %(by)s
FROM cases_case WHERE reference LIKE '%%/15';
INSERT INTO audit_logrow (at, actor, role, action, object_type, object_id, reason_code, reason,
    recipient, request_id, session, details)
SELECT now(), 'officer', 'officer', 'search', 'cases.case', '', '', '', '', '', '',
    jsonb_build_object('reference', reference) FROM cases_case WHERE reference LIKE '%%/15';
ANALYZE
"""


def bench_retention(rows: int) -> None:
    """Each case with a suspect, two arrests, a note, its history, and a search for it."""
    cases = min(rows, MOST)
    role = {"role": User.Role.SUPERVISOR, "whole_force": True}
    one, other = (User.objects.create(username=name, name=name, **role) for name in ("a", "b"))
    with connection.cursor() as cursor:
        cursor.execute(OLD_CASES, {"cases": cases, "by": one.pk})
    old = Case.objects.filter(reference__endswith="/15")
    proposing = timed(lambda: propose(by=one, cases=old))
    [made] = {listed.reduction for listed in ReductionCase.objects.select_related("reduction")[:1]}
    decide(by=other, reduction=made, approved=True)
    seconds = timed(lambda: work_on(made.pk))
    done = ReductionCase.objects.filter(state="reduced").count()
    print(
        f"\n{done:,} of {cases:,} cases reduced in {seconds:,.1f} s: {done / seconds:,.0f} a second"
    )
    print(f"proposed as one list in {proposing:,.1f} s")
