"""London days: of 23, 24 and 25 hours, and the same in Python and in the database."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.days import LONDON, DayRange, london_day, start_of
from partners.models import EngagementEvent
from tests.factories import NOON, BoroughFactory, EngagementEventFactory

DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))
MIDNIGHTS = DAYS.map(lambda day: datetime(day.year, day.month, day.day, tzinfo=UTC))
MOMENTS = st.builds(
    lambda midnight, after: midnight + after,
    MIDNIGHTS,
    st.one_of(
        st.timedeltas(timedelta(), timedelta(days=1)),
        st.timedeltas(timedelta(hours=-2), timedelta(hours=2)),
    ),
)
"""Any moment of twenty years, and as many again about midnight."""

NIGHTS = [
    ("2021-11-25T00:00:00+00:00", "2021-11-25"),
    ("2021-11-24T23:59:59.999999+00:00", "2021-11-24"),
    ("2021-06-10T22:59:59.999999+00:00", "2021-06-10"),
    ("2021-06-10T23:00:00+00:00", "2021-06-11"),
    ("2021-06-10T23:30:00+00:00", "2021-06-11"),
    ("2021-06-11T00:30:00+02:00", "2021-06-10"),
    ("2021-03-27T23:59:59.999999+00:00", "2021-03-27"),
    ("2021-03-28T00:00:00+00:00", "2021-03-28"),
    ("2021-03-28T00:59:59.999999+00:00", "2021-03-28"),
    ("2021-03-28T01:00:00+00:00", "2021-03-28"),
    ("2021-03-28T22:59:59.999999+00:00", "2021-03-28"),
    ("2021-03-28T23:00:00+00:00", "2021-03-29"),
    ("2021-10-30T22:59:59.999999+00:00", "2021-10-30"),
    ("2021-10-30T23:00:00+00:00", "2021-10-31"),
    ("2021-10-31T00:30:00+00:00", "2021-10-31"),
    ("2021-10-31T01:30:00+00:00", "2021-10-31"),
    ("2021-10-31T23:59:59.999999+00:00", "2021-10-31"),
    ("2021-11-01T00:00:00+00:00", "2021-11-01"),
]
"""Midnights of winter, of June and of both nights on which the clocks change."""


@pytest.mark.parametrize(("moment", "day"), NIGHTS)
def test_a_moment_falls_in_its_london_day(moment: str, day: str) -> None:
    assert london_day(datetime.fromisoformat(moment)) == date.fromisoformat(day)


@pytest.mark.django_db
@pytest.mark.parametrize(("moment", "day"), NIGHTS)
def test_the_database_puts_a_moment_in_the_same_day(moment: str, day: str) -> None:
    event = EngagementEventFactory.create(happened_at=datetime.fromisoformat(moment))
    event.refresh_from_db()
    assert event.day == date.fromisoformat(day)


@pytest.mark.django_db
@pytest.mark.parametrize("fold", [0, 1])
def test_both_hours_of_the_repeated_one_are_in_the_day(fold: int) -> None:
    moment = datetime(2021, 10, 31, 1, 30, tzinfo=LONDON, fold=fold)
    event = EngagementEventFactory.create(happened_at=moment)
    event.refresh_from_db()
    assert event.happened_at == datetime(2021, 10, 31, 0 + fold, 30, tzinfo=UTC)
    assert event.day == date(2021, 10, 31)


@pytest.mark.django_db
@given(moments=st.lists(MOMENTS, min_size=1, max_size=40))
@settings(max_examples=25)
def test_the_database_agrees_with_python_on_every_day(moments: list[datetime]) -> None:
    borough = BoroughFactory.create(elsewhere=True)
    rows = EngagementEvent.objects.bulk_create(
        EngagementEvent(title="Planned", kind="stall", borough=borough, happened_at=moment)
        for moment in moments
    )
    stored = EngagementEvent.objects.in_bulk([row.pk for row in rows])
    days = [stored[row.pk].day for row in rows]
    assert days == [moment.astimezone(LONDON).date() for moment in moments]


@given(day=DAYS)
def test_a_day_begins_at_its_local_midnight(day: date) -> None:
    start = start_of(day)
    assert (london_day(start), start.utcoffset()) == (day, start.astimezone(LONDON).utcoffset())
    assert (start.hour, start.minute) == (0, 0)
    assert london_day(start.astimezone(UTC) - timedelta(microseconds=1)) == day - timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        (date(2021, 3, 27), 24),
        (date(2021, 3, 28), 23),
        (date(2021, 6, 10), 24),
        (date(2021, 10, 31), 25),
        (date(2021, 11, 25), 24),
    ],
)
def test_a_day_has_23_24_or_25_hours(day: date, hours: int) -> None:
    start, end = (start_of(d).astimezone(UTC) for d in (day, day + timedelta(days=1)))
    assert end - start == timedelta(hours=hours)


def test_a_moment_without_a_time_zone_belongs_to_no_day() -> None:
    with pytest.raises(ValueError, match="A moment without a time zone belongs to no day"):
        london_day(NOON.replace(tzinfo=None))


def test_any_time_zone_will_do() -> None:
    auckland = timezone(timedelta(hours=13))
    assert london_day(datetime(2021, 11, 26, 12, 59, tzinfo=auckland)) == date(2021, 11, 25)
    assert london_day(datetime(2021, 11, 26, 13, 0, tzinfo=auckland)) == date(2021, 11, 26)


CAMPAIGN = DayRange.inclusive(date(2021, 11, 25), date(2021, 12, 10))


def test_a_range_is_half_open_inside_and_whole_outside() -> None:
    assert (CAMPAIGN.first, CAMPAIGN.end) == (date(2021, 11, 25), date(2021, 12, 11))
    assert CAMPAIGN.last == date(2021, 12, 10)
    assert len(CAMPAIGN) == 16
    days = list(CAMPAIGN)
    assert (days[0], days[-1], len(days)) == (date(2021, 11, 25), date(2021, 12, 10), 16)


@pytest.mark.parametrize(
    ("day", "inside"),
    [
        (date(2021, 11, 24), False),
        (date(2021, 11, 25), True),
        (date(2021, 12, 10), True),
        (date(2021, 12, 11), False),
        ("2021-11-25", False),
    ],
)
def test_both_its_ends_are_in_a_range(day: object, inside: bool) -> None:
    assert (day in CAMPAIGN) is inside


@pytest.mark.parametrize(
    ("day", "length"),
    [
        (date(2021, 11, 1), 0),
        (date(2021, 11, 25), 0),
        (date(2021, 11, 26), 1),
        (date(2021, 12, 11), 16),
        (date(2022, 1, 1), 16),
    ],
)
def test_a_range_until_a_day_leaves_that_day_out(day: date, length: int) -> None:
    until = CAMPAIGN.until(day)
    assert list(until) == list(CAMPAIGN)[:length]


def test_the_days_of_a_range_are_numbered_from_one() -> None:
    days = DayRange.inclusive(date(2021, 11, 25), date(2021, 12, 10))
    assert [days.number(day) for day in days] == list(range(1, 17))


def test_a_range_that_ends_before_it_begins_is_empty() -> None:
    backwards = DayRange(CAMPAIGN.end, CAMPAIGN.first)
    assert (len(backwards), list(backwards)) == (0, [])
    assert CAMPAIGN.first not in backwards
