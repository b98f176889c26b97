"""The pages of figures: who gets which, in what words, and at what cost."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.db import OperationalError, connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.views.defaults import bad_request, server_error

from accounts.models import User
from campaigns.models import Borough, Campaign
from cases.choices import Kind
from cases.models import Case, Outcome, Suspect
from core.days import LONDON, DayRange
from core.snapshots import one_snapshot
from core.templatetags.page import listed, moment, span, thousands, week_day
from summaries.models import SummaryRun
from summaries.presenters.parts import Freshness, State
from tests.cases.pages import text_of

PAGE = "/campaigns/16-days-2021/"
NOW = datetime(2021, 12, 1, 10, 0, tzinfo=LONDON)


@pytest.fixture
def now() -> Iterator[datetime]:
    """The seventh day of the campaign."""
    with time_machine.travel(NOW, tick=False):
        yield NOW


@pytest.fixture
def boroughs(db: None) -> list[Borough]:
    return [
        *(
            _borough(name, tile)
            for tile, name in enumerate(["Barnet", "Croydon", "Brent", "Bexley"])
        ),
        Borough.objects.create(name="Not known", slug="not-known", in_london=False),
        Borough.objects.create(name="Outside London", slug="outside-london", in_london=False),
    ]


def _borough(name: str, tile: int) -> Borough:
    return Borough.objects.create(
        name=name,
        slug=name.lower(),
        ons_code=f"E0900020{tile}",
        population=300_000,
        population_year=2021,
        tile_row=91,
        tile_col=tile,
    )


@pytest.fixture
def campaign(boroughs: list[Borough]) -> Campaign:
    return _campaign("16-days-2021", date(2021, 11, 25), boroughs)


def _campaign(slug: str, first: date, boroughs: list[Borough]) -> Campaign:
    campaign = Campaign.objects.create(
        name=slug,
        slug=slug,
        first_day=first,
        last_day=first + timedelta(days=15),
        baseline_none_reason="The first of its kind.",
    )
    campaign.boroughs.set(boroughs)
    return campaign


@pytest.fixture
def as_role(client: Client, db: None) -> Callable[..., Client]:
    def sign_in(role: str, *boroughs: Borough) -> Client:
        user = User.objects.create_user(role, name=role.title(), role=role, boroughs=boroughs)
        client.force_login(user)
        return client

    return sign_in


def _arrest(borough: Borough, when: datetime) -> None:
    case = Case.objects.create(
        reference=f"{Case.objects.count()}/21", system="cris", borough=borough
    )
    Outcome.objects.create(
        kind=Kind.ARREST,
        case=case,
        suspect=Suspect.objects.create(case=case),
        borough=borough,
        offence="stalking",
        happened_at=when,
    )


class TestHome:
    @pytest.mark.parametrize("role", ["officer", "supervisor"])
    def test_leads_whoever_logs_entries_to_their_desk(
        self, as_role: Callable[..., Client], campaign: Campaign, now: datetime, role: str
    ) -> None:
        assert as_role(role).get("/").headers["Location"] == "/desk/"

    @pytest.mark.parametrize("role", ["communications", "administrator"])
    def test_leads_others_to_the_campaign_that_runs(
        self, as_role: Callable[..., Client], campaign: Campaign, now: datetime, role: str
    ) -> None:
        _campaign("before", date(2021, 6, 1), [])
        _campaign("next", date(2022, 6, 1), [])
        assert as_role(role).get("/").headers["Location"] == PAGE

    def test_else_to_the_last_that_began(
        self, as_role: Callable[..., Client], db: None, now: datetime
    ) -> None:
        _campaign("before", date(2021, 6, 1), [])
        _campaign("long-before", date(2020, 6, 1), [])
        _campaign("next", date(2022, 6, 1), [])
        assert as_role("communications").get("/").headers["Location"] == "/campaigns/before/"

    def test_else_to_the_next_to_start(
        self, as_role: Callable[..., Client], db: None, now: datetime
    ) -> None:
        _campaign("next-but-one", date(2023, 6, 1), [])
        _campaign("next", date(2022, 6, 1), [])
        assert as_role("communications").get("/").headers["Location"] == "/campaigns/next/"

    def test_with_no_campaign_says_what_to_do(self, as_role: Callable[..., Client]) -> None:
        assert b"Ask an administrator" in as_role("communications").get("/").content

    def test_leads_an_auditor_to_the_log_and_to_no_figure(
        self, as_role: Callable[..., Client]
    ) -> None:
        client = as_role("auditor")
        assert client.get("/").headers["Location"] == "/log/"
        assert client.get("/campaigns/").status_code == 403
        assert client.get(PAGE).status_code == 403

    def test_asks_the_anonymous_to_sign_in(self, client: Client, db: None) -> None:
        for path in ["/", "/campaigns/", PAGE]:
            assert client.get(path).headers["Location"] == f"/sign-in/?next={path}"


class TestCampaign:
    def test_of_a_running_campaign_shows_the_days_that_have_begun(
        self,
        as_role: Callable[..., Client],
        campaign: Campaign,
        boroughs: list[Borough],
        now: datetime,
    ) -> None:
        page = as_role("supervisor").get(PAGE).context["page"]
        rows = page.figures.by_day.rows
        assert page.state.words == "Day 7 of 16"
        assert [row.label for row in rows] == [week_day(day) for day in campaign.days][:7]
        assert [row.note for row in rows] == ["", "", "", "", "", "", "so far"]

    @pytest.mark.parametrize("place", ["", "boroughs/barnet/"])
    def test_of_days_to_come_says_from_when_on_and_takes_others(
        self,
        as_role: Callable[..., Client],
        campaign: Campaign,
        boroughs: list[Borough],
        now: datetime,
        place: str,
    ) -> None:
        """Also while the campaign itself runs."""
        _arrest(boroughs[0], NOW)
        client = as_role("supervisor")
        later = f"{PAGE}{place}?first_day=8&first_month=12&last_day=9&last_month=12"
        words = text_of(client.get(later))
        assert "Figures appear here from 8 December 2021, the first day." in words
        assert "Times the baseline" not in words
        assert 'name="first_day" value="8"' in words
        earlier = _campaign("later", date(2021, 12, 20), boroughs)
        counted = f"/campaigns/{earlier.slug}/{place}?first_day=1&first_month=12"
        page = client.get(counted).context["page"]
        assert (page if place else page.figures).tiles[0].count == 1

    def test_parts_add_up_in_words(
        self, as_role: Callable[..., Client], campaign: Campaign, boroughs: list[Borough]
    ) -> None:
        for borough in boroughs:
            _arrest(borough, NOW)
        shown = as_role("supervisor").get(PAGE).context["page"].figures
        assert shown.parts == "4 boroughs 4 + Outside London 1 + Not known 1 = 6 arrest events"
        assert [row.label for row in shown.by_borough.rows] == [
            *["Barnet", "Bexley", "Brent", "Croydon", "Outside London", "Not known"]
        ]
        assert shown.by_borough.total.counts[0] == shown.by_day.total.counts[0] == 6

    def test_one_part_needs_no_sum(
        self, as_role: Callable[..., Client], campaign: Campaign, boroughs: list[Borough]
    ) -> None:
        page = as_role("officer", boroughs[0]).get(PAGE).context["page"]
        assert page.reach == "Your borough: Barnet"
        assert page.figures.parts == ""

    def test_of_other_boroughs_says_so(
        self, as_role: Callable[..., Client], campaign: Campaign, boroughs: list[Borough]
    ) -> None:
        campaign.boroughs.remove(boroughs[0])
        answer = as_role("officer", boroughs[0]).get(PAGE)
        assert b"None of your boroughs takes part" in answer.content

    def test_without_boroughs_leads_the_administrator_to_add_them(
        self, as_role: Callable[..., Client], campaign: Campaign
    ) -> None:
        campaign.boroughs.clear()
        page = as_role("administrator").get(PAGE).content.decode()
        assert "This campaign has no boroughs yet" in page
        assert f'href="/admin/campaigns/campaign/{campaign.pk}/change/"' in page

    def test_unknown_is_not_found(self, as_role: Callable[..., Client]) -> None:
        answer = as_role("supervisor").get("/campaigns/unknown/")
        assert answer.status_code == 404
        assert b"Page not found" in answer.content

    @pytest.mark.parametrize("role", ["officer", "supervisor"])
    def test_asks_as_many_questions_of_few_rows_as_of_many(
        self,
        as_role: Callable[..., Client],
        campaign: Campaign,
        boroughs: list[Borough],
        role: str,
    ) -> None:
        client = as_role(role, *boroughs)
        with CaptureQueriesContext(
            connection,
        ) as few:
            client.get(PAGE)
        for day in campaign.days:
            for borough in boroughs:
                _arrest(borough, datetime(day.year, day.month, day.day, 12, tzinfo=LONDON))
        with CaptureQueriesContext(connection) as many:
            client.get(PAGE)
        # The session, the person with their boroughs, the campaign and its version, its boroughs
        # twice, four times figures, the targets of training, the last proof and the last run, what
        # was restated, who has signed and two counts of what; and the bounds of one snapshot.
        assert len(few) == len(many) == 18


def test_the_list_of_campaigns_costs_one_question(
    as_role: Callable[..., Client], boroughs: list[Borough]
) -> None:
    client = as_role("officer")
    for year in range(2010, 2030):
        _campaign(f"year-{year}", date(year, 11, 25), boroughs)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get("/campaigns/")
    assert len(answer.context["campaigns"]) == 20
    assert len(asked) == 3


def test_the_health_check_is_open_and_says_when_the_database_is_gone(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = client.get("/health/")
    assert (answer.status_code, answer.content) == (200, b"ok")

    def gone(*args: object) -> None:
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(connection, "ensure_connection", gone)
        answer = client.get("/health/")
    assert (answer.status_code, answer.headers["Content-Type"]) == (
        503,
        "text/plain; charset=utf-8",
    )


def test_the_error_pages_need_no_database(client: Client) -> None:
    """Without the `db` fixture any query fails the test."""
    request = RequestFactory().get("/")
    assert b"Sorry, something went wrong" in server_error(request).content
    assert b"Something is wrong with this request" in bad_request(request, Exception()).content


@pytest.mark.parametrize(
    ("today", "words", "begun"),
    [
        (date(2021, 11, 20), "Starts in 5 days", False),
        (date(2021, 11, 24), "Starts tomorrow", False),
        (date(2021, 11, 25), "Day 1 of 16", True),
        (date(2021, 12, 10), "Day 16 of 16", True),
        (date(2021, 12, 11), "Finished", True),
    ],
)
def test_where_a_campaign_stands(today: date, words: str, begun: bool) -> None:
    state = State.of(DayRange.inclusive(date(2021, 11, 25), date(2021, 12, 10)), today)
    assert (state.words, state.begun) == (words, begun)


def _run(state: str, hours_ago: int) -> SummaryRun:
    at = NOW - timedelta(hours=hours_ago)
    return SummaryRun(state=state, started_at=at, counted_to=at if state == "published" else None)


@pytest.mark.parametrize(
    ("newest", "published_hours_ago", "warning"),
    [
        ("published", 26, ""),
        ("published", 27, "The nightly check is late."),
        ("unproved", 26, "The last check, at 9am on Wednesday 1 December 2021, did not agree, so"),
        ("failed", 26, "The last check, at 9am on Wednesday 1 December 2021, did not finish."),
        ("interrupted", 26, "The last check, at 9am on Wednesday 1 December 2021, did not finish."),
    ],
)
def test_how_fresh_the_figures_are(newest: str, published_hours_ago: int, warning: str) -> None:
    published = _run("published", published_hours_ago)
    latest = published if newest == "published" else _run(newest, 1)
    fresh = Freshness.of(published, latest, NOW)
    assert fresh.words.startswith("Counted and proved to ")
    assert fresh.warning.startswith(warning)
    assert bool(fresh.warning) == bool(warning)


def test_figures_that_were_never_proved_say_so() -> None:
    fresh = Freshness.of(None, None, NOW)
    assert fresh.words == "Every figure is counted live. None has been proved yet."
    assert fresh.warning.startswith("The nightly check has not run yet.")
    assert "did not agree" in Freshness.of(None, _run("unproved", 1), NOW).warning


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2021, 11, 25), date(2021, 12, 10), "25 November to 10 December 2021"),
        (date(2021, 12, 1), date(2021, 12, 7), "1 to 7 December 2021"),
        (date(2021, 12, 25), date(2022, 1, 5), "25 December 2021 to 5 January 2022"),
        (date(2021, 12, 1), date(2021, 12, 1), "1 December 2021"),
    ],
)
def test_days_in_words(first: date, last: date, words: str) -> None:
    assert span(DayRange.inclusive(first, last)) == words


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("2021-11-22T02:30+00:00", "2:30am on Monday 22 November 2021"),
        ("2021-06-30T23:30+00:00", "12:30am on Thursday 1 July 2021"),
        ("2021-06-30T23:00+00:00", "midnight on Thursday 1 July 2021"),
        ("2021-11-22T12:00+00:00", "midday on Monday 22 November 2021"),
        ("2021-11-22T17:00+00:00", "5pm on Monday 22 November 2021"),
    ],
)
def test_a_moment_in_words_is_londons(when: str, words: str) -> None:
    assert moment(datetime.fromisoformat(when)) == words


def test_numbers_and_lists_in_words() -> None:
    assert [thousands(n) for n in (0, 999, 1504)] == ["0", "999", "1,504"]
    assert [listed(names) for names in ([], ["A"], ["A", "B"], ["A", "B", "C"])] == [
        *["", "A", "A and B", "A, B and C"]
    ]


@pytest.mark.django_db(transaction=True)
def test_the_parts_of_a_page_are_counted_at_one_moment() -> None:
    with one_snapshot(), connection.cursor() as cursor:
        cursor.execute("SHOW transaction_isolation")
        assert cursor.fetchone() == ("repeatable read",)
    with connection.cursor() as cursor:
        cursor.execute("SHOW transaction_isolation")
        assert cursor.fetchone() == ("read committed",)
