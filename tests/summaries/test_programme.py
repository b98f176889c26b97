"""Programmes: money by year, milestones, and the devices that were examined meanwhile."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import EVERYWHERE, BoroughScope
from campaigns.models import Borough, Milestone, Programme
from core.days import DayRange, london_day
from partners.models import TrainingProgramme
from summaries.evidence import DigitalEvidence, digital_evidence
from summaries.figures import Window
from summaries.presenters.programme import Promise, Year
from tests.cases.pages import browser
from tests.conftest import Cast
from tests.factories import (
    CaseFactory,
    EvidenceSubmissionFactory,
    MilestoneFactory,
    ProgrammeFactory,
    ProgrammeYearFactory,
    TrainingProgrammeFactory,
    TrainingSessionFactory,
)

pytestmark = pytest.mark.django_db

FIRST, LAST = date(2021, 4, 1), date(2022, 3, 31)
DAYS = DayRange.inclusive(FIRST, LAST)
DAY = timedelta(days=1)
PAGE = "/programmes/digital-forensics/"


@pytest.fixture
def programme(db: None) -> Programme:
    made = ProgrammeFactory.create(
        name="Digital forensics",
        slug="digital-forensics",
        first_day=FIRST,
        last_day=LAST,
        delivers="Examiners\n\nKiosks",
    )
    ProgrammeYearFactory.create(
        programme=made, year=2021, planned_pounds=3_400_000, spent_pounds=3_260_000
    )
    ProgrammeYearFactory.create(
        programme=made, year=2022, planned_pounds=4_100_000, spent_pounds=4_180_000
    )
    return made


def device(borough: Borough, sent: date, took: int | None = None, result: str = "") -> None:
    EvidenceSubmissionFactory.create(
        case=CaseFactory.create(borough=borough),
        sent_on=sent,
        returned_on=None if took is None else sent + took * DAY,
        result=result,
    )


@pytest.fixture
def devices(cast: Cast) -> None:
    """In A six inside the days, five of them back; one on each side; in B one."""
    device(cast.a, FIRST, 0, "helped_charge")
    device(cast.a, FIRST + DAY, 10, "helped_charge")
    device(cast.a, FIRST + DAY, 20, "evidence_found")
    device(cast.a, LAST, 41, "nothing_found")
    device(cast.a, LAST, 100, "not_readable")
    device(cast.a, LAST)
    device(cast.a, FIRST - DAY, 500, "helped_charge")
    device(cast.a, LAST + DAY, 500, "helped_charge")
    device(cast.b, FIRST, 7, "helped_charge")


class TestEvidence:
    def test_the_devices_of_the_days_count_and_no_others(self, cast: Cast, devices: None) -> None:
        only_a = BoroughScope(everywhere=False, borough_ids=frozenset({cast.a.pk}))
        assert digital_evidence(Window(DAYS, only_a)) == DigitalEvidence(6, 5, 2, 20, 100)
        assert digital_evidence(Window(DAYS, EVERYWHERE)) == DigitalEvidence(7, 6, 3, 15, 100)

    def test_of_none_there_is_no_median(self, cast: Cast) -> None:
        assert digital_evidence(Window(DAYS, EVERYWHERE)) == DigitalEvidence(0, 0, 0, None, None)


def shown(client: Client) -> str:
    answer = client.get(PAGE)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


class TestThePage:
    def test_all_of_london_is_counted_for_whoever_may_see_it(
        self, cast: Cast, programme: Programme, devices: None
    ) -> None:
        for person in (cast.supervisor, cast.communications, cast.administrator):
            page = shown(browser(person))
            assert "50%: 3 of 6" in page
            assert "15 days" in page
            assert "100 days" in page
            assert "in your boroughs" not in page

    def test_an_officer_reads_of_their_own_boroughs(
        self, cast: Cast, programme: Programme, devices: None
    ) -> None:
        page = shown(browser(cast.officer))
        assert "6 in your boroughs" in page
        assert "40%: 2 of 5" in page

    def test_of_fewer_than_five_nothing_is_said(
        self, cast: Cast, programme: Programme, devices: None
    ) -> None:
        page = shown(browser(cast.officer_of_b))
        assert "Fewer than 5 devices were sent in your boroughs" in page
        assert "7 days" not in page
        for _ in range(3):
            device(cast.b, FIRST)
        assert "Fewer than 5 devices were sent" in shown(browser(cast.officer_of_b))
        device(cast.b, FIRST)
        page = shown(browser(cast.officer_of_b))
        assert "5 in your boroughs" in page
        assert "Fewer than 5, of which nothing is said" in page
        assert "7 days" not in page

    def test_money_is_said_by_year_with_its_total(self, cast: Cast, programme: Programme) -> None:
        page = browser(cast.officer).get(PAGE).context["page"]
        assert [*page.years, page.total] == [
            Year("2021/22", "£3,400,000", "£3,260,000", "£140,000 less"),
            Year("2022/23", "£4,100,000", "£4,180,000", "£80,000 more"),
            Year("Total", "£7,500,000", "£7,440,000", "£60,000 less"),
        ]
        assert page.delivers == ["Examiners", "Kiosks"]
        assert "2021/22, planned" in page.drawing

    def test_pence_do_not_make_a_difference_out_of_nothing(self) -> None:
        assert Year.of("2021/22", Decimal("1000.00"), Decimal(1000)).differs == "As planned"

    def test_one_without_anything_says_so(self, cast: Cast) -> None:
        ProgrammeFactory.create(slug="digital-forensics")
        page = shown(browser(cast.officer))
        assert "No money is entered yet" in page
        assert "No milestone is entered yet" in page

    def test_only_one_about_evidence_tells_of_devices(
        self, cast: Cast, programme: Programme, devices: None
    ) -> None:
        assert "Devices sent" in shown(browser(cast.supervisor))
        for about in ("training", "other"):
            Programme.objects.update(about=about)
            page = shown(browser(cast.supervisor))
            assert "£7,440,000 is spent of £7,500,000" in page
            assert "Digital evidence" not in page
            assert "Devices sent" not in page
            assert ("No training is entered as paid by this programme" in page) is (
                about == "training"
            )

    def test_one_about_training_tells_of_what_it_pays_for_and_no_other(
        self, cast: Cast, programme: Programme
    ) -> None:
        Programme.objects.update(about="training")
        paid, other = TrainingProgrammeFactory.create_batch(2, target=60)
        TrainingProgramme.objects.filter(pk=paid.pk).update(paid_by=programme)
        for training, borough, trained in ((paid, "a", 20), (paid, "b", 25), (other, "a", 7)):
            TrainingSessionFactory.create(
                programme=training,
                borough=getattr(cast, borough),
                officers_trained=trained,
                officers_attended=30,
            )
        page = shown(browser(cast.supervisor))
        assert f'href="/training/{paid.slug}/"' in page
        assert f'href="/training/{other.slug}/"' not in page
        assert "<strong>45</strong> of a target of 60 (75%)" in page
        assert "60 at 2 sessions" in page
        assert "<strong>20</strong> in the boroughs that you may see" in shown(
            browser(cast.officer)
        )

    def test_who_gets_in(self, cast: Cast, programme: Programme) -> None:
        for address in (PAGE, reverse("summaries:programmes")):
            assert browser(cast.auditor).get(address).status_code == 403
            assert browser(cast.outsider).get(address).status_code == 200
            assert Client().get(address)["Location"].startswith("/sign-in/")
        assert browser(cast.officer).get("/programmes/none/").status_code == 404

    def test_twenty_rows_cost_as_many_queries_as_one(
        self, cast: Cast, programme: Programme
    ) -> None:
        client = browser(cast.supervisor)

        def cost() -> list[int]:
            found = []
            for address in (PAGE, reverse("summaries:programmes")):
                with CaptureQueriesContext(connection) as queries:
                    client.get(address)
                found.append(len(queries))
            return found

        MilestoneFactory.create(programme=programme)
        cost()
        one = cost()
        for n in range(19):
            ProgrammeFactory.create()
            MilestoneFactory.create(programme=programme)
            ProgrammeYearFactory.create(programme=programme, year=2023 + n)
            device(cast.a, FIRST)
        assert cost() == one


@pytest.mark.parametrize(
    ("milestone", "words", "colour"),
    [
        ({"due_day": FIRST, "reached_day": FIRST}, "Reached on 1 April 2021, in time", "green"),
        (
            {"due_day": FIRST, "reached_day": FIRST + DAY},
            "Reached on 2 April 2021, 1 day late",
            "yellow",
        ),
        ({"due_day": FIRST}, "To come", "grey"),
        ({"due_day": FIRST - DAY}, "Overdue", "red"),
    ],
)
def test_a_milestone_says_how_its_day_was_kept(
    milestone: dict[str, Any], words: str, colour: str
) -> None:
    found = Promise(Milestone(**milestone), FIRST)
    assert (found.words, found.colour) == (words, colour)


def test_devices_of_the_last_year_stand_beside_those_of_its_days(
    cast: Cast, programme: Programme
) -> None:
    today = london_day(timezone.now())
    for day in (today - 365 * DAY, today, today - 366 * DAY, FIRST):
        device(cast.a, day)
    page = browser(cast.officer).get(PAGE).context["page"]
    assert [(one.label, one.devices.sent) for one in page.examined] == [
        ("In its own days", 1),
        ("In the last year", 2),
    ]
