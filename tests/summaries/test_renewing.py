"""Pages of figures that stay open: what is kept for whom, and what a poll is told."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from accounts.permissions import BoroughScope
from campaigns.models import Campaign
from cases.choices import Kind
from core.days import LONDON
from core.sessions import POLL
from summaries.views.renewing import RENEWED, Reader, tag_of
from tests.cases.pages import browser
from tests.conftest import Cast
from tests.factories import (
    BasicCommandUnitFactory,
    CampaignFactory,
    CaseFactory,
    CommandMembershipFactory,
    DisclosureApplicationFactory,
    ExclusionFactory,
    OutcomeFactory,
    TeamFactory,
)

NOW = datetime(2021, 12, 1, 10, 2, tzinfo=LONDON)
PAGES = ["", "compare/", "uplift/"]
PLACES = ["boroughs/lambeth/", "commands/AS/", "teams/one/"]
"""On which somebody's own work stands, so that nothing is kept of them."""

readers = st.builds(
    Reader,
    st.builds(BoroughScope, st.booleans(), st.frozensets(st.integers(1, 6), max_size=4)),
    st.booleans(),
)


@given(one=readers, other=readers)
def test_only_readers_of_the_same_boroughs_share_a_tag(one: Reader, other: Reader) -> None:
    first, second = (tag_of("1", reader, "/", NOW) for reader in (one, other))
    assert (first == second) is (one == other)


def test_a_tag_is_of_a_version_an_address_a_day_and_ten_minutes() -> None:
    reader = Reader(BoroughScope(everywhere=True, borough_ids=frozenset()), administers=False)
    tag = tag_of("1", reader, "/a/", NOW)
    assert tag_of("1", reader, "/a/", NOW + timedelta(minutes=7, seconds=59)) == tag
    assert tag_of("1", reader, "/a/", NOW + timedelta(minutes=8)) != tag
    assert tag_of("2", reader, "/a/", NOW) != tag
    assert tag_of("1", reader, "/b/", NOW) != tag


@pytest.fixture
def campaign(cast: Cast) -> Iterator[Campaign]:
    """Two arrests in borough A and one in B, on the seventh day."""
    caches["figures"].clear()
    made = CampaignFactory.create(slug="ours", first_day="2021-11-25", last_day="2021-12-10")
    made.boroughs.set([cast.a, cast.b])
    TeamFactory.create(slug="one")
    CommandMembershipFactory.create(
        borough=cast.a, command=BasicCommandUnitFactory.create(code="AS")
    )
    with time_machine.travel(NOW, tick=False):
        for borough in (cast.a, cast.a, cast.b):
            log(cast, borough=borough)
        yield made


def log(cast: Cast, **fields: object) -> None:
    OutcomeFactory.create(kind=Kind.ARREST, happened_at=NOW, **fields)


def arrests(client: Client) -> str:
    page = client.get("/campaigns/ours/").content.decode()
    return page.split("app-tile__count")[1].split(">")[1].split("<")[0]


def polled(client: Client, tag: str, page: str = "") -> tuple[int, str, str]:
    headers = {POLL: "figures", "If-None-Match": tag}
    answer = client.get(f"/campaigns/ours/{page}", headers=headers)
    return answer.status_code, answer["ETag"], answer.content.decode()


def test_everybody_sees_the_figures_of_their_own_boroughs(cast: Cast, campaign: Campaign) -> None:
    def seen() -> list[str]:
        people = [cast.officer, cast.supervisor, cast.officer_of_b, cast.force_supervisor]
        return [arrests(browser(person)) for person in people]

    assert seen() == seen() == ["2", "3", "1", "3"]
    log(cast, borough=cast.b)
    assert seen() == seen() == ["2", "4", "2", "4"]


def test_a_person_who_moves_sees_the_figures_of_the_new_borough(
    cast: Cast, campaign: Campaign
) -> None:
    client = browser(cast.officer)
    tag = client.get("/campaigns/ours/")["ETag"]
    cast.officer.boroughs.set([cast.b])
    assert polled(client, tag)[0] == 200
    assert arrests(client) == "1"


@pytest.mark.parametrize("page", [*PAGES, *PLACES, "returns/"])
def test_a_poll_is_told_only_what_is_new(cast: Cast, campaign: Campaign, page: str) -> None:
    client = browser(cast.supervisor)
    whole = client.get(f"/campaigns/ours/{page}")
    tag = whole["ETag"]
    assert (whole["Cache-Control"], whole[RENEWED]) == (
        "no-store, private",
        "10:02am on Wednesday 1 December 2021",
    )
    assert polled(client, tag, page) == (304, tag, "")
    log(cast, borough=cast.a)
    status, newer, part = polled(client, tag, page)
    assert status == 200
    assert newer != tag
    assert part in client.get(f"/campaigns/ours/{page}").content.decode()
    assert polled(client, newer, page) == (304, newer, "")


@pytest.mark.parametrize("page", PAGES)
def test_what_is_kept_names_nobody(cast: Cast, campaign: Campaign, page: str) -> None:
    User.objects.filter(pk=cast.supervisor.pk).update(name="Zebedee Quill")
    client = browser(cast.supervisor)
    _, _, part = polled(client, "", page)
    for personal in ("Zebedee Quill", "csrfmiddlewaretoken", "owner"):
        assert personal not in part
        assert personal in client.get(f"/campaigns/ours/{page}").content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_that_is_kept_costs_the_person_and_the_version(
    cast: Cast, campaign: Campaign, page: str
) -> None:
    client = browser(cast.supervisor)
    tag = client.get(f"/campaigns/ours/{page}")["ETag"]
    with CaptureQueriesContext(connection) as asked:
        client.get(f"/campaigns/ours/{page}")
        polled(client, tag, page)
    # The session, the person, and the version: of either.
    assert len(asked) == 6


def test_a_poll_of_a_place_costs_no_more_than_one_of_london(cast: Cast, campaign: Campaign) -> None:
    client = browser(cast.supervisor)
    for page in PLACES:
        tag = client.get(f"/campaigns/ours/{page}")["ETag"]
        with CaptureQueriesContext(connection) as asked:
            assert polled(client, tag, page)[0] == 304
        assert len(asked) == 3


def test_whoever_opens_a_place_has_their_own_work_as_it_is(cast: Cast, campaign: Campaign) -> None:
    """Of two supervisors, one may not know of the case whose clock is overdue."""
    for person in (cast.supervisor, cast.force_supervisor):
        assert "No clock is overdue" in place_of(browser(person))
    case = CaseFactory.create(borough=cast.a)
    DisclosureApplicationFactory.create(case=case, received_on="2021-10-01")
    ExclusionFactory.create(case=case, user=cast.force_supervisor)
    assert case.reference in place_of(browser(cast.supervisor))
    assert "No clock is overdue" in place_of(browser(cast.force_supervisor))
    # On a page left open it comes with the next tag, though no figure changed.
    client = browser(cast.supervisor)
    tag = client.get("/campaigns/ours/boroughs/lambeth/")["ETag"]
    case.disclosure_applications.update(stage="withdrawn", closed_on="2021-12-01")
    assert polled(client, tag, PLACES[0])[0] == 304
    with time_machine.travel(NOW + timedelta(minutes=10), tick=False):
        status, _, part = polled(client, tag, PLACES[0])
    assert status == 200
    assert "No clock is overdue" in part


def place_of(client: Client) -> str:
    return client.get("/campaigns/ours/boroughs/lambeth/").content.decode()


@pytest.mark.parametrize("page", ["boroughs/barnet/", "boroughs/no/", "commands/no/", "teams/no/"])
def test_a_place_that_is_not_theirs_is_not_there_for_a_poll(
    cast: Cast, campaign: Campaign, page: str
) -> None:
    client = browser(cast.officer)
    headers = {POLL: "figures", "If-None-Match": client.get("/campaigns/ours/")["ETag"]}
    assert client.get(f"/campaigns/ours/{page}", headers=headers).status_code == 404


def test_what_somebody_chose_is_counted_for_them_alone(cast: Cast, campaign: Campaign) -> None:
    client = browser(cast.supervisor)
    with CaptureQueriesContext(connection) as first:
        client.get("/campaigns/ours/?measure=charges")
    with CaptureQueriesContext(connection) as second:
        client.get("/campaigns/ours/?measure=charges")
    assert len(first) == len(second) > 6


def test_a_poll_of_somebody_who_may_not_is_refused(cast: Cast, campaign: Campaign) -> None:
    headers = {POLL: "figures", "If-None-Match": "*"}
    assert browser(cast.officer).get("/campaigns/ours/compare/", headers=headers).status_code == 403
    assert Client().get("/campaigns/ours/", headers=headers).status_code == 302
    assert browser(cast.supervisor).get("/campaigns/no/", headers=headers).status_code == 404


def test_without_a_script_the_page_says_nothing_of_renewing(cast: Cast, campaign: Campaign) -> None:
    page = browser(cast.supervisor).get("/campaigns/ours/").content.decode()
    assert '<p class="app-renewed" data-renewed></p>' in page
    assert "renews" not in page.lower()
