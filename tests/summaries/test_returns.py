"""A borough's return: what is frozen, who signs, what differs, who is waited for."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import pgtrigger
import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from accounts.permissions import BoroughScope
from audit.seals import seal
from audit.tables import tables
from audit.verify import verify
from campaigns.models import Borough, Campaign
from cases.actions.outcomes import void_outcome
from cases.models import Outcome
from cases.presenters.desk import Desk
from core.days import LONDON, DayRange
from partners.actions import amend_event, training, void_event
from partners.models import EngagementEvent, Participation
from summaries.actions import run_nightly
from summaries.asked import Asked, Place
from summaries.measures import BY_SLUG, HEADLINES
from summaries.models import BoroughReturn
from summaries.returns import (
    State,
    counted,
    due,
    may_sign,
    sign_return,
    signable,
    standings,
    waiting_returns,
)
from tests.cases.pages import browser, form_at, text_of
from tests.conftest import Cast
from tests.core.rules import until_someone_waits
from tests.factories import (
    DAY,
    NOON,
    BoroughFactory,
    BoroughReturnFactory,
    CampaignFactory,
    CaseFactory,
    EngagementEventFactory,
    OutcomeFactory,
    ParticipationFactory,
    TrainingSessionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

DAYS = DayRange.inclusive(DAY, DAY + timedelta(days=2))
FIRST = DayRange.inclusive(DAY, DAY)
RETURNS = "/campaigns/the-days/returns/"
LAMBETH = f"{RETURNS}lambeth/"
SIGN = f"{LAMBETH}sign/"


@pytest.fixture
def campaign(cast: Cast) -> Campaign:
    """Three days in two boroughs and outside London, long over."""
    return CampaignFactory.create(
        slug="the-days",
        first_day=DAYS.first,
        last_day=DAYS.last,
        boroughs=[cast.a, cast.b, BoroughFactory.create(slug="outside-london", elsewhere=True)],
    )


def arrest(borough: Borough, **fields: Any) -> Outcome:
    return OutcomeFactory.create(case=CaseFactory.create(borough=borough), **fields)


def signed(campaign: Campaign, borough: Borough, by: User, days: DayRange = DAYS) -> BoroughReturn:
    """Signed as it is, after whatever was signed before."""
    return sign_return(
        by=by,
        campaign=campaign,
        borough=borough,
        days=days,
        after=BoroughReturn.objects.of(campaign, days).filter(borough=borough).count(),
        checked=counted(borough, days).digest,
    )


def states(campaign: Campaign, *boroughs: Borough, days: DayRange = DAYS) -> list[State]:
    found = standings(campaign, days, boroughs, BoroughReturn.objects.all())
    return [standing.state for standing in found]


def at(day: date, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON)


class TestFreezing:
    def test_every_headline_figure_is_kept_with_its_unit_and_the_moment(
        self, cast: Cast, campaign: Campaign
    ) -> None:
        arrest(cast.a)
        arrest(cast.a, happened_at=NOON + timedelta(days=2), charge=True)
        arrest(cast.a, happened_at=NOON + timedelta(days=3))
        arrest(cast.b)
        event = EngagementEventFactory.create(borough=cast.a, attendances=40)
        ParticipationFactory.create(event=event)
        ParticipationFactory.create(event__borough=cast.b)
        TrainingSessionFactory.create(borough=cast.a, officers_trained=25)
        row = signed(campaign, cast.a, cast.supervisor)
        assert row.figures == [
            {"measure": "arrests", "unit": "arrest events", "count": 1},
            {"measure": "charges", "unit": "offences charged", "count": 1},
            {"measure": "cautions", "unit": "cautions", "count": 0},
            {"measure": "orders", "unit": "orders", "count": 0},
            {"measure": "disclosure_applications", "unit": "applications", "count": 0},
            {"measure": "engagement_events", "unit": "events", "count": 1},
            {"measure": "engagement_attendances", "unit": "attendances", "count": 40},
            {"measure": "officers_trained", "unit": "officers trained", "count": 25},
            {"measure": "partners_involved", "unit": "partners", "count": 2},
        ]
        row.refresh_from_db()
        assert (row.number, row.nil, row.signed_by) == (1, False, cast.supervisor)
        assert row.counted_at <= row.signed_at
        assert row.days == DAYS

    @given(
        steps=st.lists(
            st.tuples(
                st.sampled_from(
                    ["arrest", "charge", "event", "train", "void", "leave", "nightly", "sign"]
                ),
                st.integers(-1, 3),
            ),
            max_size=8,
        )
    )
    @settings(max_examples=25)
    def test_what_is_signed_is_what_each_figure_was_at_that_moment_and_stays_so(
        self, cast: Cast, campaign: Campaign, steps: list[tuple[str, int]]
    ) -> None:
        place = Place("A", frozenset({cast.a.pk}))
        taken: dict[int, dict[str, int]] = {}
        with transaction.atomic():
            for what, day in [*steps, ("sign", 0)]:
                if what == "sign":
                    taken[signed(campaign, cast.a, cast.supervisor).number] = {
                        m.slug: Asked(campaign, m, DAYS, place).count() for m in HEADLINES
                    }
                elif what == "nightly":
                    run_nightly()
                elif what == "void":
                    last = Outcome.objects.counted().order_by("pk").last()
                    if last:
                        void_outcome(outcome=last, by=cast.supervisor, reason="Entered twice")
                elif what == "leave":
                    Participation.objects.filter(pk__in=Participation.objects.all()[:1]).delete()
                elif what == "event":
                    moment = NOON + timedelta(days=day)
                    ParticipationFactory.create(event__borough=cast.a, event__happened_at=moment)
                elif what == "train":
                    moment = NOON + timedelta(days=day)
                    TrainingSessionFactory.create(borough=cast.a, happened_at=moment)
                else:
                    kind = {"charge": True} if what == "charge" else {}
                    arrest(cast.a, happened_at=NOON + timedelta(days=day), **kind)
            rows = BoroughReturn.objects.all()
            assert {row.number: row.counts for row in rows} == taken
            assert {row.number: row.nil for row in rows} == {
                number: not any(counts.values()) for number, counts in taken.items()
            }
            transaction.set_rollback(True)

    def test_who_signed_is_in_the_history_that_the_seals_cover(
        self, cast: Cast, campaign: Campaign
    ) -> None:
        """And so is a change that got past the rule against changing it."""
        arrest(cast.a)
        row = signed(campaign, cast.a, cast.supervisor)
        events = BoroughReturn.pgh_event_model.objects.order_by("pk")  # type: ignore[attr-defined]
        assert events.model._meta.db_table in tables()
        [event] = events
        assert (event.pgh_label, event.figures) == ("insert", row.figures)
        assert event.pgh_context.metadata == {"user": cast.supervisor.pk, "action": "sign return"}
        seal()
        assert not verify().fault
        with pgtrigger.ignore("summaries.BoroughReturn:never_changed"):
            BoroughReturn.objects.filter(pk=row.pk).update(signed_by=cast.colleague)
        assert [(e.pgh_label, e.signed_by_id) for e in events.all()] == [
            ("insert", cast.supervisor.pk),
            ("update", cast.colleague.pk),
        ]
        with pgtrigger.ignore(f"{events.model._meta.label}:append_only"):
            events.filter(pk=event.pk).update(signed_by=cast.colleague)

        assert "summaries_boroughreturnevent" in verify().fault

    def test_other_figures_than_were_checked_are_not_signed(
        self, cast: Cast, campaign: Campaign
    ) -> None:
        checked = counted(cast.a, DAYS).digest
        arrest(cast.a)
        with pytest.raises(ValidationError, match="changed while you were checking"):
            sign_return(
                by=cast.supervisor,
                campaign=campaign,
                borough=cast.a,
                days=DAYS,
                after=0,
                checked=checked,
            )
        assert not BoroughReturn.objects.exists()

    @pytest.mark.parametrize("after", [0, 2])
    def test_nobody_signs_past_a_signature_that_they_have_not_seen(
        self, cast: Cast, campaign: Campaign, after: int
    ) -> None:
        first = signed(campaign, cast.a, cast.supervisor)
        with pytest.raises(ValidationError, match="Somebody has signed this return"):
            sign_return(
                by=cast.force_supervisor,
                campaign=campaign,
                borough=cast.a,
                days=DAYS,
                after=after,
                checked=counted(cast.a, DAYS).digest,
            )
        assert BoroughReturn.objects.get() == first

    def test_days_that_are_not_over_are_not_signed(self, cast: Cast) -> None:
        running = CampaignFactory.create(last_day=date(2990, 1, 1), boroughs=[cast.a])
        with pytest.raises(ValidationError, match="Only days that are over can be signed"):
            signed(running, cast.a, cast.supervisor, running.days)


@pytest.mark.django_db(transaction=True)
def test_two_supervisors_at_once_make_one_signature(cast: Cast, campaign: Campaign) -> None:
    def second() -> str:
        try:
            signed(campaign, cast.a, cast.force_supervisor)
        except ValidationError as refused:
            return str(refused.messages[0])
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            first = signed(campaign, cast.a, cast.supervisor)
            waiting = other.submit(second)
            until_someone_waits()
        assert waiting.result(10).startswith("Somebody has signed this return")
    assert BoroughReturn.objects.get() == first


def _amended(event: EngagementEvent, by: User, **fields: Any) -> None:
    amend_event(
        event=event,
        by=by,
        **({"partners": event.partners.all(), "supporting_teams": []} | fields),
    )


class TestStanding:
    def test_a_change_after_signing_differs_until_it_is_signed_again(
        self, cast: Cast, campaign: Campaign
    ) -> None:
        entry = arrest(cast.a)
        assert states(campaign, cast.a, cast.b) == [State.WAITS, State.WAITS]
        first = signed(campaign, cast.a, cast.supervisor)
        assert states(campaign, cast.a, cast.b) == [State.SIGNED, State.WAITS]
        void_outcome(outcome=entry, by=cast.supervisor, reason="Entered twice")
        [standing] = standings(campaign, DAYS, [cast.a], BoroughReturn.objects.all())
        assert standing.state is State.DIFFERS
        assert [(d.measure.slug, d.signed, d.now, d.by) for d in standing.differing] == [
            ("arrests", 1, 0, -1)
        ]
        second = signed(campaign, cast.a, cast.force_supervisor)
        assert (second.number, second.nil) == (2, True)
        assert states(campaign, cast.a, cast.b) == [State.NIL, State.WAITS]
        first.refresh_from_db()
        assert first.counts["arrests"] == 1

    @pytest.mark.parametrize(
        ("what", "differs"),
        [
            (
                "void event",
                {"engagement_events": (1, 0), "engagement_attendances": (40, 0)}
                | {"partners_involved": (2, 1)},
            ),
            ("other reach", {"engagement_attendances": (40, 41)}),
            ("partner gone", {"partners_involved": (2, 1)}),
            ("void session", {"officers_trained": (25, 0), "partners_involved": (2, 1)}),
            ("fewer trained", {"officers_trained": (25, 24)}),
        ],
    )
    def test_a_later_change_of_an_event_or_of_training_asks_for_another_signature(
        self, cast: Cast, campaign: Campaign, what: str, differs: dict[str, tuple[int, int]]
    ) -> None:
        by = cast.supervisor
        event = EngagementEventFactory.create(borough=cast.a, attendances=40)
        ParticipationFactory.create(event=event)
        session = TrainingSessionFactory.create(borough=cast.a, officers_trained=25)
        changes: dict[str, Callable[[], object]] = {
            "void event": lambda: void_event(event=event, by=by, reason="Not held"),
            "other reach": lambda: _amended(event, by, attendances=41),
            "partner gone": lambda: _amended(event, by, partners=[]),
            "void session": lambda: training.void_session(
                session=session, by=by, reason="Not held"
            ),
            "fewer trained": lambda: training.amend_session(
                session=session, by=by, officers_trained=24
            ),
        }
        signed(campaign, cast.a, by)
        assert states(campaign, cast.a) == [State.SIGNED]
        changes[what]()
        [standing] = standings(campaign, DAYS, [cast.a], BoroughReturn.objects.all())
        assert {d.measure.slug: (d.signed, d.now) for d in standing.differing} == differs
        assert standing.waits
        signed(campaign, cast.a, by)
        assert BoroughReturn.objects.count() == 2
        assert not waiting_returns(
            campaign, at(DAYS.end), BoroughScope(False, frozenset({cast.a.pk}))
        )

    def test_an_event_or_a_session_of_nobody_new_is_no_nil(
        self, cast: Cast, campaign: Campaign
    ) -> None:
        """Something happened there, though no officer was new to it and nobody came."""
        TrainingSessionFactory.create(borough=cast.a, officers_trained=0)
        assert not signed(campaign, cast.a, cast.supervisor).nil
        EngagementEventFactory.create(borough=cast.b, attendances=0, reach_method="")
        assert not signed(campaign, cast.b, cast.force_supervisor).nil

    def test_a_change_elsewhere_or_of_another_day_differs_nothing(
        self, cast: Cast, campaign: Campaign
    ) -> None:
        signed(campaign, cast.a, cast.supervisor)
        signed(campaign, cast.a, cast.supervisor, FIRST)
        arrest(cast.b)
        for days in (-1, 3):
            arrest(cast.a, happened_at=NOON + timedelta(days=days))
        assert states(campaign, cast.a) == [State.NIL]
        arrest(cast.a, happened_at=NOON + timedelta(days=1))
        assert states(campaign, cast.a) == [State.DIFFERS]
        assert states(campaign, cast.a, days=FIRST) == [State.NIL]

    def test_a_campaign_that_is_moved_is_signed_anew(self, cast: Cast, campaign: Campaign) -> None:
        signed(campaign, cast.a, cast.supervisor)
        campaign.last_day += timedelta(days=1)
        campaign.save()
        assert states(campaign, cast.a, days=campaign.days) == [State.WAITS]

    def test_a_measure_that_came_or_went_since_is_no_difference(
        self, cast: Cast, campaign: Campaign
    ) -> None:
        arrest(cast.a, charge=True)
        figures = [
            {"measure": "arrests", "unit": "arrest events", "count": 0},
            {"measure": "forgotten", "unit": "things", "count": 7},
        ]
        BoroughReturnFactory.create(campaign=campaign, borough=cast.a, figures=figures)
        [standing] = standings(campaign, DAYS, [cast.a], BoroughReturn.objects.all())
        assert standing.state is State.SIGNED
        assert [(line.measure.slug, line.signed, line.now) for line in standing.lines[:2]] == [
            *[("arrests", 0, 0), ("charges", None, 1)]
        ]
        words = text_of(browser(cast.supervisor).get(LAMBETH))
        assert words.count("Not asked") == len(HEADLINES) - 1
        assert "forgotten 7" in words
        assert "Nobody was asked for charges, cautions, restrictive orders, Clare" in words
        assert "officers trained and partners involved when this was signed." in words

    @pytest.mark.parametrize(
        ("now", "asked", "days"),
        [
            (at(DAYS.first), [], None),
            (at(DAYS.first, 23, 59), [], None),
            (at(DAYS.first + timedelta(days=1)), [1], FIRST),
            (at(DAYS.last, 23, 59), [1, 1], DayRange(DAYS.first + timedelta(days=1), DAYS.last)),
            (at(DAYS.end), [3, 1, 1, 1], DAYS),
            (at(DAYS.end + timedelta(days=900)), [3, 1, 1, 1], DAYS),
        ],
    )
    def test_what_can_be_signed_and_what_is_due(
        self, campaign: Campaign, now: datetime, asked: list[int], days: DayRange | None
    ) -> None:
        assert [len(stretch) for stretch in signable(campaign, now)] == asked
        assert due(campaign, now) == days

    def test_a_campaign_of_one_day_is_that_day(self) -> None:
        campaign = CampaignFactory.create(first_day=DAY, last_day=DAY)
        assert signable(campaign, NOON + timedelta(days=1)) == [FIRST]

    def test_who_is_waited_for(self, cast: Cast, campaign: Campaign) -> None:
        now = at(DAYS.end, 9)
        signed(campaign, cast.b, cast.force_supervisor)

        def waiting(now: datetime, *scope: Any) -> list[tuple[str, State]]:
            return [(one.borough.slug, one.state) for one in waiting_returns(campaign, now, *scope)]

        assert waiting(now) == [("lambeth", State.WAITS)]
        arrest(cast.b)
        assert waiting(now) == [("barnet", State.DIFFERS), ("lambeth", State.WAITS)]
        assert waiting(now, cast.supervisor.scope) == [("lambeth", State.WAITS)]
        assert waiting(now, BoroughScope(False, frozenset())) == []
        assert waiting(at(DAYS.first, 23)) == []
        assert len(waiting(at(DAYS.last + timedelta(days=28), 23, 59))) == 2
        assert waiting(at(DAYS.last + timedelta(days=29))) == []

    def test_only_a_supervisor_of_the_borough_may_sign(self, cast: Cast) -> None:
        everyone = [name for name, kind in Cast.__annotations__.items() if kind is User]
        may = {name for name in everyone if may_sign(getattr(cast, name), cast.a)}
        assert may == {"supervisor", "force_supervisor"}
        assert not may_sign(cast.supervisor, cast.b)
        assert not may_sign(UserFactory.create(role="supervisor"), cast.a)
        cast.supervisor.is_active = False
        assert not may_sign(cast.supervisor, cast.a)


OPEN = {
    "officer": (200, 200, 404, 403),
    "officer_of_b": (200, 404, 200, 404),
    "supervisor": (200, 200, 200, 200),
    "force_supervisor": (200, 200, 200, 200),
    "communications": (200, 200, 200, 403),
    "administrator": (200, 200, 200, 403),
    "auditor": (403, 403, 403, 403),
    "outsider": (200, 404, 404, 404),
}


class TestPages:
    @pytest.mark.parametrize("who", OPEN)
    def test_who_sees_and_who_signs(self, cast: Cast, campaign: Campaign, who: str) -> None:
        client = browser(getattr(cast, who))
        places = (RETURNS, LAMBETH, f"{RETURNS}barnet/", SIGN)
        assert tuple(client.get(place).status_code for place in places) == OPEN[who]
        may = OPEN[who][3] == 200
        assert client.post(SIGN, {"declared": "on"}).status_code == OPEN[who][3]
        form = form_at(browser(cast.supervisor), SIGN) | {"declared": "on"}
        client.post(SIGN, form)
        assert BoroughReturn.objects.exists() is may

    @pytest.mark.parametrize("place", ["outside-london/", "nowhere/", "outside-london/sign/"])
    def test_nobody_is_asked_for_other_places(
        self, cast: Cast, campaign: Campaign, place: str
    ) -> None:
        assert browser(cast.force_supervisor).get(f"{RETURNS}{place}").status_code == 404

    def test_a_supervisor_of_another_borough_sees_and_may_not_sign(
        self, cast: Cast, campaign: Campaign
    ) -> None:
        client = browser(cast.supervisor)
        assert client.get(f"{RETURNS}barnet/sign/").status_code == 403
        assert "A supervisor of Barnet can sign it." in text_of(client.get(f"{RETURNS}barnet/"))
        assert "Check and sign" in text_of(client.get(LAMBETH))

    def test_signing_a_nil_is_said_so(self, cast: Cast, campaign: Campaign) -> None:
        client = browser(cast.supervisor)
        page = client.get(SIGN)
        assert "I have checked that none of these happened in Lambeth on these days" in text_of(
            page
        )
        unsaid = client.post(SIGN, form_at(client, SIGN) | {"declared": ""})
        assert "<title> Error: Check and sign: Lambeth" in text_of(unsaid)
        assert "Confirm that you have checked the figures" in text_of(unsaid)
        assert not BoroughReturn.objects.exists()
        done = client.post(SIGN, form_at(client, SIGN) | {"declared": "on"}, follow=True)
        assert done.redirect_chain == [(f"{LAMBETH}?of=campaign", 302)]
        assert "You have signed the return of Lambeth." in text_of(done)
        assert "Nil: every figure is 0" in text_of(done)
        assert BoroughReturn.objects.get().nil

    def test_the_same_form_twice_signs_once(self, cast: Cast, campaign: Campaign) -> None:
        client = browser(cast.supervisor)
        form = form_at(client, SIGN) | {"declared": "on"}
        client.post(SIGN, form)
        again = client.post(SIGN, form, follow=True)
        assert "This return is signed, and no figure has changed since." in text_of(again)
        assert BoroughReturn.objects.count() == 1

    def test_a_figure_that_changed_meanwhile_is_shown_before_it_is_signed(
        self, cast: Cast, campaign: Campaign
    ) -> None:
        client = browser(cast.supervisor)
        form = form_at(client, SIGN) | {"declared": "on"}
        arrest(cast.a)
        told = client.post(SIGN, form, follow=True)
        assert "The figures changed while you were checking them." in text_of(told)
        assert told.redirect_chain == [(f"{SIGN}?of=campaign", 302)]
        assert not BoroughReturn.objects.exists()
        client.post(SIGN, form_at(client, SIGN) | {"declared": "on"})
        assert BoroughReturn.objects.get().counts["arrests"] == 1

    def test_a_day_is_signed_by_itself(self, cast: Cast, campaign: Campaign) -> None:
        client = browser(cast.supervisor)
        address = f"{SIGN}?of={DAY}"
        client.post(address, form_at(client, address) | {"declared": "on"})
        assert BoroughReturn.objects.get().days == FIRST
        shown = {of: client.get(f"{RETURNS}?of={of}").context["page"] for of in (DAY, "campaign")}
        assert [page.signed for page in shown.values()] == [1, 0]
        odd = client.get(f"{RETURNS}?of=yesterday").context["page"]
        assert odd.form.days == DAYS

    def test_what_the_list_says(self, cast: Cast, campaign: Campaign) -> None:
        entry = arrest(cast.b)
        signed(campaign, cast.a, cast.supervisor)
        client = browser(cast.communications)
        words = text_of(client.get(RETURNS))
        assert "1 of 2 boroughs signed." in words
        assert "Not signed: Barnet." in words
        assert "Signed, nil" in words
        signed(campaign, cast.b, cast.force_supervisor)
        void_outcome(outcome=entry, by=cast.officer_of_b, reason="Entered twice")
        words = text_of(client.get(RETURNS))
        assert "2 of 2 boroughs signed, of which 1 differs from the figures now." in words
        assert "Not signed:" not in words
        assert "1 of 1 borough signed." in text_of(browser(cast.officer).get(RETURNS))
        none = text_of(browser(cast.outsider).get(RETURNS))
        assert "None of the boroughs that you see figures of is asked" in none

    def test_each_figure_opens_what_it_counts(self, cast: Cast, campaign: Campaign) -> None:
        arrest(cast.a)
        arrest(cast.a, happened_at=NOON + timedelta(days=1))
        client = browser(cast.supervisor)
        for of, number in (("campaign", 2), (str(DAY), 1)):
            first = client.get(f"{LAMBETH}?of={of}").context["page"].figures[0]
            assert first.line.measure is BY_SLUG["arrests"]
            assert first.line.now == number
            assert client.get(first.address).context["page"].count == number

    @pytest.mark.parametrize("address", [RETURNS, LAMBETH, SIGN])
    def test_before_a_day_is_over_there_is_nothing_to_sign(
        self, cast: Cast, campaign: Campaign, address: str
    ) -> None:
        with time_machine.travel(at(DAYS.first, 23), tick=False):
            answer = browser(cast.supervisor).get(address)
            if address == SIGN:
                assert answer.status_code == 404
            else:
                assert "26 November 2021" in text_of(answer)

    def test_the_pages_ask_as_much_of_one_borough_as_of_twenty(
        self, cast: Cast, campaign: Campaign
    ) -> None:
        client = browser(cast.force_supervisor)

        def queries(address: str) -> int:
            with CaptureQueriesContext(connection) as asked:
                client.get(address)
            return len(asked)

        pages = (RETURNS, LAMBETH)
        campaign.boroughs.set([cast.a])
        signed(campaign, cast.a, cast.supervisor)
        one = [queries(address) for address in pages]
        for borough in BoroughFactory.create_batch(19):
            campaign.boroughs.add(borough)
            signed(campaign, borough, UserFactory.create())
        for number in range(20):
            arrest(cast.a)
            assert signed(campaign, cast.a, UserFactory.create()).number == number + 2
        # The session, the person, the campaign, its boroughs, figures, partners, signatures, the
        # last proof and the last run, one snapshot; of one borough its history, and the campaign's
        # places.
        assert [queries(address) for address in pages] == one == [11, 13]


class TestElsewhere:
    def test_london_now_says_how_many_have_signed(self, cast: Cast, campaign: Campaign) -> None:
        signed(campaign, cast.a, cast.supervisor)
        signed(campaign, cast.b, cast.force_supervisor, FIRST)

        def said(who: User) -> str:
            return text_of(browser(who).get("/campaigns/the-days/"))

        assert "1 of 2 boroughs signed." in said(cast.supervisor)
        OutcomeFactory.create(borough=cast.a, case__borough=cast.a, happened_at=at(FIRST.first))
        words = "1 of 2 boroughs signed, of which 1 differs from the figures now."
        assert words in said(cast.supervisor)
        assert "0 of 1 borough signed." in said(cast.officer_of_b)
        with time_machine.travel(at(DAYS.first + timedelta(days=1), 9), tick=False):
            assert "1 of 2 boroughs signed for 25 November 2021." in said(cast.communications)
        with time_machine.travel(at(DAYS.first, 9), tick=False):
            assert "boroughs signed" not in said(cast.supervisor)

    def test_a_supervisors_desk_reminds_of_what_waits(self, cast: Cast, campaign: Campaign) -> None:
        now = at(DAYS.first + timedelta(days=1), 9)

        def lines(who: User, now: datetime = now) -> list[tuple[str, str]]:
            desk = Desk(User.objects.get(pk=who.pk), now)
            return [(line.words, line.address) for line in desk.reminders]

        of = f"?of={DAY}"
        assert lines(cast.supervisor) == [
            ("The return of Lambeth for 25 November 2021 is not signed", f"{LAMBETH}{of}")
        ]
        assert lines(cast.force_supervisor) == [
            ("Returns of your boroughs for 25 November 2021: 2 not signed", f"{RETURNS}{of}")
        ]
        assert not Desk(cast.supervisor, now).nothing_to_do
        for who in (cast.officer, cast.administrator, cast.communications):
            assert lines(who) == []
        signed(campaign, cast.a, cast.supervisor, FIRST)
        assert lines(cast.supervisor) == []
        arrest(cast.a)
        assert lines(cast.supervisor) == [
            (
                "The return of Lambeth for 25 November 2021 differs from the figures now",
                f"{LAMBETH}{of}",
            )
        ]
        assert [words for words, _ in lines(cast.force_supervisor)] == [
            "Returns of your boroughs for 25 November 2021: "
            "1 not signed and 1 differing from the figures now"
        ]
        assert lines(cast.supervisor, at(DAYS.end, 9)) == [
            (
                "The return of Lambeth for 25 to 27 November 2021 is not signed",
                f"{LAMBETH}?of=campaign",
            )
        ]
        assert lines(cast.supervisor, at(DAYS.first, 9)) == []
        assert lines(cast.supervisor, at(DAYS.last + timedelta(days=29))) == []

    def test_the_reminder_is_on_the_page(self, cast: Cast, campaign: Campaign) -> None:
        with time_machine.travel(at(DAYS.end, 9), tick=False):
            words = text_of(browser(cast.supervisor).get("/desk/"))
        assert "The return of Lambeth for 25 to 27 November 2021 is not signed" in words


def test_an_anonymous_browser_is_asked_to_sign_in(client: Client, campaign: Campaign) -> None:
    for place in (RETURNS, LAMBETH, SIGN, "/campaigns/the-days/changes/"):
        assert client.get(place).headers["Location"] == f"/sign-in/?next={place}"
