"""The places of a force that starts without the demo."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from campaigns.models import BasicCommandUnit, Borough, CommandMembership, Programme, Team
from cases.models import OrderAvailability

pytestmark = pytest.mark.django_db


def test_places_are_entered_once_and_nothing_else_is() -> None:
    told = StringIO()
    call_command("places", stdout=told)
    assert told.getvalue().split("\n") == [
        "  34 boroughs",
        "  12 basic command units",
        "  18 teams",
        "   6 availability of orders",
        "",
    ]
    assert Borough.objects.filter(in_london=False).count() == 2
    covered = CommandMembership.objects.filter(first_day__lte=date(2021, 11, 25), end_day=None)
    assert covered.values("borough").distinct().count() == 32
    assert not Programme.objects.exists()
    with pytest.raises(CommandError, match="already"):
        call_command("places")
    assert (BasicCommandUnit.objects.count(), Team.objects.count()) == (12, 18)


def test_the_pilot_of_abuse_protection_orders_is_known() -> None:
    call_command("places", stdout=StringIO())
    croydon, lambeth = (Borough.objects.get(slug=slug) for slug in ("croydon", "lambeth"))
    rows = OrderAvailability.objects.all()
    assert {row.kind for row in rows} == {"dapn", "dapo"}
    orders = rows.filter(kind="dapo")

    def had(borough: Borough, day: date) -> bool:
        return any(row.covers(borough, day) for row in orders)

    assert [
        had(croydon, day)
        for day in (
            *(date(2024, 11, 26), date(2024, 11, 27)),
            *(date(2026, 3, 31), date(2026, 4, 1)),
        )
    ] == [False, True, True, False]
    assert not had(lambeth, date(2025, 6, 1))
