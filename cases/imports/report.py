"""What saving the staged rows would do."""

from accounts.imports.report import PAIRS_SHOWN, Likely, Report
from accounts.models import User
from cases.imports import staged
from cases.models import Case, Outcome


def of_staged(rows: int, user: User) -> Report:
    """What saving the staged rows would do, as far as the person may be told."""
    known = Outcome.objects.visible_to(user).filter(pk__in=staged.known())
    entries = list(known.values_list("pk", flat=True))
    cases = Case.objects.visible_to(user).filter(pk__in=staged.cases())
    report = Report(rows=rows, known=len(entries))
    # A case out of sight is told of as if it were new: that it exists is a secret.
    new = staged.references(
        without_cases=list(cases.values_list("pk", flat=True)), without_entries=entries
    )
    kinds = [(str(kind.label), count) for kind, count in staged.by_kind()]
    report.counts = [*kinds, ("New cases", new)]
    report.days = [(day.isoformat(), count) for day, count in staged.by_day()]
    _tell_likely(report, staged.pairs(), user)
    return report


def _tell_likely(report: Report, pairs: list[staged.Pair], user: User) -> None:
    """Those in sight are named, others only hinted at, and hidden ones not even that."""
    of_entries = Outcome.objects.filter(pk__in={p.earlier for p in pairs if not p.earlier_line})
    seen = set(of_entries.visible_to(user).values_list("pk", flat=True))
    report.likely_elsewhere = of_entries.known_elsewhere_to(user).exists()
    told = [
        Likely(pair.line, "" if pair.earlier_line else str(pair.earlier), pair.earlier_line)
        for pair in pairs
        if pair.earlier_line or pair.earlier in seen
    ]
    report.likely_rows = len({likely.line for likely in told})
    report.likely = told[:PAIRS_SHOWN]
