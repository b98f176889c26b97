"""London now, whole and as a poll, beside the plainest signed-in page of the same server."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial

from django.db import connection
from django.urls import reverse

from accounts.models import User
from bench.facts import LAST_DAY
from bench.plain import PAGE
from bench.served import Browser, serving
from bench.timing import compare, heading
from campaigns.models import Borough, Campaign
from core.sessions import POLL
from summaries.actions import run_nightly

ROUNDS = 60
AT_ONCE = 8
"""As many as the server has threads."""
EACH = 5
"""Requests of a reader in a round; few, since how a round's connections fall on the two processes
of the server is chance, and says more of its time than what is asked for."""
CHANGES = 12


def bench_dashboard(rows: int) -> None:
    heading(f"{rows:,} outcomes: London now")
    run_nightly()
    with connection.cursor() as cursor:
        # As autovacuum would leave them, which else works beside the first rounds.
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    last = date.fromisoformat(LAST_DAY)
    campaign = Campaign.objects.create(
        name="Sixteen days",
        slug="sixteen-days",
        first_day=last - timedelta(days=15),
        last_day=last,
        baseline=Campaign.Baseline.DATES,
        baseline_first_day=last - timedelta(days=379),
        baseline_last_day=last - timedelta(days=364),
    )
    campaign.boroughs.set(Borough.objects.all())
    address = reverse("summaries:campaign", args=[campaign.slug])
    role = User.Role.SUPERVISOR
    with serving():
        readers = [
            Browser(User.objects.create_user(f"reader{n}", name="R", role=role))
            for n in range(AT_ONCE)
        ]
        for at_once in (1, AT_ONCE):
            some = readers[:at_once]
            page = _asking(some, address)
            # Asked often, so that both processes have made it.
            for _ in range(4):
                page()
            poll = _polling(some, address)
            plain = _asking(some, PAGE)
            for label, ours, budget in (("whole", page, 1 / 0.6), ("a poll: 304", poll, 1 / 0.9)):
                compare(
                    f"London now, {label} / plain page, {at_once} at once",
                    ours,
                    plain,
                    before=partial(_hang_up, readers),
                    times=ROUNDS,
                    of=at_once * EACH,
                    budget=budget,
                )
        compare(
            "London now, whole after a change / plain page",
            _asking(readers[:1], address, times=1),
            _asking(readers[:1], PAGE, times=1),
            before=_change,
            times=CHANGES,
            budget=None,  # Once for each change, for all who have the same boroughs.
        )


def _asking(readers: list[Browser], address: str, times: int = EACH) -> Callable[[], None]:
    def ask(reader: Browser) -> None:
        for _ in range(times):
            answer = reader.ask("GET", address)
            assert answer.status == 200, answer.status

    return _all(readers, ask)


def _polling(readers: list[Browser], address: str) -> Callable[[], None]:
    """Each asks with the tag that it was given last, as the page's script does."""
    tags = {reader: reader.ask("GET", address).headers["ETag"] for reader in readers}

    def ask(reader: Browser) -> None:
        for _ in range(EACH):
            headers = {POLL: "figures", "If-None-Match": tags[reader]}
            answer = reader.ask("GET", address, headers=headers)
            # Every ten minutes there is another, though nothing changed.
            assert answer.status == 304 or answer.headers["ETag"] != tags[reader], answer.status
            tags[reader] = answer.headers["ETag"]

    return _all(readers, ask)


def _all(readers: list[Browser], ask: Callable[[Browser], None]) -> Callable[[], None]:
    def all_ask() -> None:
        with ThreadPoolExecutor(len(readers)) as pool:
            list(pool.map(ask, readers))

    return all_ask


def _hang_up(readers: list[Browser]) -> None:
    """The server would do it after two idle seconds."""
    for reader in readers:
        reader.connection.close()


def _change() -> None:
    """An outcome of the last day is amended, without a word."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cases_outcome SET offence_note = offence_note WHERE id ="
            " (SELECT id FROM cases_outcome WHERE day = %s LIMIT 1)",
            [LAST_DAY],
        )
