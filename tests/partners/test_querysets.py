"""What can be asked of partners, their contacts and links."""

from datetime import timedelta

import pytest

from core.days import ONE_DAY
from partners.models import ConfirmationLink, Contact, Partner
from partners.querysets import PartnerQuerySet
from tests.conftest import Cast
from tests.factories import (
    DAY,
    NOON,
    BoroughFactory,
    ConfirmationLinkFactory,
    ContactFactory,
    PartnerFactory,
)

pytestmark = pytest.mark.django_db


def names(rows: PartnerQuerySet) -> set[str]:
    return {partner.name for partner in rows}


def test_a_partner_serves_its_boroughs_or_all_of_london(cast: Cast) -> None:
    local = PartnerFactory.create(name="local")
    local.boroughs.add(cast.a)
    PartnerFactory.create(name="all", london_wide=True)
    PartnerFactory.create(name="nowhere yet")
    assert names(Partner.objects.serving(cast.a)) == {"local", "all"}
    assert names(Partner.objects.serving(cast.b)) == {"all"}
    elsewhere = BoroughFactory.create(elsewhere=True)
    assert names(Partner.objects.serving(elsewhere)) == set()


def test_a_partner_is_found_by_each_thing_that_it_offers_until_it_retires() -> None:
    PartnerFactory.create(name="one", offers=["refuge", "legal"])
    PartnerFactory.create(name="two", offers=["legal"], retired_on=DAY)
    assert names(Partner.objects.offering("refuge")) == {"one"}
    assert names(Partner.objects.offering("legal")) == {"one", "two"}
    assert names(Partner.objects.current().offering("legal")) == {"one"}


def test_an_entry_is_stale_from_its_day_of_review_or_with_a_broken_link() -> None:
    site = {"website": "https://partner.example", "link_checked_at": NOON}
    PartnerFactory.create(name="due", review_on=DAY)
    PartnerFactory.create(name="not yet", review_on=DAY + ONE_DAY)
    PartnerFactory.create(name="broken", **site, link_result="broken")
    PartnerFactory.create(name="answers", **site, link_result="answers")
    PartnerFactory.create(name="retired", review_on=DAY, retired_on=DAY)
    assert names(Partner.objects.stale_on(DAY)) == {"due", "broken"}


def test_a_contact_is_due_from_its_day_of_review() -> None:
    due = ContactFactory.create(review_on=DAY)
    ContactFactory.create(review_on=DAY + ONE_DAY)
    assert list(Contact.objects.due_for_review(DAY)) == [due]


def test_a_link_lives_until_it_is_answered_withdrawn_or_expired() -> None:
    live = ConfirmationLinkFactory.create()
    ConfirmationLinkFactory.create(answered=True)
    ConfirmationLinkFactory.create(withdrawn_at=NOON)
    just_before = live.expires_at - timedelta(microseconds=1)
    assert list(ConfirmationLink.objects.live_at(just_before)) == [live]
    assert list(ConfirmationLink.objects.live_at(live.expires_at)) == []
