"""Saving a checked arrest, beside the plain view, asked of one server as `make run` starts it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from urllib.parse import urlencode
from uuid import uuid4

from django.conf import settings
from django.db import connection
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from bench.plain import ADDRESS, TABLE
from bench.served import Browser, serving
from bench.timing import compare, heading
from campaigns.models import Borough
from cases.actions.drafts import keep_draft, seal_entry
from cases.choices import Kind
from cases.forms.log import LogForm
from core.days import london_day

ROUNDS = 12
OFFICERS = 8
"""As many at once as the server has threads."""
EACH = 10
"""Requests of an officer in a round."""
YESTERDAY = timezone.now() - timedelta(days=1)


def bench_saving(rows: int) -> None:
    heading(f"{rows:,} outcomes: a request that saves")
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
    places = Borough.objects.all()[:1]
    people = [
        User.objects.create_user(f"officer{n}", name="O", boroughs=places) for n in range(OFFICERS)
    ]
    known = (f"01/{number:07}/26" for number in count(1))
    new = (f"01/{number:07}/27" for number in count(1))
    with serving():
        officers = [Officer(User.objects.get(pk=person.pk)) for person in people]
        for label, references in (("a known case", known), ("a new case", new)):
            for at_once in (1, OFFICERS):
                some = Round(officers[:at_once], references)
                some.prepare()
                some.save()
                compare(
                    f"arrest in {label} / plain view, {at_once} at once",
                    some.save,
                    some.insert,
                    before=some.prepare,
                    times=ROUNDS,
                    of=at_once * EACH,
                    budget=2,
                )


class Officer(Browser):
    def __init__(self, user: User) -> None:
        super().__init__(user)
        self.user = user

    def post(self, address: str, data: dict[str, str]) -> None:
        token = self.cookies[settings.CSRF_COOKIE_NAME]
        body = urlencode(data | {"csrfmiddlewaretoken": token})
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = self.ask("POST", address, body, form)
        assert answer.status == 302, answer.status

    def checked(self, reference: str) -> tuple[str, dict[str, str]]:
        """The check page of an arrest that was typed, and what its button sends."""
        token, day = uuid4(), london_day(YESTERDAY)
        typed = {
            "reference": reference,
            "suspect_number": "1",
            "day_day": str(day.day),
            "day_month": str(day.month),
            "day_year": str(day.year),
            "time": "1430",
            "offence": "assault_no_injury",
            "borough": "1",
            "team": "1",
            "strand": "domestic_abuse",
        }
        form = LogForm(QueryDict(urlencode(typed)), kind=Kind.ARREST, user=self.user)
        assert form.is_valid(), form.errors
        fields = {name: [value] for name, value in typed.items()}
        keep_draft(owner=self.user, token=token, form=Kind.ARREST.value, fields=fields)
        seal = seal_entry(owner=self.user, token=token, entry=form.entry())
        return reverse("cases:log_check", args=[Kind.ARREST.value, token]), {"entry": seal}


class Round:
    """What some officers send at once, made ready beforehand."""

    def __init__(self, officers: list[Officer], references: Iterator[str]) -> None:
        self.officers, self.references = officers, references
        self.rows = count(1)

    def prepare(self) -> None:
        for officer in self.officers:
            # The server hangs up after two idle seconds.
            officer.connection.close()
        self.saves = [
            [officer.checked(next(self.references)) for _ in range(EACH)]
            for officer in self.officers
        ]
        self.inserts = [
            [(ADDRESS, _row(next(self.rows))) for _ in range(EACH)] for _ in self.officers
        ]

    def save(self) -> None:
        self._send(self.saves)

    def insert(self) -> None:
        self._send(self.inserts)

    def _send(self, posts: list[list[tuple[str, dict[str, str]]]]) -> None:
        def send(officer: Officer, posts: list[tuple[str, dict[str, str]]]) -> None:
            for address, data in posts:
                officer.post(address, data)

        with ThreadPoolExecutor(len(posts)) as pool:
            list(pool.map(send, self.officers, posts))


def _row(number: int) -> dict[str, str]:
    return {
        "kind": "arrest",
        "strand": "domestic_abuse",
        "happened_at": YESTERDAY.isoformat(),
        "case": str(number),
        "suspect": str(number),
        "borough": "1",
        "team": "1",
        "offence": "assault_no_injury",
        "custody_record": "",
    }
