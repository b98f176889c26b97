"""Training: different officers told from attendances, sessions logged, put right and made void."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import LogRow
from core.days import LONDON
from partners.models import TrainingProgramme, TrainingSession
from tests.conftest import Cast
from tests.factories import (
    PartnerFactory,
    TeamFactory,
    TrainingProgrammeFactory,
    TrainingSessionFactory,
)
from tests.partners.pages import at, browser

pytestmark = pytest.mark.django_db

WHEN = datetime(2021, 11, 25, 9, 30, tzinfo=LONDON)


@pytest.fixture
def programme(cast: Cast) -> TrainingProgramme:
    """The whole: 90 officers trained at 120 attendances, of a target of 200 and 400 officers."""
    made = TrainingProgrammeFactory.create(
        name="Domestic Abuse Matters",
        slug="matters",
        question="I can recognise coercive control",
        target=200,
        headcount=400,
    )
    team = TeamFactory.create(name="Central South")

    def held(**of_session: Any) -> TrainingSession:
        return TrainingSessionFactory.create(
            **{"programme": made, "borough": cast.a, "team": team} | of_session
        )

    held(
        officers_attended=50,
        officers_trained=40,
        answered_before=40,
        agreed_before=10,
        answered_after=20,
        agreed_after=18,
    )
    held(officers_attended=30, officers_trained=20, answered_before=10, agreed_before=5, team=None)
    held(officers_attended=40, officers_trained=30, borough=cast.b)
    void = {
        "voided_at": timezone.now() + timedelta(hours=1),
        "voided_by": cast.officer,
        "void_reason": "Twice",
    }
    held(officers_attended=500, officers_trained=300, **void)
    TrainingSessionFactory.create(officers_trained=1000, borough=cast.a)
    return made


def sent(cast: Cast, programme: TrainingProgramme, **other: Any) -> dict[str, Any]:
    return {
        "token": str(uuid4()),
        "day_day": 25,
        "day_month": 11,
        "day_year": 2021,
        "starts": "0930",
        "borough": cast.a.pk,
        "partner": programme.partner_id,
        "officers_attended": 50,
        "officers_trained": 40,
        "answered_before": 40,
        "agreed_before": 10,
        **other,
    }


def sums(part: Any) -> tuple[str, int, int, int]:
    return (part.label, part.sessions, part.trained, part.attended)


class TestProgramme:
    def test_whoever_sees_all_reads_of_the_target_and_the_headcount(
        self, cast: Cast, programme: TrainingProgramme
    ) -> None:
        for person in (cast.supervisor, cast.communications, cast.auditor, cast.administrator):
            answer = browser(person).get(at("training_programme", "matters"))
            standing = answer.context["page"].standing
            assert sums(standing.whole) == ("Total", 3, 90, 120)
            assert (standing.of_target, standing.of_headcount, standing.whole.again) == (
                *("45%", "23%"),
                30,
            )
            assert b"of a target of 200 (45%)" in answer.content

    def test_whoever_sees_some_boroughs_reads_of_no_share(
        self, cast: Cast, programme: TrainingProgramme
    ) -> None:
        answer = browser(cast.officer).get(at("training_programme", "matters"))
        assert sums(answer.context["page"].standing.whole) == ("Total", 2, 60, 80)
        assert b"in the boroughs that you may see" in answer.content
        assert b"of a target of" not in answer.content

    def test_the_parts_add_up_to_the_whole(self, cast: Cast, programme: TrainingProgramme) -> None:
        page = browser(cast.supervisor).get(at("training_programme", "matters")).context["page"]
        assert {heading: [sums(row) for row in rows] for heading, _, rows in page.parts} == {
            "By borough": [("Barnet", 1, 30, 40), ("Lambeth", 2, 60, 80)],
            "By team": [("Central South", 2, 70, 90), ("No team is given", 1, 20, 30)],
        }

    def test_answers_are_counts_with_the_share_that_agreed(
        self, cast: Cast, programme: TrainingProgramme
    ) -> None:
        page = browser(cast.supervisor).get(at("training_programme", "matters")).context["page"]
        assert [(a.when, a.answered, a.agreed, a.share) for a in page.standing.whole.answers] == [
            ("Before the session", 50, 15, "30%"),
            ("After the session", 20, 18, "90%"),
        ]

    def test_of_no_answers_there_is_no_share(self, cast: Cast) -> None:
        empty = TrainingProgrammeFactory.create(slug="new", target=0, headcount=0)
        page = browser(cast.supervisor).get(at("training_programme", empty.slug)).context["page"]
        assert [answers.share for answers in page.standing.whole.answers] == ["none", "none"]
        assert page.standing.of_target == "none"

    def test_all_programmes_stand_on_one_page(
        self, cast: Cast, programme: TrainingProgramme
    ) -> None:
        TrainingProgrammeFactory.create(name="A new one")
        found = browser(cast.officer_of_b).get(at("training")).context["standings"]
        assert [(str(one.programme), one.whole.trained, one.everywhere) for one in found][:2] == [
            ("A new one", 0, False),
            ("Domestic Abuse Matters", 30, False),
        ]

    def test_the_list_has_void_ones_and_none_of_elsewhere(
        self, cast: Cast, programme: TrainingProgramme
    ) -> None:
        page = browser(cast.officer).get(at("training_programme", "matters")).context["page"]
        assert sorted(row.officers_trained for row in page.page.rows) == [20, 40, 300]
        outside = browser(cast.outsider).get(at("training_programme", "matters"))
        assert outside.context["page"].page.rows == []

    def test_the_list_turns_pages_and_is_logged(
        self, cast: Cast, programme: TrainingProgramme
    ) -> None:
        for hour in range(20):
            TrainingSessionFactory.create(
                programme=programme, borough=cast.a, happened_at=WHEN - timedelta(hours=hour)
            )
        client = browser(cast.officer)
        first = client.get(at("training_programme", "matters")).context["page"].page
        second = client.get(at("training_programme", "matters"), {"page": first.after})
        assert (len(first.rows), len(second.context["page"].page.rows)) == (20, 3)
        row = LogRow.objects.order_by("pk").last()
        assert row is not None
        assert (row.action, row.object_type, row.results, row.details) == (
            *("search", "partners.trainingsession"),
            3,
            {"programme": "matters"},
        )
        wrong = client.get(at("training_programme", "matters"), {"page": "nonsense"})
        assert wrong["Location"] == at("training_programme", "matters")

    @pytest.mark.parametrize("name", ["training", "training_programme"])
    def test_twenty_cost_as_many_queries_as_one(self, cast: Cast, name: str) -> None:
        first = TrainingSessionFactory.create(borough=cast.a, team=TeamFactory.create())
        address = at(name, *([first.programme.slug] if name == "training_programme" else []))
        client = browser(cast.supervisor)

        def cost() -> int:
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            return len(queries)

        cost()
        one = cost()
        for _ in range(19):
            TrainingSessionFactory.create(programme=first.programme, team=TeamFactory.create())
            TrainingSessionFactory.create()
        assert cost() == one


class TestLogging:
    @pytest.mark.parametrize("role", ["officer", "supervisor", "force_supervisor"])
    def test_a_session_is_logged_once_however_often_it_is_sent(
        self, cast: Cast, programme: TrainingProgramme, role: str
    ) -> None:
        client, form = browser(getattr(cast, role)), sent(cast, programme)
        before = set(TrainingSession.objects.values_list("pk", flat=True))
        for _ in range(2):
            answer = client.post(at("log_session", "matters"), form)
        [made] = TrainingSession.objects.exclude(pk__in=before)
        assert answer["Location"] == at("session", made.pk)
        assert (made.programme, made.borough, made.team, made.happened_at) == (
            *(programme, cast.a, None),
            WHEN,
        )
        counts = (made.officers_attended, made.officers_trained, made.answered_before)
        assert (*counts, made.agreed_before, made.answered_after) == (50, 40, 40, 10, 0)
        assert made.counted

    @pytest.mark.parametrize(
        ("wrong", "told"),
        [
            ({"day_year": 2099}, "Day of the session must be today or in the past"),
            ({"starts": "9.99"}, "The time it started must be a time, like 1430 or 2.30pm"),
            ({"officers_attended": ""}, "Enter the number of officers who came"),
            (
                {"officers_attended": "many"},
                "The number of officers who came must be a whole number, like 40",
            ),
            ({"officers_trained": -1}, "must be 0 or more"),
            ({"officers_trained": 51}, "No more officers can be trained than came"),
            ({"answered_before": 51}, "No more officers can answer than came"),
            ({"agreed_before": 41}, "No more officers can agree than answered"),
            ({"answered_after": 51}, "No more officers can answer than came"),
            ({"agreed_after": 1}, "No more officers can agree than answered"),
            ({"partner": ""}, "Select who delivered it"),
            ({"borough": ""}, "Select a borough"),
        ],
    )
    def test_a_wrong_one_is_told_what_to_do(
        self, cast: Cast, programme: TrainingProgramme, wrong: dict[str, Any], told: str
    ) -> None:
        before = TrainingSession.objects.count()
        page = browser(cast.officer).post(
            at("log_session", "matters"), sent(cast, programme, **wrong)
        )
        assert told in page.content.decode()
        assert TrainingSession.objects.count() == before

    def test_later_today_is_the_future(self, cast: Cast, programme: TrainingProgramme) -> None:
        later = (timezone.now() + timedelta(minutes=5)).astimezone(LONDON)
        form = sent(cast, programme, starts=f"{later:%H:%M}")
        form |= {"day_day": later.day, "day_month": later.month, "day_year": later.year}
        page = browser(cast.officer).post(at("log_session", "matters"), form).content.decode()
        assert "in the past" in page

    def test_only_in_ones_own_boroughs(self, cast: Cast, programme: TrainingProgramme) -> None:
        before = TrainingSession.objects.count()
        for person in (cast.officer, cast.supervisor, cast.outsider):
            form = sent(cast, programme, borough=cast.b.pk)
            page = browser(person).post(at("log_session", "matters"), form)
            assert b"Select a borough from the list" in page.content
        assert TrainingSession.objects.count() == before

    def test_those_who_train_and_are_still_offered_deliver_it(
        self, cast: Cast, programme: TrainingProgramme
    ) -> None:
        trains = PartnerFactory.create(name="Trainer", offers=["training"])
        PartnerFactory.create(offers=["training"], retired_on=WHEN.date())
        PartnerFactory.create(offers=["helpline"])
        form = browser(cast.officer).get(at("log_session", "matters")).context["form"]
        assert set(form.fields["partner"].queryset) == {trains, programme.partner}
        assert form.fields["borough"].initial == cast.a


@pytest.fixture
def session(cast: Cast) -> TrainingSession:
    return TrainingSessionFactory.create(
        borough=cast.a, happened_at=WHEN, officers_attended=50, officers_trained=40
    )


@pytest.fixture
def officer(cast: Cast) -> Client:
    return browser(cast.officer)


class TestKeeping:
    def test_reading_one_is_logged_once(self, officer: Client, session: TrainingSession) -> None:
        before = LogRow.objects.count()
        assert officer.get(at("session", session.pk)).status_code == 200
        [row] = LogRow.objects.order_by("pk")[before:]
        assert (row.action, row.object_id) == ("consultation", str(session.pk))

    def test_it_is_put_right_and_history_says_how(
        self, cast: Cast, officer: Client, session: TrainingSession
    ) -> None:
        form = officer.get(at("amend_session", session.pk)).context["form"]
        assert (form["day"].value(), form["starts"].value()) == (WHEN.date(), "09:30")
        new = sent(cast, session.programme, officers_trained=41, officers_attended=50)
        new["version"] = form["version"].value()
        answer = officer.post(at("amend_session", session.pk), new)
        assert answer["Location"] == at("session", session.pk)
        session.refresh_from_db()
        assert (session.officers_trained, session.happened_at) == (41, WHEN)
        [changed, _] = officer.get(at("session", session.pk)).context["page"].changes
        fields = [(field.label, field.before, field.after) for field in changed.fields]
        assert (changed.action, changed.who) == ("Amend session", cast.officer.name)
        assert ("Officers trained", "40", "41") in fields

    def test_void_it_counts_nowhere_and_restored_it_counts_again(
        self, cast: Cast, officer: Client, session: TrainingSession
    ) -> None:
        assert b"Say why" in officer.post(at("void_session", session.pk), {"reason": " "}).content
        officer.post(at("void_session", session.pk), {"reason": "Entered twice"})
        session.refresh_from_db()
        assert (session.counted, session.voided_by, session.void_reason) == (
            *(False, cast.officer),
            "Entered twice",
        )
        assert officer.post(at("void_session", session.pk), {"reason": "x"}).status_code == 403
        assert officer.get(at("amend_session", session.pk)).status_code == 403
        assert officer.post(at("restore_session", session.pk)).status_code == 403
        supervisor = browser(cast.supervisor)
        assert supervisor.post(at("restore_session", session.pk)).status_code == 302
        session.refresh_from_db()
        assert (session.counted, session.voided_by, session.void_reason) == (True, None, "")
        assert supervisor.post(at("restore_session", session.pk)).status_code == 403

    @pytest.mark.parametrize(
        ("role", "reads", "writes"),
        [
            *(("officer", 200, 200), ("supervisor", 200, 200), ("force_supervisor", 200, 200)),
            *(("officer_of_b", 404, 404), ("outsider", 404, 404)),
            *(("communications", 200, 403), ("auditor", 200, 403), ("administrator", 200, 403)),
        ],
    )
    def test_who_reads_and_who_writes(
        self, cast: Cast, session: TrainingSession, role: str, reads: int, writes: int
    ) -> None:
        client = browser(getattr(cast, role))
        assert client.get(at("session", session.pk)).status_code == reads
        for name in ("amend_session", "void_session"):
            assert client.get(at(name, session.pk)).status_code == writes
            assert client.post(at(name, session.pk), {}).status_code == writes

    def test_a_supervisor_reads_of_other_boroughs_and_changes_nothing_there(
        self, cast: Cast
    ) -> None:
        elsewhere, client = TrainingSessionFactory.create(borough=cast.b), browser(cast.supervisor)
        assert client.get(at("session", elsewhere.pk)).status_code == 200
        for name in ("amend_session", "void_session"):
            assert client.post(at(name, elsewhere.pk), {"reason": "x"}).status_code == 403

    def test_the_anonymous_are_led_to_sign_in(self, session: TrainingSession) -> None:
        slug, pk = session.programme.slug, session.pk
        addresses = [at("training"), at("training_programme", slug), at("log_session", slug)]
        addresses += [at(name, pk) for name in ("session", "amend_session", "void_session")]
        for address in addresses:
            assert Client().get(address)["Location"].startswith("/sign-in/")
