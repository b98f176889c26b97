"""Reducing a case cuts all that is linked to a person, everywhere, and no figure moves."""

import json
from datetime import timedelta
from functools import partial
from io import StringIO
from typing import Any

import pghistory
import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.imports.files import normal, read_normal
from accounts.models import Import, ImportFile
from audit.filters import SOUGHT
from audit.models import LogRow
from audit.seals import seal
from audit.verify import verify
from cases.actions.cuts import BLANKED, GONE, STAYS
from cases.actions.entries import send_back
from cases.actions.outcomes import amend_outcome, merge_outcome, void_outcome
from cases.actions.reduce import _guards, reduce_some, work_on
from cases.actions.retention import decide, hold, propose
from cases.actions.traces import CUT, Traces
from cases.choices import Offence, OrderKind
from cases.models import (
    Case,
    Draft,
    OrderAvailability,
    Outcome,
    Reduction,
    ReductionCase,
    ReviewPeriod,
)
from cases.reading import REASONS
from core.days import london_day, start_of
from summaries.actions import run_nightly
from summaries.figures import STORED_BY, Window, figures
from summaries.measures import MEASURES
from summaries.models import Restatement, SummaryRun
from summaries.proof import prove
from tests.conftest import Cast
from tests.core.rules import refused_by
from tests.factories import (
    BY_MODEL,
    DAY,
    NOON,
    BreakGlassFactory,
    CampaignFactory,
    CaseAccessFactory,
    CaseFactory,
    CaseFlagFactory,
    CaseNoteFactory,
    DisclosureApplicationFactory,
    DraftFactory,
    EvidenceSubmissionFactory,
    ExclusionFactory,
    ImportedOutcomeFactory,
    ImportFactory,
    ImportFileFactory,
    KeptFormFactory,
    LiftingFactory,
    LogRowFactory,
    MaracReferralFactory,
    OrderBreachFactory,
    OutcomeFactory,
    OutcomeSupportFactory,
    PossibleDuplicateFactory,
    ProtectiveOrderFactory,
    ReviewFactory,
    ReviewPeriodFactory,
    RiskAssessmentFactory,
    SavedFilterFactory,
    SuspectFactory,
)

pytestmark = pytest.mark.django_db

OLD = {"recorded_at": NOON + timedelta(days=2)}
WORK = (
    *("arrest", "charge", "order", "application", "void", "merged", "amended", "sent back"),
    *("note", "risk", "marac", "flag", "evidence", "access", "exclusion", "duplicate"),
    *("draft", "filter", "import", "saved import", "search", "read", "admin", "handed over"),
    *("conflict", "lifting", "break-glass", "kept", "kept page", "tried", "reviewed", "session"),
)


class World:
    """Cases with work on them, in which every text is marked as belonging to its case."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.planted: dict[int, set[str]] = {}

    def case(self, number: int, work: list[str]) -> Case:
        mark = f"zq{number}x"
        reference = f"01/{7654320 + number}/21"
        case = CaseFactory.create(
            borough=self.cast.a, reference=reference, system="connect", officer=self.cast.officer,
            opened_at=NOON,
        )  # fmt: skip
        with pghistory.context(action="correct", reason=f"{mark}why"):
            Case.objects.filter(pk=case.pk).update(reference=f"{mark} 99/21")
            Case.objects.filter(pk=case.pk).update(reference=reference)
        self.planted[case.pk] = {mark, reference, f"{mark} 99/21"}
        for n, what in enumerate(work):
            self._add(case, what, mark, n)
        return Case.objects.get(pk=case.pk)

    def _outcome(self, case: Case, mark: str, n: int, **facts: Any) -> Outcome:
        suspect = case.suspects.first() or SuspectFactory.create(case=case, number=1)
        facts = {"suspect": suspect, "offence": Offence.OTHER} | facts
        if facts["offence"] == Offence.OTHER:
            facts["offence_note"] = f"{mark}offence"
        return OutcomeFactory.create(
            case=case, happened_at=NOON + timedelta(hours=n % 5, minutes=37, seconds=23),
            custody_record=f"{mark}custody{n}", logged_by=self.cast.officer, **OLD, **facts,
        )  # fmt: skip

    def _add(self, case: Case, what: str, mark: str, n: int) -> None:
        by = self.cast.officer
        known: dict[str, Any] = {"case": case, "recorded_by": by, **OLD}
        if what == "arrest":
            OutcomeSupportFactory.create(outcome=self._outcome(case, mark, n))
        elif what == "charge":
            self._outcome(case, mark, n, charge=True, offence=Offence.STALKING)
        elif what == "order":
            outcome = self._outcome(
                case, mark, n, order=True, order_kind=OrderKind.OTHER, offence=""
            )
            order = ProtectiveOrderFactory.create(
                served=True, kind=OrderKind.OTHER, other_kind=f"{mark}order",
                suspect=outcome.suspect, court_reference=f"{mark}court", outcome=outcome, **known,
            )  # fmt: skip
            OrderBreachFactory.create(order=order, recorded_by=by, **OLD)
        elif what == "application":
            DisclosureApplicationFactory.create(
                disclosed=True, reference=f"{mark}clare",
                outcome=self._outcome(case, mark, n, application=True), **known,
            )  # fmt: skip
        elif what == "void":
            void_outcome(
                outcome=self._outcome(case, mark, n), by=self.cast.supervisor, reason=f"{mark}void"
            )
        elif what == "merged":
            one, other = (self._outcome(case, mark, n + k) for k in (0, 1))
            merge_outcome(duplicate=one, into=other, by=self.cast.supervisor)
        elif what == "amended":
            entry = self._outcome(case, mark, n)
            amend_outcome(outcome=entry, by=by, custody_record=f"{mark}other")
        elif what == "sent back":
            sent = send_back(
                outcome=self._outcome(case, mark, n), by=self.cast.supervisor, reason=f"{mark}look"
            )
            type(sent).objects.filter(pk=sent.pk).update(sent_at=NOON)
        elif what == "note":
            CaseNoteFactory.create(text=f"{mark}note", **known)
        elif what == "risk":
            RiskAssessmentFactory.create(**known)
        elif what == "marac":
            MaracReferralFactory.create(**known)
        elif what == "flag" and not case.flags.exists():
            CaseFlagFactory.create(source=f"{mark}source", **known)
        elif what == "evidence":
            EvidenceSubmissionFactory.create(
                returned=True, hub=f"{mark}hub", exhibit=f"{mark}exhibit", **known
            )
        elif what == "access" and not case.access_list.exists():
            CaseAccessFactory.create(case=case, user=self.cast.colleague)
        elif what == "exclusion" and not case.exclusions.exists():
            ExclusionFactory.create(case=case, user=self.cast.excluded, reason=f"{mark}next door")
        elif what == "conflict" and not case.exclusions.filter(declared=True).exists():
            ExclusionFactory.create(
                case=case, user=by, made_by=by, reason=f"{mark}school", declared=True
            )
        elif what == "lifting" and not case.liftings.exists():
            LiftingFactory.create(case=case, excluded=self.cast.excluded, reason=f"{mark}moved")
        elif what == "break-glass":
            opening = BreakGlassFactory.create(
                case=case, reason=f"{mark}night", verdict="justified", review=f"{mark}asked",
                reviewed_at=NOON + timedelta(hours=2), reviewed_by=self.cast.auditor,
            )  # fmt: skip
            LogRowFactory.create(
                action="break_glass", object_type="cases.breakglass", object_id=str(opening.pk),
                reason=f"{mark}night", reason_code="danger",
            )  # fmt: skip
        elif what == "duplicate":
            PossibleDuplicateFactory.create(
                outcome=self._outcome(case, mark, n), earlier=self._outcome(case, mark, n + 1)
            )
        elif what == "handed over":
            with pghistory.context(user=by.pk, action="transfer case", reason=f"{mark}reason"):
                Case.objects.filter(pk=case.pk).update(officer=self.cast.colleague)
        else:
            self._mention(case, what, mark, n)

    def _mention(self, case: Case, what: str, mark: str, n: int) -> None:
        """Rows that are of no case, and name one all the same."""
        by, spaced = self.cast.officer, f" {case.reference[:5]} {case.reference[5:]}".lower()
        if what == "draft":
            DraftFactory.create(owner=by, fields={"reference": [spaced], "note": f"{mark}typed"})
        elif what == "filter":
            SavedFilterFactory.create(owner=by, query=f"reference={case.reference}&x={mark}")
        elif what == "import":
            cells = [(1, ["Reference", "Note"]), (2, [spaced, f"{mark}cell"])]
            batch = ImportFactory.create(
                owner=by, rows=2, state="ready", sample=cells, result={"said": f"{mark}wrong"}
            )
            ImportFileFactory.create(batch=batch, content=normal(iter(cells)))
        elif what == "saved import":
            batch = ImportFactory.create(owner=by, saved=True, name=f"{case.reference}.csv")
            ImportedOutcomeFactory.create(batch=batch, outcome=self._outcome(case, mark, n))
        elif what == "search":
            LogRowFactory.create(
                action="search", object_type="cases.case", object_id="", details={"q": spaced}
            )
            LogRowFactory.create(
                action="disclosure", object_type="cases.outcome", object_id="",
                recipient="The court", reason=f"For {case.reference}",
            )  # fmt: skip
        elif what == "read":
            LogRowFactory.create(object_id=str(case.pk), reason=f"{mark}asked", reason_code="duty")
        elif what == "reviewed":
            read = LogRowFactory.create(
                object_id=str(case.pk), reason=f"{mark}why", reason_code="duty"
            )
            ReviewFactory.create(sampled__row=read, words=f"{mark}is in order")
            ReviewFactory.create(words=f"Like {case.reference}")
        elif what == "tried":
            LogRowFactory.create(
                action="refused", object_type="cases.breakglass", object_id="",
                details={"reference": spaced}, reason=f"{mark}at my desk", reason_code="danger",
            )  # fmt: skip
            LogRowFactory.create(
                action="disclosure", object_type="cases.outcome", object_id="", recipient=spaced
            )
        elif what == "kept":
            fields = {"reference": [spaced]}
            KeptFormFactory.create(owner=by, address="/cases/find/", page="/", fields=fields)
        elif what == "kept page":
            page = f"/cases/{case.pk}/note/"
            typed = {"text": [f"{mark}typed"]}
            KeptFormFactory.create(owner=by, address=page, page=page, fields=typed)
        elif what == "session":
            session = SessionStore()
            session.update({
                REASONS: {str(case.pk): ("duty", f"{mark}said", 1)},
                SOUGHT: ("terms", spaced),
                "shift": {"team": n},
            })  # fmt: skip
            session.save()
        elif what == "admin":
            LogEntry.objects.create(
                user=self.cast.administrator, object_id=str(case.pk), action_flag=CHANGE,
                content_type=ContentType.objects.get_for_model(Case), object_repr=case.reference,
                change_message=f"{mark}changed",
            )  # fmt: skip

    def found_of(self, case: Case) -> dict[str, int]:
        """Where in the whole database something of a case still stands."""
        marks = "|".join(plain.replace(" ", r"\s*") for plain in self.planted[case.pk])
        found = {}
        with connection.cursor() as cursor:
            cursor.execute("SELECT relname FROM pg_stat_user_tables ORDER BY 1")
            for (table,) in cursor.fetchall():
                cursor.execute(
                    f'SELECT count(*) FROM "{table}" AS t'
                    " WHERE regexp_replace(t::text, '\\s', '', 'g') ~* %s",
                    [marks],
                )
                if number := cursor.fetchone()[0]:
                    found[str(table)] = int(number)
        # What is packed or coded is opened first.
        opened = [str(list(read_normal(bytes(f.content)))) for f in ImportFile.objects.all()]
        opened += [json.dumps(session.get_decoded()) for session in Session.objects.all()]
        packed = sum(
            any(m.lower() in text.lower() for m in self.planted[case.pk]) for text in opened
        )
        return found | ({"packed": packed} if packed else {})


@pytest.fixture
def world(cast: Cast) -> World:
    ReviewPeriodFactory.create()
    ReviewPeriod.objects.update(years=1)
    CampaignFactory.create(boroughs=[cast.a, cast.b])
    return World(cast)


def approved(cast: Cast, *cases: Case) -> Reduction:
    chosen = Case.objects.filter(pk__in=[case.pk for case in cases])
    made = propose(by=cast.supervisor, cases=chosen)
    return decide(by=cast.administrator, reduction=made, approved=True)


def every_figure() -> dict[str, Any]:
    """Each measure by each breakdown, over every day; and the counted facts themselves."""
    window = Window.of(CampaignFactory._meta.model.objects.get())
    return {
        str(by): {measure.slug: dict(found.get(measure, {})) for measure in MEASURES}
        for by in STORED_BY
        for found in [figures(window, by)]
    }


def facts() -> list[tuple[Any, ...]]:
    return sorted(
        Outcome.objects.values_list(
            "pk", "day", "borough", "team", "kind", "strand", "offence", "detail", "counted",
            "suspect", "merged_into",
        )
    )  # fmt: skip


def rows_of(case: Case) -> dict[str, list[Any]]:
    """Every row of a case and of its history."""
    found = {}
    for cut in (*BLANKED, *GONE):
        rows = cut.rows([case.pk])
        found[cut.label] = sorted(map(str, rows.values_list()))
        if cut.history is not None:
            events = cut.history.objects.filter(pgh_obj__in=rows.values("pk"))
            found[f"{cut.label} history"] = sorted(map(str, events.values_list()))
    return found


@settings(max_examples=12)
@given(
    work=st.one_of(st.just(list(WORK)), st.lists(st.sampled_from(WORK), max_size=8)),
    sealed=st.booleans(),
)
def test_nothing_of_a_person_is_left_anywhere_and_no_figure_moves(
    world: World, work: list[str], sealed: bool
) -> None:
    with transaction.atomic():
        case, other = world.case(1, work), world.case(2, [*work, "arrest"])
        assert run_nightly().state == SummaryRun.State.PUBLISHED
        if sealed:
            seal()
        before = (every_figure(), facts(), rows_of(other), world.found_of(other))
        assert "cases_case" in world.found_of(case)
        assert work_on(approved(world.cast, case).pk)
        assert world.found_of(case) == {}
        assert (every_figure(), facts(), rows_of(other), world.found_of(other)) == before
        run = run_nightly()
        assert (run.state, every_figure()) == (SummaryRun.State.PUBLISHED, before[0])
        assert prove().equal
        assert verify().fault == ""
        assert not Restatement.objects.exists()
        transaction.set_rollback(True)


def test_every_table_of_a_case_is_cut_column_by_column() -> None:
    """A new model or column stops here until somebody says what becomes of it."""
    of_cases = {
        model
        for model in apps.get_app_config("cases").get_models()
        if not hasattr(model, "pgh_tracked_model")
    }
    by_their_text: set[Any] = {Draft}
    of_the_force: set[Any] = {OrderAvailability, ReviewPeriod, Reduction, ReductionCase}
    cut_or_kept = {cut.model for cut in (*BLANKED, *GONE)} | set(STAYS)
    assert of_cases == cut_or_kept | by_their_text | of_the_force
    for cut in BLANKED:
        columns = {field.name for field in cut.model._meta.concrete_fields}
        assert columns == set(cut.blank or {}) | cut.kept
        assert not set(cut.blank or {}) & cut.kept
    stays = [{field.name for field in model._meta.concrete_fields} for model in STAYS]
    assert stays == [{"id", "case", "number"}, {"id", "outcome", "team"}]


def test_a_reduced_case_and_its_entries_to_the_last_column(world: World) -> None:
    cast, case = world.cast, world.case(1, ["arrest", "void"])
    work_on(approved(cast, case).pk)
    done: dict[str, Any] = dict(Case.objects.values().get(pk=case.pk))
    assert done.pop("reduced_at") is not None
    assert done == {
        "id": case.pk,
        "reference": f"reduced-{case.pk}",
        "reference_key": f"REDUCED-{case.pk}",
        "system": "connect",
        "reference_date": None,
        "borough_id": cast.a.pk,
        "team_id": None,
        "officer_id": None,
        "status": "closed",
        "restricted": False,
        "opened_at": start_of(DAY),
        "review_group": 2,
        "review_date": None,
        "retained_until": None,
        "held_at": None,
        "held_by_id": None,
        "hold_reason": "",
    }
    entries: Any = case.outcomes.order_by("voided_at")
    clocks = {
        name: start_of(day)
        for name, day in (("happened_at", DAY), ("recorded_at", DAY + timedelta(days=2)))
    }
    person = {"custody_record": "", "logged_by_id": None, "bail_until": None, "offence_note": CUT}
    void = {"void_reason": CUT, "voided_by_id": cast.supervisor.pk}
    expected: list[dict[str, Any]] = [
        clocks | person | void,
        clocks | person | {"void_reason": "", "voided_by_id": None},
    ]
    found: Any = list(entries.values())
    assert [{name: entry[name] for name in expected[0]} for entry in found] == expected
    assert entries[0].voided_at == start_of(london_day(timezone.now()))


def test_the_log_says_who_erased_what_and_when_and_never_what_it_was(world: World) -> None:
    cast, case = world.cast, world.case(1, ["note", "access"])
    work_on(approved(cast, case).pk)
    [row] = LogRow.objects.filter(
        action="erasure", object_type="cases.case", object_id=str(case.pk)
    )
    assert (row.actor, row.details["second"]) == (
        cast.administrator.username,
        cast.supervisor.username,
    )
    assert row.reason == "Retention: review, and reduction approved by a second person"


def test_whoever_was_barred_stays_so_without_being_named(world: World) -> None:
    cast, case, other = world.cast, world.case(1, ["exclusion", "arrest"]), world.case(2, [])
    work_on(approved(cast, case, other).pk)
    assert not case.exclusions.exists()
    for person in (cast.excluded, cast.supervisor, cast.administrator):
        assert list(Case.objects.visible_to(person)) == [other]


def test_a_hold_wins_over_an_approval_and_new_contact_does_too(world: World) -> None:
    cast = world.cast
    held, late, old = (world.case(n, ["note"]) for n in (1, 2, 3))
    reduction = approved(cast, held, late, old)
    hold(by=cast.supervisor, case=held, reason="A civil claim")
    CaseNoteFactory.create(case=late)
    before = [rows_of(held), rows_of(late)]
    work_on(reduction.pk)
    assert [rows_of(held), rows_of(late)] == before
    assert list(reduction.listed.order_by("pk").values_list("case", "state", "traces")) == [
        (held.pk, "held", []),
        (late.pk, "contact", []),
        (old.pk, "reduced", []),
    ]
    reduction.refresh_from_db()
    assert reduction.state == Reduction.State.DONE


@pytest.mark.parametrize("who", ["officer", "colleague", "supervisor", "communications", "auditor"])
def test_only_a_second_person_of_the_whole_force_decides(world: World, who: str) -> None:
    cast = world.cast
    by = getattr(cast, who)
    made = propose(by=cast.force_supervisor, cases=Case.objects.filter(pk=world.case(1, []).pk))
    with pytest.raises(ValidationError, match="whole force"):
        decide(by=by, reduction=made, approved=True)
    with pytest.raises(ValidationError, match="Somebody else"):
        decide(by=cast.force_supervisor, reduction=made, approved=True)
    assert not work_is_done(made)
    decide(by=cast.administrator, reduction=made, approved=False)
    decide(by=cast.administrator, reduction=made, approved=True)
    assert not work_is_done(made)
    assert list(made.listed.values_list("state", flat=True)) == ["refused"]


def work_is_done(reduction: Reduction) -> bool:
    """Whether the worker, asked to, reduces any of a list."""
    work_on(reduction.pk)
    return reduction.listed.filter(case__reduced_at__isnull=False).exists()


def test_what_was_interrupted_goes_on_where_it_stopped(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cases.actions.reduce.CHUNK", 2)
    cases = [world.case(n, ["search", "draft"]) for n in range(5)]
    reduction = approved(world.cast, *cases)
    assert reduce_some(reduction)

    def fail(*_: Any) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as broken:
        broken.setattr("cases.actions.reduce._cut_looks", fail)
        with pytest.raises(RuntimeError, match="killed"):
            work_on(reduction.pk)
    states = reduction.listed.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["reduced"] * 2 + ["waiting"] * 3
    assert world.found_of(cases[0]).keys() >= {"cases_draft", "audit_logrow"}
    work_on(reduction.pk)
    assert list(states.all()) == ["reduced"] * 5
    assert [world.found_of(case) for case in cases] == [{}] * 5


def test_an_import_that_somebody_works_on_is_waited_for(world: World) -> None:
    case = world.case(1, ["import"])
    [batch] = Import.objects.all()
    reduction = approved(world.cast, case)
    other = connections.create_connection("default")
    key = [int.from_bytes(batch.pk.bytes[:8], "big", signed=True)]
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", key)
        assert not work_on(reduction.pk)
    finally:
        other.close()
    assert work_on(reduction.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.sample, batch.name) == ("refused", [], "File")
    assert "reduced under retention" in batch.refusal
    assert world.found_of(case) == {}


def test_a_short_number_is_found_alone_and_never_inside_another_text() -> None:
    traces = Traces([Traces.plain(" 4 521"), Traces.plain("01/7654321/21")])
    assert traces.within("nothing", "45 21")
    assert not traces.within("call 4521 back")
    assert traces.within("see 01/ 7654321/21.")
    assert not traces.within("01/7654321/2")


def test_a_guard_that_is_open_to_this_path_is_shut_behind_it(world: World) -> None:
    case, other = world.case(1, ["note"]), world.case(2, ["note"])
    work_on(approved(world.cast, case).pk)
    for cut in GONE:
        if f"{cut.label}:never_deleted" in _guards():
            BY_MODEL[cut.model].create()
            guarded = cut.model._base_manager.all()
            assert "never_deleted" in refused_by(partial(guarded._raw_delete, guarded.db))
    assert other.notes.count() == 1


def test_the_dry_run_says_what_would_go_and_cuts_nothing(world: World) -> None:
    case, due_one = world.case(1, ["note", "arrest"]), world.case(2, ["risk"])
    approved(world.cast, case)
    before = [rows_of(case), rows_of(due_one)]
    out = StringIO()
    call_command("reduce", dry_run=True, stdout=out)
    said = [line.split() for line in out.getvalue().splitlines()]
    assert [line for line in said if line[-1] == "cases"] == [
        ["Being", "reduced:", "1", "cases"],
        ["Waits", "for", "a", "second", "person:", "0", "cases"],
        ["Due", "and", "on", "no", "list:", "1", "cases"],
    ]
    assert ["1", "case", "notes", "removed"] in said
    assert ["1", "outcomes", "cut", "to", "what", "counts"] in said
    assert [rows_of(case), rows_of(due_one)] == before
    call_command("reduce", stdout=out)
    assert case.notes.count() == 0
    assert due_one.risk_assessments.count() == 1
