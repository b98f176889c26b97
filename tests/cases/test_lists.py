"""Long lists: pages that lose and double nothing, filters that narrow and never widen."""

import base64
import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from hypothesis import example, given, settings
from hypothesis import strategies as st

from accounts.models import User
from cases.actions.outcomes import merge_outcome, void_outcome
from cases.choices import Kind
from cases.models import Case, Exclusion, Outcome
from core import pages
from core.days import LONDON, ONE_DAY, DatabaseNow
from core.pages import Count, cheap_count, keyset_page
from tests.cases.pages import at, browser, text_of
from tests.conftest import Cast
from tests.factories import (
    DAY,
    NOON,
    CampaignFactory,
    CaseFactory,
    CaseFlagFactory,
    ExclusionFactory,
    OutcomeFactory,
    OutcomeSupportFactory,
    PossibleDuplicateFactory,
    SentBackFactory,
    SuspectFactory,
    TeamFactory,
)

pytestmark = pytest.mark.django_db
ORDER = ("happened_at", "pk")
QUICK = settings(max_examples=40)


@pytest.fixture
def case(cast: Cast) -> Case:
    return CaseFactory.create(borough=cast.a)


def made(case: Case, hours: list[int]) -> list[Outcome]:
    """Outcomes at these hours before noon, so that ties are many."""
    suspect = SuspectFactory.create(case=case)
    return Outcome.objects.bulk_create(
        Outcome(
            kind=Kind.ARREST,
            case=case,
            suspect=suspect,
            borough=case.borough,
            offence="stalking",
            happened_at=NOON - timedelta(hours=hour),
        )
        for hour in hours
    )


class TestPages:
    @QUICK
    @given(st.lists(st.integers(0, 3), max_size=12), st.integers(1, 5), st.booleans())
    def test_each_row_once_in_order_there_and_back(
        self, case: Case, hours: list[int], size: int, rising: bool
    ) -> None:
        Outcome.objects.update(happened_at=NOON)
        rows = made(case, hours)
        wanted = Outcome.objects.filter(pk__in=[row.pk for row in rows])
        sign = "" if rising else "-"
        expected = list(wanted.order_by(f"{sign}happened_at", f"{sign}pk"))
        found, page, cursors = [], keyset_page(wanted, ORDER, rising=rising, size=size), [""]
        assert page.before == ""
        found += page.rows
        while page.after:
            cursors.append(page.after)
            page = keyset_page(wanted, ORDER, page.after, rising=rising, size=size)
            found += page.rows
        assert found == expected
        back = list(page.rows)
        while page.before:
            page = keyset_page(wanted, ORDER, page.before, rising=rising, size=size)
            back = [*page.rows, *back]
        assert back == expected
        assert len(cursors) == max(-(-len(rows) // size), 1)

    @QUICK
    @given(
        st.lists(st.integers(0, 3), min_size=2, max_size=8),
        st.lists(st.integers(0, 3), max_size=6),
        st.integers(1, 3),
    )
    def test_rows_that_come_in_between_hide_and_double_none_of_the_others(
        self, case: Case, hours: list[int], more: list[int], size: int
    ) -> None:
        here = {row.pk for row in made(case, hours)}
        mine = Outcome.objects.filter(case=case, kind=Kind.ARREST)
        known = {row.pk for row in mine}
        page = keyset_page(mine, ORDER, size=size)
        seen = [row.pk for row in page.rows]
        waiting = list(more)
        while page.after:
            if waiting:
                made(case, [waiting.pop()])
            page = keyset_page(mine, ORDER, page.after, size=size)
            seen += [row.pk for row in page.rows]
        assert len(seen) == len(set(seen))
        assert here <= known <= set(seen)

    def test_the_list_turns_its_pages(self, officer: Client, case: Case) -> None:
        rows = made(case, [0] * 60 + [1] * 45)
        first = officer.get(at("outcomes")).context["page"]
        second = officer.get(at("outcomes"), {"page": first.after}).context["page"]
        third = officer.get(at("outcomes"), {"page": second.after}).context["page"]
        assert [len(page.rows) for page in (first, second, third)] == [50, 50, 5]
        assert {row.pk for page in (first, second, third) for row in page.rows} == {
            row.pk for row in rows
        }
        assert (first.before, third.after) == ("", "")
        again = officer.get(at("outcomes"), {"page": second.before}).context["page"]
        assert again.rows == first.rows

    def test_a_page_keeps_the_filter(self, officer: Client, case: Case) -> None:
        made(case, [0] * 60)
        page = text_of(officer.get(at("outcomes"), {"kind": "arrest", "sort": "entered"}))
        assert "?kind=arrest&amp;sort=entered&amp;page=" in page.replace("&amp;amp;", "&amp;")

    @pytest.mark.parametrize("sort", ["happened", "-happened", "entered", "-entered"])
    def test_every_order_of_outcomes(self, officer: Client, case: Case, sort: str) -> None:
        for row in made(case, [2, 0, 1]):
            Outcome.objects.filter(pk=row.pk).update(
                recorded_at=DatabaseNow() - (NOON - row.happened_at)
            )
        rows = officer.get(at("outcomes"), {"sort": sort}).context["page"].rows
        hours = [int((NOON - row.happened_at).total_seconds()) // 3600 for row in rows]
        # What happened last was entered last.
        assert hours == ([0, 1, 2] if sort.startswith("-") else [2, 1, 0])

    @pytest.mark.parametrize("sort", ["reference", "-reference", "opened", "-opened", "odd", ""])
    def test_every_order_of_cases(self, officer: Client, cast: Cast, sort: str) -> None:
        for number, hour in ((2, 3), (3, 1), (1, 2)):
            CaseFactory.create(
                reference=f"100000{number}/21",
                borough=cast.a,
                opened_at=NOON + timedelta(hours=hour),
            )
        rows = officer.get(at("cases"), {"sort": sort}).context["page"].rows
        found = [row.reference[6] for row in rows]
        assert found == {
            "reference": ["1", "2", "3"],
            "-reference": ["3", "2", "1"],
            "opened": ["3", "1", "2"],
        }.get(sort, ["2", "1", "3"])


def cursor(*parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()


KEY = str(UUID(int=7))
BAD = [
    "x",
    "é",
    "====",
    "AAAA",
    cursor(),
    cursor(True),
    cursor(False, "2021-11-25"),
    cursor(False, "2021-11-25T12:00:00+00:00", "no-uuid"),
    cursor(False, "yesterday", KEY),
    cursor(False, 5, 6),
    cursor(False, None, None),
    cursor(False, "2021-11-25T12:00:00+00:00", KEY, "more"),
    cursor(False, "9" * 30, "\x00"),
    cursor(False, "\ud800", KEY),
    cursor(False, "\x00", "5"),
    base64.urlsafe_b64encode(b"5").decode(),
    base64.urlsafe_b64encode(b'"abc"').decode(),
    base64.urlsafe_b64encode(b"{}").decode(),
    base64.urlsafe_b64encode(b"[" * 5000).decode(),
    base64.urlsafe_b64encode(b"1" * 5000).decode(),
]


@pytest.mark.parametrize("bad", BAD, ids=range(len(BAD)))
@pytest.mark.parametrize(
    ("of", "sort"),
    [("outcomes", ""), ("outcomes", "entered"), ("cases", ""), ("cases", "reference")],
)
def test_a_bad_cursor_leads_to_the_first_page(
    officer: Client, case: Case, of: str, sort: str, bad: str
) -> None:
    made(case, [0])
    answer = officer.get(at(of), {"page": bad, "sort": sort})
    assert answer.status_code == 200
    assert len(answer.context["page"].rows) == 1
    assert "That page is not there any more. This is the first one." in text_of(answer)


@QUICK
@given(
    st.one_of(
        st.text(max_size=30),
        st.recursive(
            st.text(max_size=5) | st.none() | st.integers(),
            lambda inner: st.lists(inner, max_size=4),
        ).map(lambda parts: cursor(*parts) if isinstance(parts, list) else cursor(parts)),
    )
)
@example("\x00")
@example(cursor(False, "\x00", "5"))
def test_no_cursor_breaks_a_list(officer: Client, case: Case, odd: str) -> None:
    for of in ("outcomes", "cases"):
        for sort in ("", "entered", "reference"):
            assert officer.get(at(of), {"page": odd, "sort": sort}).status_code == 200


class TestCount:
    @pytest.mark.parametrize(
        ("rows", "count", "words"),
        [
            (0, Count(0, True), "0"),
            (3, Count(3, True), "3"),
            (4, Count(4, True), "4"),
            (5, Count(4, False), "more than 4"),
            (6, Count(4, False), "more than 4"),
        ],
    )
    def test_it_is_exact_as_long_as_that_is_cheap(
        self, case: Case, monkeypatch: pytest.MonkeyPatch, rows: int, count: Count, words: str
    ) -> None:
        monkeypatch.setattr(pages, "COUNTED_AT_MOST", 4)
        made(case, [0] * rows)
        assert cheap_count(Outcome.objects.all()) == count
        assert count.words == words

    def test_thousands_are_said_as_such(self) -> None:
        assert Count(10_000, True).words == "10,000"
        assert Count(10_000, False).words == "more than 10,000"

    def test_one_that_takes_too_long_is_given_up_and_spoils_nothing(
        self, case: Case, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pages, "COUNT_WITHIN", "30ms")
        made(case, [0])
        slow = Outcome.objects.extra(where=["pg_sleep(0.2) IS NOT NULL"])
        assert cheap_count(slow) == Count(0, False)
        assert Outcome.objects.count() == 1

    def test_the_limit_of_time_is_for_the_count_alone(
        self, case: Case, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pages, "COUNT_WITHIN", "30ms")
        made(case, [0])
        assert cheap_count(Outcome.objects.all()) == Count(1, True)
        assert Outcome.objects.extra(where=["pg_sleep(0.1) IS NOT NULL"]).count() == 1


class TestFilters:
    """Each filter, with rows on both sides of it, and one out of sight that it must not bring."""

    @pytest.fixture
    def rows(self, cast: Cast, case: Case) -> dict[str, Outcome]:
        team, helper = TeamFactory.create(name="Response"), TeamFactory.create(name="Taskforce")
        at_noon = {"case": case, "suspect": SuspectFactory.create(case=case)}
        found = {
            "plain": OutcomeFactory.create(**at_noon),
            "before": OutcomeFactory.create(
                **at_noon, happened_at=datetime(2021, 11, 24, 23, 59, tzinfo=LONDON)
            ),
            "last": OutcomeFactory.create(
                **at_noon, happened_at=datetime(2021, 12, 10, 23, 59, tzinfo=LONDON)
            ),
            "after": OutcomeFactory.create(
                **at_noon, happened_at=datetime(2021, 12, 11, tzinfo=LONDON)
            ),
            "charge": OutcomeFactory.create(**at_noon, charge=True, offence="stalking"),
            "mine": OutcomeFactory.create(**at_noon, logged_by=cast.officer, team=team),
            "helped": OutcomeFactory.create(**at_noon),
            "void": OutcomeFactory.create(**at_noon),
            "merged": OutcomeFactory.create(**at_noon),
            "hidden": OutcomeFactory.create(
                case__borough=cast.b, logged_by=cast.officer, team=team, charge=True
            ),
        }
        OutcomeSupportFactory.create(outcome=found["helped"], team=helper)
        void_outcome(outcome=found["void"], by=cast.officer, reason="x")
        merge_outcome(duplicate=found["merged"], into=found["plain"], by=cast.supervisor)
        PossibleDuplicateFactory.create(outcome=found["plain"], earlier=found["charge"])
        SentBackFactory.create(outcome=found["plain"], answered=True)
        for name in ("plain", "mine", "hidden"):
            SentBackFactory.create(outcome=found[name])
        SentBackFactory.create(outcome=found["helped"], answered=True)
        PossibleDuplicateFactory.create(
            outcome=found["mine"],
            earlier=found["last"],
            state="apart",
            decided_at=NOON,
            decided_by=cast.supervisor,
        )
        Outcome.objects.filter(pk=found["charge"].pk).update(
            happened_at=DatabaseNow(), recorded_at=DatabaseNow()
        )
        return found

    def shown(self, client: Client, rows: dict[str, Outcome], **query: Any) -> set[str]:
        page = client.get(at("outcomes"), query).context["page"]
        names = {row.pk: name for name, row in rows.items()}
        return {names[row.pk] for row in page.rows}

    SEEN = frozenset(
        {"plain", "before", "last", "after", "charge", "mine", "helped", "void", "merged"}
    )

    def test_without_any_the_whole_scope(self, officer: Client, rows: dict[str, Outcome]) -> None:
        assert self.shown(officer, rows) == self.SEEN

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ({"kind": "charge"}, {"charge"}),
            ({"offence": "stalking"}, {"charge"}),
            ({"state": "void"}, {"void"}),
            ({"state": "merged"}, {"merged"}),
            ({"state": "counts"}, SEEN - {"void", "merged"}),
            ({"mine": "on"}, {"mine"}),
            ({"late": "on"}, SEEN - {"charge"}),
            ({"alike": "on"}, {"plain", "charge"}),
            ({"asked": "on"}, {"plain", "mine"}),
            (
                {"first_day": "11", "first_month": "12", "first_year": "2021"},
                {"after", "charge"},
            ),
            ({"last_day": "24", "last_month": "nov", "last_year": "21"}, {"before"}),
            (
                {"first_day": "10", "first_month": "12", "first_year": "2021"}
                | {"last_day": "10", "last_month": "12", "last_year": "2021"},
                {"last"},
            ),
            ({"kind": "charge", "mine": "on"}, set()),
            ({"mine": ""}, SEEN),
            ({"unknown": "1"}, SEEN),
        ],
    )
    def test_each_narrows(
        self, officer: Client, rows: dict[str, Outcome], query: dict[str, str], names: set[str]
    ) -> None:
        assert self.shown(officer, rows, **query) == names

    def test_those_that_name_a_row(
        self, officer: Client, cast: Cast, rows: dict[str, Outcome]
    ) -> None:
        campaign = CampaignFactory.create(boroughs=[cast.a, cast.b])
        assert self.shown(officer, rows, campaign=campaign.pk) == self.SEEN - {
            *("before", "after", "charge"),
        }
        assert self.shown(officer, rows, campaign=CampaignFactory.create().pk) == set()
        lead = rows["mine"].team
        assert lead is not None
        assert self.shown(officer, rows, team=lead.pk) == {"mine"}
        helper = rows["helped"].supporting_teams.get()
        assert self.shown(officer, rows, team=helper.pk) == {"helped"}
        assert self.shown(officer, rows, borough=cast.a.pk) == self.SEEN

    @pytest.mark.parametrize(
        ("query", "message"),
        [
            ({"kind": "murder"}, "Select a kind from the list"),
            ({"campaign": "999999"}, "Select a campaign from the list"),
            ({"team": "x"}, "Select a team from the list"),
            ({"first_day": "31", "first_month": "2", "first_year": "2021"}, "From must be a real"),
            ({"first_day": "1"}, "From must include a month and a year"),
            ({"kind": "\x00"}, "Select a kind from the list"),
        ],
    )
    def test_a_mistake_shows_nothing_and_says_so(
        self, officer: Client, rows: dict[str, Outcome], query: dict[str, str], message: str
    ) -> None:
        answer = officer.get(at("outcomes"), query)
        assert answer.context["page"].rows == []
        page = text_of(answer)
        assert message in page
        assert "No outcomes are shown until the filter is put right." in page
        assert "<title> Error: Outcomes" in page

    def test_another_borough_cannot_be_asked_for(
        self, officer: Client, cast: Cast, rows: dict[str, Outcome]
    ) -> None:
        answer = officer.get(at("outcomes"), {"borough": cast.b.pk})
        assert answer.context["page"].rows == []
        assert "Select a borough from the list" in text_of(answer)

    @QUICK
    @given(st.data())
    def test_none_of_them_widens(
        self, cast: Cast, rows: dict[str, Outcome], data: st.DataObject
    ) -> None:
        if not Exclusion.objects.filter(user=cast.excluded).exists():
            ExclusionFactory.create(case=rows["plain"].case, user=cast.excluded)
        who = data.draw(st.sampled_from(["officer", "officer_of_b", "excluded", "outsider"]))
        names = [
            *("campaign", "kind", "offence", "borough", "team", "state", "mine", "late", "alike"),
            *(
                "asked",
                "first_day",
                "first_month",
                "first_year",
                "last_day",
                "last_month",
                "last_year",
            ),
            *("asked", "sort", "page", "flag", "status"),
        ]
        values = st.one_of(
            st.sampled_from(["on", "1", "arrest", "void", "counts", "2021", "11", "", "-entered"]),
            st.sampled_from([str(cast.a.pk), str(cast.b.pk)]),
            st.text(max_size=8),
        )
        query = data.draw(st.dictionaries(st.sampled_from(names), values, max_size=5))
        user = User.objects.get(pk=getattr(cast, who).pk)
        client = browser(user)
        for of, seen in (
            ("outcomes", Outcome.objects.visible_to(user)),
            ("cases", Case.objects.visible_to(user)),
        ):
            answer = client.get(at(of), query)
            assert answer.status_code == 200
            assert {row.pk for row in answer.context["page"].rows} <= {row.pk for row in seen}


class TestFiltersOfCases:
    @pytest.mark.parametrize("name", ["status", "borough", "team", "flag", "mine"])
    def test_each_narrows(self, officer: Client, cast: Cast, name: str) -> None:
        team = TeamFactory.create()
        wanted = CaseFactory.create(
            borough=cast.a, status="closed", team=team, officer=cast.officer
        )
        CaseFlagFactory.create(case=wanted, kind="weapons")
        other = CaseFactory.create(borough=cast.a, officer=cast.colleague)
        CaseFlagFactory.create(case=other, kind="weapons", removed=True)
        CaseFlagFactory.create(case=other, kind="child")
        CaseFactory.create(borough=cast.b, status="closed", team=team, officer=cast.officer)
        query = {
            "status": "closed",
            "borough": str(cast.a.pk),
            "team": str(team.pk),
            "flag": "weapons",
            "mine": "on",
        }
        rows = officer.get(at("cases"), {name: query[name]}).context["page"].rows
        assert rows == ([other, wanted] if name == "borough" else [wanted])


class TestTags:
    def tags(self, client: Client, **query: str) -> dict[str, str]:
        tags = client.get(at("outcomes"), query).context["list"].tags
        return {tag.words: tag.without for tag in tags}

    def test_each_choice_that_is_on_and_the_way_without_it(self, officer: Client) -> None:
        day = {f"first_{part}": str(getattr(DAY, part)) for part in ("day", "month", "year")}
        found = self.tags(officer, kind="arrest", mine="on", sort="entered", page="x", **day)
        assert found == {
            "From: 25 November 2021": "?kind=arrest&mine=on&sort=entered",
            "Kind: Arrest": "?mine=on&sort=entered&" + "&".join(f"{k}={v}" for k, v in day.items()),
            "Logged by me: yes": "?kind=arrest&sort=entered&"
            + "&".join(f"{k}={v}" for k, v in day.items()),
        }

    def test_the_last_one_off_leaves_the_whole_list(self, officer: Client, case: Case) -> None:
        made(case, [0])
        [(words, without)] = self.tags(officer, kind="charge").items()
        assert words == "Kind: Charge"
        answer = officer.get(f"{at('outcomes')}{without}")
        assert (len(answer.context["page"].rows), answer.context["list"].tags) == (1, [])

    def test_it_says_what_to_do_where_nothing_matches(self, officer: Client, case: Case) -> None:
        assert "There are no outcomes yet. What you log appears here." in text_of(
            officer.get(at("outcomes"))
        )
        made(case, [0])
        assert "No outcomes match. Remove a filter, or clear them all." in text_of(
            officer.get(at("outcomes"), {"kind": "charge"})
        )


class TestFind:
    def found(self, client: Client, reference: str) -> Any:
        return client.post(at("find"), {"reference": reference})

    def test_a_reference_leads_to_its_case(self, officer: Client, cast: Cast) -> None:
        case = CaseFactory.create(reference="1234567/23", borough=cast.a)
        for typed in ("1234567/23", " 1234567 / 23 "):
            assert self.found(officer, typed)["Location"] == at("case", case.pk)

    def test_one_out_of_sight_is_as_unknown_as_none(self, officer: Client, cast: Cast) -> None:
        CaseFactory.create(reference="1234567/23", borough=cast.b)
        CaseFactory.create(reference="1234568/23", borough=cast.a, restricted=True)
        said = set()
        for typed in ("1234567/23", "1234568/23", "7777777/23", "\x00 7", "x" * 500):
            answer = self.found(officer, typed)
            assert answer["Location"] == at("cases")
            said |= {str(message) for message in officer.get(at("cases")).context["messages"]}
        assert said == {"There is no case of that reference among those you may see."}

    def test_two_of_one_reference_lead_to_neither(self, officer: Client, cast: Cast) -> None:
        for system in ("cris", "other"):
            CaseFactory.create(reference="1234567/23", system=system, borough=cast.a)
        assert self.found(officer, "1234567/23")["Location"] == at("cases")
        assert "more than one case" in text_of(officer.get(at("cases")))

    @pytest.mark.parametrize("typed", ["", "  ", "\x00"])
    def test_nothing_typed(self, officer: Client, typed: str) -> None:
        self.found(officer, typed)
        assert "Enter the reference of a case to find it." in text_of(officer.get(at("cases")))

    def test_odd_words_suggest_nothing(self, officer: Client) -> None:
        for typed in ("\x00\x00\x00", "%%", "__", "\\"):
            assert officer.post(at("lookup_cases"), {"q": typed}).json() == []


@pytest.mark.parametrize("of", ["outcomes", "cases"])
def test_who_may_list(cast: Cast, of: str) -> None:
    found = {
        name: browser(who).get(at(of)).status_code
        for name, who in vars(cast).items()
        if isinstance(who, User)
    }
    may_not = {"communications", "auditor"}
    assert {name for name, status in found.items() if status == 403} == may_not
    assert {status for name, status in found.items() if name not in may_not} == {200}


def test_every_row_leads_to_its_page(officer: Client, case: Case) -> None:
    [row] = made(case, [0])
    assert isinstance(row.pk, UUID)
    for of, address in (("outcomes", at("outcome", row.pk)), ("cases", at("case", case.pk))):
        assert address in text_of(officer.get(at(of)))


def test_an_hour_after_midnight_is_the_next_day(officer: Client, case: Case) -> None:
    """The day of London, also where Greenwich still has the one before."""
    made(case, [0])
    Outcome.objects.update(happened_at=datetime(2021, 6, 30, 23, 30, tzinfo=LONDON) + ONE_DAY / 24)
    day = {"first_day": "1", "first_month": "7", "first_year": "2021"}
    assert len(officer.get(at("outcomes"), day).context["page"].rows) == 1
