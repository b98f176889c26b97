"""One case: what each reader sees of it, where it can go, and what can be recorded."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from cases.actions.outcomes import void_outcome
from cases.choices import BailKind, CaseStatus, Kind
from cases.models import (
    Case,
    CaseAccess,
    CaseFlag,
    CaseNote,
    MaracReferral,
    Outcome,
    RiskAssessment,
    Suspect,
)
from core.days import LONDON, ONE_DAY, london_day
from core.templatetags.page import long_day
from tests.cases.pages import at, browser, form_at, restrict, text_of
from tests.cases.test_log import logged, typed
from tests.conftest import Cast
from tests.factories import (
    BasicCommandUnitFactory,
    CaseFactory,
    CaseFlagFactory,
    CaseNoteFactory,
    CommandMembershipFactory,
    DisclosureApplicationFactory,
    DraftFactory,
    EvidenceSubmissionFactory,
    ExclusionFactory,
    MaracReferralFactory,
    OutcomeFactory,
    PossibleDuplicateFactory,
    ProtectiveOrderFactory,
    RiskAssessmentFactory,
    SentBackFactory,
    SuspectFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast: Cast) -> Case:
    """A case of Lambeth, with its officer and one suspect."""
    made = CaseFactory.create(
        reference="01/1234567/26",
        system="connect",
        borough=cast.a,
        officer=cast.officer,
        team=TeamFactory.create(name="Response"),
    )
    SuspectFactory.create(case=made, number=1)
    return made


def statuses(cast: Cast, address: str, method: str = "get") -> dict[str, int]:
    people = {name: who for name, who in vars(cast).items() if isinstance(who, User)}
    return {
        name: getattr(browser(who), method)(address).status_code for name, who in people.items()
    }


class TestWho:
    READS = ("officer", "colleague", "supervisor", "force_supervisor", "administrator")
    NEVER = {"communications": 403, "auditor": 403}
    OUT_OF_SIGHT = {"officer_of_b": 404, "outsider": 404, "excluded": 404}

    @pytest.fixture(autouse=True)
    def _excluded(self, cast: Cast, case: Case) -> None:
        ExclusionFactory.create(case=case, user=cast.excluded)

    def test_may_read(self, cast: Cast, case: Case) -> None:
        may = dict.fromkeys(self.READS, 200)
        assert statuses(cast, at("case", case.pk)) == {**may, **self.NEVER, **self.OUT_OF_SIGHT}

    @pytest.mark.parametrize(
        ("page", "rest"),
        [
            ("add_note", []),
            ("assess_risk", []),
            ("refer_marac", []),
            ("add_flag", []),
            ("move_case", ["cps"]),
        ],
    )
    def test_may_write(self, cast: Cast, case: Case, page: str, rest: list[str]) -> None:
        may = dict.fromkeys(self.READS, 200) | {"administrator": 403}
        expected = {**may, **self.NEVER, **self.OUT_OF_SIGHT}
        assert statuses(cast, at(page, case.pk, *rest)) == expected

    def test_may_hand_over(self, cast: Cast, case: Case) -> None:
        may = dict.fromkeys(self.READS, 200) | {"administrator": 403, "colleague": 403}
        expected = {**may, **self.NEVER, **self.OUT_OF_SIGHT}
        assert statuses(cast, at("transfer_case", case.pk)) == expected

    def test_may_add_a_suspect_and_take_a_flag_off(self, cast: Cast, case: Case) -> None:
        flag = CaseFlagFactory.create(case=case)
        for address in (at("add_suspect", case.pk), at("remove_flag", case.pk, flag.pk)):
            may = dict.fromkeys(self.READS, 302) | {"administrator": 403}
            expected = {**may, **self.NEVER, **self.OUT_OF_SIGHT}
            assert statuses(cast, address, "post") == expected
            assert set(statuses(cast, address).values()) == {405}

    def test_a_restricted_case_is_there_for_its_list_alone(self, cast: Cast, case: Case) -> None:
        restrict(case, cast.colleague)
        CaseAccess.objects.create(case=case, user=cast.excluded)
        found = statuses(cast, at("case", case.pk))
        assert [name for name, status in found.items() if status == 302] == ["colleague"]
        client = browser(cast.colleague)
        client.post(at("give_reason", case.pk), {"code": "my_case", "reason": "To call back"})
        page = text_of(client.get(at("case", case.pk)))
        assert "Only the people on its access list know of this case." in page

    def test_is_offered_only_what_they_may_do(self, cast: Cast, case: Case) -> None:
        ways = {
            way: at(way, case.pk)
            for way in ("add_note", "assess_risk", "add_flag", "add_suspect", "transfer_case")
        }
        offered = {}
        for name in ("officer", "colleague", "supervisor", "administrator"):
            page = text_of(browser(getattr(cast, name)).get(at("case", case.pk)))
            offered[name] = [way for way, address in ways.items() if f'"{address}"' in page]
        assert offered == {
            "officer": list(ways),
            "colleague": list(ways)[:-1],
            "supervisor": list(ways),
            "administrator": [],
        }


def test_the_summary(officer: Client, cast: Cast, case: Case) -> None:
    north, south = (BasicCommandUnitFactory.create(name=name) for name in ("Old", "Central South"))
    today = london_day(timezone.now())
    CommandMembershipFactory.create(borough=cast.a, command=north, end_day=today)
    CommandMembershipFactory.create(borough=cast.a, command=south, first_day=today)
    rows = officer.get(at("case", case.pk)).context["page"].rows
    assert [(row.label, row.value) for row in rows][:-1] == [
        ("System", "CONNECT"),
        ("Borough of the offence", "Lambeth"),
        ("Command", "Central South"),
        ("Team", "Response"),
        ("Officer in the case", cast.officer.name),
    ]


def test_an_empty_case_says_so_everywhere(officer: Client, cast: Cast) -> None:
    bare = CaseFactory.create(borough=cast.a)
    page = text_of(officer.get(at("case", bare.pk)))
    for words in (
        "No suspect yet.",
        "Nothing logged on this case yet.",
        "No risk assessment yet.",
        "No flags.",
        "No notes yet.",
        "Nobody yet",
    ):
        assert words in page


MOVES = {
    ("open", False): ["cps", "closed"],
    ("open", True): ["cps", "court", "closed"],
    ("cps", False): ["open", "closed"],
    ("cps", True): ["open", "court", "closed"],
    ("court", True): ["open", "closed"],
    ("closed", True): ["open"],
    ("closed", False): ["open"],
}


class TestMoves:
    @pytest.mark.parametrize(("stands", "charged"), MOVES)
    def test_only_those_that_make_sense(
        self, officer: Client, case: Case, stands: str, charged: bool
    ) -> None:
        Case.objects.update(status=stands)
        if charged:
            OutcomeFactory.create(charge=True, case=case)
        page = text_of(officer.get(at("case", case.pk)))
        offered = [to for to in CaseStatus.values if at("move_case", case.pk, to) in page]
        assert sorted(offered) == sorted(MOVES[stands, charged])
        for to in CaseStatus.values:
            answer = officer.post(at("move_case", case.pk, to))
            assert answer.status_code == (302 if to in offered or to == stands else 404)
            Case.objects.update(status=stands)
        assert officer.get(at("move_case", case.pk, "nowhere")).status_code == 404

    def test_a_void_charge_takes_nobody_to_court(
        self, officer: Client, cast: Cast, case: Case
    ) -> None:
        charge = OutcomeFactory.create(charge=True, case=case)
        void_outcome(outcome=charge, by=cast.officer, reason="Wrong case")
        assert officer.post(at("move_case", case.pk, "court")).status_code == 404

    def test_history_says_who_moved_it(self, officer: Client, cast: Cast, case: Case) -> None:
        for _ in range(2):
            officer.post(at("move_case", case.pk, "cps"))
        case.refresh_from_db()
        assert case.status == "cps"
        [moved] = [
            item
            for item in officer.get(at("case", case.pk)).context["page"].timeline
            if item.title == "Move case"
        ]
        assert moved.who == cast.officer.name
        assert [(f.label, f.before, f.after) for f in moved.fields] == [
            ("Status", "Under investigation", "With the Crown Prosecution Service")
        ]

    def test_closing_says_what_still_runs(self, officer: Client, case: Case) -> None:
        closing = at("move_case", case.pk, "closed")
        warning = "Something still runs in this case. Close it only if that is settled."
        assert warning not in text_of(officer.get(closing))
        EvidenceSubmissionFactory.create(case=case, sent_on=london_day(timezone.now()))
        page = text_of(officer.get(closing))
        assert warning in page
        assert "Mobile phone at South hub: sent today" in page
        assert warning not in text_of(officer.get(at("move_case", case.pk, "cps")))


class TestSuspects:
    def test_each_with_what_became_of_them(self, officer: Client, cast: Cast, case: Case) -> None:
        first = Suspect.objects.get(case=case)
        second = SuspectFactory.create(case=case, number=2)
        early = OutcomeFactory.create(
            case=case, suspect=first, happened_at=datetime(2021, 11, 20, 9, tzinfo=LONDON)
        )
        late = OutcomeFactory.create(charge=True, case=case, suspect=first)
        void_outcome(outcome=late, by=cast.officer, reason="Wrong case")
        OutcomeFactory.create(application=True, case=case)
        answer = officer.get(at("case", case.pk))
        assert answer.context["page"].suspects == [(first, [early, late]), (second, [])]
        assert "Charge</a>, 25 November 2021 (does not count)" in text_of(answer)

    def test_the_next_one_has_the_next_number(self, officer: Client, case: Case) -> None:
        SuspectFactory.create(case=case, number=4)
        answer = officer.post(at("add_suspect", case.pk), follow=True)
        assert "Suspect 5 added." in text_of(answer)
        assert list(Suspect.objects.filter(case=case).values_list("number", flat=True)) == [1, 4, 5]


class TestTimeline:
    @pytest.fixture
    def full(self, officer: Client, case: Case) -> None:
        """One item of each sort, made through the pages."""
        for page, changes in [
            ("add_note", {"text": "Body-worn video asked for."}),
            ("assess_risk", {"tool": "dash", "level": "high"} | moment(timezone.now())),
            ("add_flag", {"kind": "interpreter", "source": "custody"}),
            ("refer_marac", {"reason": "ticks"} | today("referred_on")),
            ("send_evidence", {"device": "phone", "hub": "South hub"} | today("sent_on")),
        ]:
            answer = officer.post(at(page, case.pk), form_at(officer, at(page, case.pk)) | changes)
            assert answer.status_code == 302, (page, answer.context["form"].errors)
        officer.post(at("move_case", case.pk, "cps"))

    @pytest.mark.usefixtures("full")
    def test_the_latest_first_with_who_and_when(
        self, officer: Client, cast: Cast, case: Case
    ) -> None:
        page = officer.get(at("case", case.pk)).context["page"]
        moments = [item.when for item in page.timeline]
        assert moments == sorted(moments, reverse=True)
        said = {(item.sort, item.title) for item in page.timeline if item.who == cast.officer.name}
        sent = long_day(london_day(timezone.now()))
        assert said == {
            ("case", "Move case"),
            ("orders", f"Mobile phone, sent {sent}: send evidence"),
            ("risk", "Interpreter needed: add flag"),
            ("risk", f"MARAC referral of {sent}: refer to MARAC"),
            ("risk", "Risk assessed, DASH: high"),
            ("notes", "Note: fact"),
        }

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.usefixtures("full")
    def test_each_form_brings_the_transaction_that_it_needs(self, case: Case) -> None:
        assert CaseNote.objects.filter(case=case).exists()

    @pytest.mark.usefixtures("full")
    def test_one_sort_alone(self, officer: Client, case: Case) -> None:
        every = officer.get(at("case", case.pk)).context["page"].timeline
        for sort in ("outcomes", "orders", "notes", "risk", "case"):
            shown = officer.get(at("case", case.pk), {"show": sort}).context["page"].timeline
            assert shown == [item for item in every if item.sort == sort]
        odd = officer.get(at("case", case.pk), {"show": "\x00nothing"})
        assert odd.context["page"].timeline == every
        assert "<strong>Everything</strong>" in text_of(odd)

    def test_an_entry_of_another_borough_is_not_told_of(
        self, officer: Client, cast: Cast, case: Case
    ) -> None:
        here = OutcomeFactory.create(case=case)
        there = OutcomeFactory.create(case=case, borough=cast.b)
        page = officer.get(at("case", case.pk))
        assert at("outcome", here.pk) in text_of(page)
        assert at("outcome", there.pk) not in text_of(page)
        assert [item.sort for item in page.context["page"].timeline] == ["outcomes", "case"]
        everywhere = browser(cast.force_supervisor).get(at("case", case.pk))
        assert len(everywhere.context["page"].timeline) == 3


def moment(when: datetime) -> dict[str, str]:
    local = when.astimezone(LONDON) - timedelta(minutes=1)
    return today("happened_day", local.date()) | {"happened_time": f"{local:%H%M}"}


def today(field: str, day: date | None = None) -> dict[str, str]:
    day = day or london_day(timezone.now())
    return {f"{field}_{part}": str(getattr(day, part)) for part in ("day", "month", "year")}


def recorded(client: Client, page: str, case: Case, **changes: Any) -> Any:
    address = at(page, case.pk)
    return client.post(address, form_at(client, address) | changes)


class TestNotes:
    def test_it_is_saved_once_with_who_and_when(
        self, officer: Client, cast: Cast, case: Case
    ) -> None:
        for _ in range(2):
            answer = recorded(officer, "add_note", case, text="Video asked for.", kind="assessment")
            assert answer["Location"] == f"{at('case', case.pk)}#notes"
        note = CaseNote.objects.get()
        assert (note.text, note.kind, note.recorded_by) == (
            *("Video asked for.", "assessment"),
            cast.officer,
        )
        assert f"Assessment, {cast.officer.name}" in text_of(officer.get(at("case", case.pk)))

    def test_what_may_identify_somebody_is_asked_about_first(
        self, officer: Client, case: Case
    ) -> None:
        assert "sure" not in officer.get(at("add_note", case.pk)).context["form"].fields
        answer = recorded(officer, "add_note", case, text="Told Mrs Patel, 07700 900123.")
        assert answer.context["form"].errors == {
            "text": [
                "This may identify somebody: “Mrs Patel”, “07700 900123”. Take it out, or confirm"
            ]
        }
        page = text_of(answer)
        assert "Told Mrs Patel, 07700 900123.</textarea>" in page
        assert "I have checked: this does not identify anybody" in page
        assert not CaseNote.objects.exists()
        recorded(officer, "add_note", case, text="Told Mrs Patel, 07700 900123.", sure="on")
        assert CaseNote.objects.count() == 1

    def test_it_needs_words_and_has_an_end(self, officer: Client, case: Case) -> None:
        answer = recorded(officer, "add_note", case, text=" \n ")
        assert answer.context["form"].errors == {"text": ["Write the note"]}
        answer = recorded(officer, "add_note", case, text="x" * 4001)
        assert list(answer.context["form"].errors) == ["text"]
        assert recorded(officer, "add_note", case, text="x" * 4000).status_code == 302

    def test_it_is_shown_as_written(self, officer: Client, case: Case) -> None:
        CaseNoteFactory.create(case=case, text="<b>1</b>\nand 2")
        assert text_of(officer.get(at("case", case.pk))).count("&lt;b&gt;1&lt;/b&gt;<br>and 2") == 2


class TestRisk:
    def test_the_latest_stands_and_the_others_are_its_history(
        self, officer: Client, case: Case
    ) -> None:
        for level, days in (("medium", 3), ("high", 1), ("standard", 2)):
            when = moment(timezone.now() - days * ONE_DAY)
            recorded(officer, "assess_risk", case, tool="dash", level=level, **when)
        page = officer.get(at("case", case.pk)).context["page"]
        assert [risk.level for risk in page.risks] == ["high", "standard", "medium"]
        assert page.risk_tag == ("Risk: high", "red")
        assert page.suggests_marac

    def test_it_cannot_be_assessed_tomorrow(self, officer: Client, case: Case) -> None:
        when = moment(timezone.now() + ONE_DAY)
        answer = recorded(officer, "assess_risk", case, tool="dash", level="high", **when)
        assert list(answer.context["form"].errors) == ["happened_day"]
        assert not RiskAssessment.objects.exists()

    def test_each_mistake_is_named(self, officer: Client, case: Case) -> None:
        answer = officer.post(at("assess_risk", case.pk))
        assert answer.context["form"].errors == {
            "tool": ["Select a tool"],
            "level": ["Select the level of risk"],
            "happened_day": ["Enter the day of the assessment"],
            "happened_time": ["Enter the time of the assessment"],
        }

    @pytest.mark.parametrize(
        ("level", "referred", "suggested"),
        [("high", False, True), ("high", True, False), ("medium", False, False)],
    )
    def test_a_high_one_suggests_the_marac(
        self, officer: Client, case: Case, level: str, referred: bool, suggested: bool
    ) -> None:
        RiskAssessmentFactory.create(case=case, level=level)
        if referred:
            MaracReferralFactory.create(case=case)
        words = "The risk is high and this case has not been referred to the MARAC."
        assert (words in text_of(officer.get(at("case", case.pk)))) is suggested

    def test_a_referral(self, officer: Client, case: Case) -> None:
        day = london_day(timezone.now())
        wrong = today("referred_on", day) | today("heard_on", day - ONE_DAY)
        answer = recorded(officer, "refer_marac", case, reason="ticks", **wrong)
        assert "It cannot be heard before it was referred." in text_of(answer)
        right = today("referred_on", day)
        answer = recorded(officer, "refer_marac", case, reason="ticks", **right)
        assert MaracReferral.objects.get().referred_on == day
        assert "14 or more ticks on the DASH), not heard yet." in text_of(
            officer.get(answer["Location"])
        )

    def test_a_referral_is_heard_later(self, officer: Client, cast: Cast, case: Case) -> None:
        day = london_day(timezone.now())
        referral = MaracReferralFactory.create(case=case, referred_on=day - ONE_DAY)
        page = text_of(officer.get(at("case", case.pk)))
        address = at("marac_heard", case.pk, referral.pk)
        assert address in page
        early = officer.post(address, today("heard_on", day - 2 * ONE_DAY))
        assert "It cannot be heard before it was referred." in text_of(early)
        assert officer.post(address).context["form"].errors == {
            "heard_on": ["Enter the day it was heard"]
        }
        for _ in range(2):
            answer = officer.post(address, today("heard_on", day - ONE_DAY))
            assert answer["Location"] == f"{at('case', case.pk)}#risk"
        shown = officer.get(at("case", case.pk))
        assert address not in text_of(shown)
        assert f"heard on {long_day(day - ONE_DAY)}." in text_of(shown)
        [told] = [item for item in shown.context["page"].timeline if item.title.endswith("MARAC")]
        assert (told.title, told.who) == (f"{referral}: hear at MARAC", cast.officer.name)
        other = CaseFactory.create(borough=cast.a)
        assert officer.get(at("marac_heard", other.pk, referral.pk)).status_code == 404


class TestFlags:
    def test_those_of_safety_stand_first_in_red(self, officer: Client, case: Case) -> None:
        for kind in ("child", "weapons"):
            recorded(officer, "add_flag", case, kind=kind, source="custody")
        page = officer.get(at("case", case.pk)).context["page"]
        assert [(flag.kind, colour) for flag, colour in page.flags] == [
            ("weapons", "red"),
            ("child", "yellow"),
        ]

    def test_one_of_a_kind_and_again_once_it_is_off(
        self, officer: Client, cast: Cast, case: Case
    ) -> None:
        for _ in range(2):
            answer = recorded(officer, "add_flag", case, kind="weapons", source="custody")
            assert answer.status_code == 302
        answer = recorded(officer, "add_flag", case, kind="weapons", source="the crime report")
        assert "The case has this flag already." in text_of(answer)
        flag = CaseFlag.objects.get()
        officer.post(at("remove_flag", case.pk, flag.pk))
        flag.refresh_from_db()
        assert flag.removed_by == cast.officer
        assert recorded(officer, "add_flag", case, kind="weapons", source="x").status_code == 302

    def test_one_of_another_case_is_not_taken_off_here(
        self, officer: Client, cast: Cast, case: Case
    ) -> None:
        other = CaseFlagFactory.create(case__borough=cast.a)
        assert officer.post(at("remove_flag", case.pk, other.pk)).status_code == 404

    def test_it_is_looked_at_again_in_the_future(self, officer: Client, case: Case) -> None:
        day = london_day(timezone.now())
        kept = {"kind": "weapons", "source": "custody"}
        answer = recorded(officer, "add_flag", case, **kept, **today("review_on", day))
        assert answer.context["form"].errors == {
            "review_on": ["Day to look at it again must be in the future"]
        }
        tomorrow = today("review_on", day + ONE_DAY)
        assert recorded(officer, "add_flag", case, **kept, **tomorrow).status_code == 302


class TestTransfer:
    def test_to_a_colleague_with_the_reason_in_its_history(
        self, officer: Client, cast: Cast, case: Case
    ) -> None:
        reason = "Night shift begins"
        answer = recorded(
            officer, "transfer_case", case, officer=str(cast.colleague.pk), reason=reason
        )
        assert answer["Location"] == f"{at('case', case.pk)}#summary"
        case.refresh_from_db()
        assert case.officer == cast.colleague
        page = officer.get(at("case", case.pk)).context["page"]
        assert (page.timeline[0].title, page.timeline[0].details) == (
            "Transfer case",
            [f"Reason: {reason}"],
        )
        assert not page.may_transfer

    def test_to_another_borough_with_what_it_counted(self, cast: Cast, case: Case) -> None:
        outcome = OutcomeFactory.create(case=case)
        elsewhere = OutcomeFactory.create(case=case, borough=cast.b)
        supervisor = browser(cast.supervisor)
        answer = recorded(
            supervisor,
            "transfer_case",
            case,
            borough=str(cast.b.pk),
            officer=str(cast.officer_of_b.pk),
            reason="It happened in Barnet",
        )
        assert answer["Location"] == at("desk")
        assert supervisor.get(at("case", case.pk)).status_code == 404
        for row in (case, outcome, elsewhere):
            row.refresh_from_db()
            assert row.borough == cast.b
        page = browser(cast.force_supervisor).get(at("case", case.pk)).context["page"]
        moved = next(item for item in page.timeline if item.sort == "case")
        assert (moved.title, moved.who) == ("Transfer case", cast.supervisor.name)

    def test_whoever_is_barred_or_elsewhere_gets_nothing(self, cast: Cast, case: Case) -> None:
        ExclusionFactory.create(case=case, user=cast.excluded)
        supervisor = browser(cast.supervisor)
        for person, message in [
            (cast.excluded, "Select the officer in the case from the list"),
            (cast.auditor, "Select the officer in the case from the list"),
            (cast.officer_of_b, "could not open the case"),
        ]:
            answer = recorded(supervisor, "transfer_case", case, officer=str(person.pk), reason="x")
            assert message in str(answer.context["form"].errors)
        page = text_of(supervisor.get(at("transfer_case", case.pk)))
        assert cast.excluded.name not in page
        case.refresh_from_db()
        assert case.officer == cast.officer

    def test_an_officer_hands_over_within_the_team(self, cast: Cast, case: Case) -> None:
        team = TeamFactory.create()
        User.objects.filter(pk=cast.officer.pk).update(team=team)
        mate = UserFactory.create(team=team, boroughs=[cast.a])
        form = browser(cast.officer).get(at("transfer_case", case.pk)).context["form"]
        assert set(form.fields["officer"].queryset) == {cast.officer, mate}

    def test_it_needs_a_reason(self, officer: Client, case: Case) -> None:
        answer = recorded(officer, "transfer_case", case, reason=" ")
        assert answer.context["form"].errors == {"reason": ["Say why the case is handed over"]}


@pytest.mark.parametrize("kind", [Kind.ORDER, Kind.DISCLOSURE_APPLICATION])
def test_what_was_logged_by_mistake_is_no_work_on_the_case(
    officer: Client, cast: Cast, case: Case, kind: Kind
) -> None:
    own = {"order_kind": "dvpn"} if kind == Kind.ORDER else {"route": "right_to_ask"}
    data = typed(cast, kind, **own)  # type: ignore[arg-type]
    logged(officer, data, kind)
    for counts in (True, False):
        work = officer.get(at("case", case.pk)).context["work"]
        desk = officer.get(at("desk")).context["desk"]
        assert bool(work.orders or work.disclosures) is counts
        assert (bool(work.clocks), bool(desk.clocks)) == (counts, counts)
        officer.post(at("undo_outcome", data["token"]))


def one_of_everything(cast: Cast, case: Case) -> None:
    """A row of each kind on a case, and whatever waits on the officer's desk."""
    suspect = SuspectFactory.create(case=case)
    outcome = OutcomeFactory.create(
        case=case, suspect=suspect, logged_by=cast.officer, team=TeamFactory.create()
    )
    PossibleDuplicateFactory.create(
        outcome=outcome, earlier=OutcomeFactory.create(case=case, suspect=suspect)
    )
    OutcomeFactory.create(
        kind=Kind.BAIL,
        bail_kind=BailKind.CONDITIONAL,
        bail_until=london_day(timezone.now()),
        case=case,
        suspect=suspect,
        logged_by=cast.officer,
    )
    Outcome.objects.filter(pk=outcome.pk).update(offence="stalking")
    SentBackFactory.create(outcome=outcome)
    ProtectiveOrderFactory.create(notice=True, case=case, suspect=suspect)
    DisclosureApplicationFactory.create(case=case)
    EvidenceSubmissionFactory.create(case=case)
    CaseNoteFactory.create(case=case)
    RiskAssessmentFactory.create(case=case)
    MaracReferralFactory.create(case=case)
    DraftFactory.create(owner=cast.officer)
    if not CaseFlag.objects.filter(case=case).exists():
        CaseFlagFactory.create(case=case)


@pytest.mark.parametrize(
    ("page", "queries"), [("case", 48), ("desk", 13), ("outcomes", 13), ("cases", 12)]
)
def test_twenty_rows_cost_as_many_queries_as_one(
    cast: Cast, case: Case, page: str, queries: int
) -> None:
    address = at(page, case.pk) if page == "case" else at(page)
    asked, client = [], browser(cast.officer)
    for more in (1, 19):
        for _ in range(more):
            one_of_everything(cast, case)
            CaseFactory.create(borough=cast.a, officer=cast.officer, team=TeamFactory.create())
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        asked.append(len(captured))
    assert asked == [queries, queries]
