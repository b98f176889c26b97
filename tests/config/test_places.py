"""The places of a force that starts without the demo."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from campaigns.models import BasicCommandUnit, Borough, CommandMembership, Programme, Team

pytestmark = pytest.mark.django_db


def test_places_are_entered_once_and_nothing_else_is() -> None:
    told = StringIO()
    call_command("places", stdout=told)
    assert told.getvalue().split("\n") == [
        "  34 boroughs",
        "  12 basic command units",
        "  18 teams",
        "",
    ]
    assert Borough.objects.filter(in_london=False).count() == 2
    covered = CommandMembership.objects.filter(first_day__lte=date(2021, 11, 25), end_day=None)
    assert covered.values("borough").distinct().count() == 32
    assert not Programme.objects.exists()
    with pytest.raises(CommandError, match="already"):
        call_command("places")
    assert (BasicCommandUnit.objects.count(), Team.objects.count()) == (12, 18)
