"""Organisations, and the people there whom the force writes to."""

import pghistory
from django.db import models
from django.db.models import Q

from campaigns.models import Borough
from core.codes import CodesField, known
from core.models import saved_once
from partners.choices import Basis, Helped, Language, LinkResult, Service
from partners.querysets import ContactQuerySet, PartnerQuerySet


@pghistory.track(exclude=["link_checked_at", "link_result", "token"])
class Partner(models.Model):
    """An organisation that helps people who suffer domestic abuse, or trains those who do.

    All of it is what the organisation tells the public. A refuge's address is never held.
    """

    class Kind(models.TextChoices):
        SUPPORT = "support", "Support service"
        PERPETRATOR = "perpetrator", "Work with perpetrators"
        TRAINING = "training", "Training and standards"
        COMMUNITY = "community", "Community or faith group"
        VENUE = "venue", "Venue or transport"

    token = saved_once()
    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=120, unique=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    offers = CodesField(Service, verbose_name="what they offer")
    helps = CodesField(
        Helped, verbose_name="whom they are there for", help_text="None of them means anyone."
    )
    languages = CodesField(Language)
    london_wide = models.BooleanField(
        "all of London", default=False, help_text="Whatever boroughs are chosen below."
    )
    boroughs = models.ManyToManyField(Borough, blank=True, related_name="partners")
    hours = models.CharField(
        max_length=200, blank=True, help_text="In words, like Monday to Friday, 9am to 5pm."
    )
    phone = models.CharField(
        max_length=40, blank=True, help_text="The number that is given to the public."
    )
    website = models.URLField(blank=True)
    link_checked_at = models.DateTimeField(
        "when the link was checked", null=True, blank=True, editable=False
    )
    link_result = models.CharField(
        max_length=8, choices=LinkResult.choices, blank=True, editable=False
    )
    referral = models.TextField(
        "how to refer somebody", blank=True, help_text="In words. Never the address of a refuge."
    )
    may_be_named = models.BooleanField("agreed to be named in public", default=False)
    may_be_named_since = models.DateField(null=True, blank=True)
    review_on = models.DateField(
        "day of review", null=True, blank=True, help_text="When the entry is to be checked again."
    )
    retired_on = models.DateField(
        null=True, blank=True, help_text="Since when nobody is to be sent there."
    )

    objects = PartnerQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="partners_partner_agreement_has_its_date",
                condition=Q(may_be_named=True, may_be_named_since__isnull=False)
                | Q(may_be_named=False, may_be_named_since=None),
                violation_error_message="Agreement to be named needs its date; no agreement, none.",
            ),
            models.CheckConstraint(
                name="partners_partner_link_check_is_whole",
                condition=Q(link_checked_at=None, link_result="")
                | Q(link_checked_at__isnull=False, link_result__in=LinkResult.values)
                & ~Q(website=""),
                violation_error_message="A checked link has a website, a moment and a result.",
            ),
            models.CheckConstraint(
                name="partners_partner_kind_is_known",
                condition=Q(kind__in=["support", "perpetrator", "training", "community", "venue"]),
            ),
            known("partners_partner_offers_are_known", offers=Service),
            known("partners_partner_helps_are_known", helps=Helped),
            known("partners_partner_languages_are_known", languages=Language),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class PartnerBorough(Partner.boroughs.through):  # type: ignore[name-defined,misc]
    """A borough where a partner works, as a model so that history tells since when."""

    class Meta:
        proxy = True

    def __str__(self) -> str:
        return f"{self.partner} in {self.borough}"


class Contact(models.Model):
    """A person at a partner, by their work.

    Held under the UK GDPR and part 2 of the Data Protection Act 2018, not under part 3 as cases
    are: kept while it is needed, reviewed on a day, and removed for good. So nothing of it is kept
    in a history, and no case points here.
    """

    token = saved_once()
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=120, help_text="Their work there.")
    email = models.EmailField("work email", blank=True)
    phone = models.CharField("work phone", max_length=40, blank=True)
    basis = models.CharField(
        "lawful basis",
        max_length=11,
        choices=Basis.choices,
        default=Basis.PUBLIC_TASK,
        help_text="UK GDPR, article 6(1): why the contact may be kept.",
    )
    review_on = models.DateField(
        "day of review", help_text="When it is asked whether the contact is still needed."
    )

    objects = ContactQuerySet.as_manager()

    class Meta:
        ordering = ["partner", "name"]
        constraints = [
            models.CheckConstraint(
                name="partners_contact_can_be_reached",
                condition=~Q(email="", phone=""),
                violation_error_message="Enter a work email or a work phone.",
            ),
            models.CheckConstraint(
                name="partners_contact_basis_is_known",
                condition=Q(basis__in=["public_task", "consent", "contract"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.partner}"
