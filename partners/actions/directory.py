"""Changes of the directory: organisations, and the people there whom the force writes to."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

import pghistory
from django.db import transaction
from django.utils.text import slugify

from accounts.models import User
from campaigns.models import Borough
from partners.models import Contact, Partner

TAKEN = {"add", "due"}
"""Words that are pages of the directory itself."""


def add_partner(*, by: User, token: UUID, boroughs: Iterable[Borough], **fields: Any) -> Partner:
    """Adds an entry, once for each token however often it is sent."""
    with transaction.atomic(), pghistory.context(user=by.pk, action="add partner"):
        slug = _free_slug(fields["name"])
        defaults = {"slug": slug, "may_be_named": _agreed(fields), **fields}
        partner, made = Partner.objects.get_or_create(token=token, defaults=defaults)
        if made:
            partner.boroughs.set(boroughs)
    return partner


def amend_partner(
    *, by: User, partner: Partner, boroughs: Iterable[Borough], **fields: Any
) -> None:
    """Corrects an entry; its address stays, and what was found of another website goes."""
    with transaction.atomic(), pghistory.context(user=by.pk, action="amend partner"):
        current = _locked(partner)
        if fields["website"] != current.website:
            current.link_checked_at, current.link_result = None, ""
        for name, value in fields.items():
            setattr(current, name, value)
        current.may_be_named = _agreed(fields)
        current.save()
        current.boroughs.set(boroughs)


def confirm_partner(*, by: User, partner: Partner, review_on: date) -> None:
    """Says that an entry was checked and is right, and when it is to be checked again."""
    with transaction.atomic(), pghistory.context(user=by.pk, action="check partner"):
        current = _locked(partner)
        current.review_on = review_on
        current.save(update_fields=["review_on"])


def retire_partner(*, by: User, partner: Partner, on: date) -> None:
    """Says that nobody is to be sent there from a day on; the day that was said first stays."""
    with transaction.atomic(), pghistory.context(user=by.pk, action="retire partner"):
        current = _locked(partner)
        current.retired_on = current.retired_on or on
        current.save(update_fields=["retired_on"])


def restore_partner(*, by: User, partner: Partner) -> None:
    with transaction.atomic(), pghistory.context(user=by.pk, action="restore partner"):
        current = _locked(partner)
        current.retired_on = None
        current.save(update_fields=["retired_on"])


def add_contact(*, partner: Partner, token: UUID, **fields: Any) -> None:
    """Adds a contact, once for each token. No history is kept, so nobody is named as its writer:
    the log has who read and who removed it.
    """
    Contact.objects.get_or_create(token=token, defaults={"partner": partner, **fields})


def amend_contact(*, contact: Contact, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(contact, name, value)
    contact.save()


def remove_contact(*, contact: Contact) -> None:
    """Removes a contact for good."""
    contact.delete()


def _locked(partner: Partner) -> Partner:
    return Partner.objects.select_for_update().get(pk=partner.pk)


def _agreed(fields: dict[str, Any]) -> bool:
    return fields["may_be_named_since"] is not None


def _free_slug(name: str) -> str:
    """The name as an address has it, with a number where another has it already."""
    stem = slugify(name)[:100] or "partner"
    like = set(Partner.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    taken, number, slug = like | TAKEN, 1, stem
    while slug in taken:
        number += 1
        slug = f"{stem}-{number}"
    return slug
