"""The people who use the product: a role, the boroughs of their work, a team."""

import uuid
from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any, ClassVar, Self

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.permissions import EVERYWHERE, NOWHERE, ROLE_PERMISSIONS, BoroughScope, Permission
from campaigns.models import Borough, Team
from core.days import DatabaseNow
from core.models import one_of
from core.querysets import ScopedQuerySet, Viewer

KEPT_FOR = timedelta(days=14)
"""How long what was typed waits for its owner."""


class UserManager(BaseUserManager["User"]):
    def create_user(
        self,
        username: str,
        password: str | None = None,
        *,
        boroughs: Iterable[Borough] = (),
        **fields: Any,
    ) -> "User":
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.full_clean()
        user.save(using=self._db)
        user.boroughs.set(boroughs)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """The first administrator, for `manage.py createsuperuser`."""
        return self.create_user(username, password, role=User.Role.ADMINISTRATOR, **fields)


@pghistory.track(exclude=["password", "last_login", "session_epoch"])
class User(AbstractBaseUser):
    """A member of the force. What they may do follows from the role alone; there are no groups."""

    class Role(models.TextChoices):
        OFFICER = "officer", "Officer"
        SUPERVISOR = "supervisor", "Supervisor"
        COMMUNICATIONS = "communications", "Communications officer"
        ADMINISTRATOR = "administrator", "Administrator"
        AUDITOR = "auditor", "Auditor"

    username = models.CharField(
        max_length=60, unique=True, validators=[ASCIIUsernameValidator()], help_text="To sign in."
    )
    name = models.CharField(max_length=120, help_text="As colleagues know them.")
    email = models.EmailField("work email", blank=True)
    role = models.CharField(max_length=14, choices=Role.choices, default=Role.OFFICER)
    whole_force = models.BooleanField(
        default=False, help_text="Work covers every borough, whatever is chosen below."
    )
    boroughs = models.ManyToManyField(Borough, blank=True, related_name="staff")
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="staff"
    )
    is_active = models.BooleanField(
        "may sign in", default=True, help_text="Clear it instead of deleting the person."
    )
    morning_email = models.BooleanField(
        "morning email",
        default=True,
        help_text="A supervisor's figures, each morning while a campaign runs.",
    )
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    session_epoch = models.PositiveIntegerField(default=0, editable=False)
    """Sessions of an earlier epoch are dead; the database opens a new one at each suspension."""
    initial_password_until = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="Until when a password works that an administrator gave; empty once changed.",
    )

    objects = UserManager()

    opened: frozenset[int] = frozenset()
    """Cases that they hold open by break-glass, for as long as one record's page is made."""

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        ordering = ["name"]
        triggers = [
            # Whatever path suspends a person, and however many at once, their sessions are dead for
            # good: letting them in again revives none.
            pgtrigger.Trigger(
                name="suspension_ends_sessions",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="NEW.session_epoch := GREATEST(NEW.session_epoch, OLD.session_epoch"
                " + (OLD.is_active AND NOT NEW.is_active)::int); RETURN NEW;",
            )
        ]
        constraints = [
            one_of(
                "accounts_user_role_is_known",
                role=["officer", "supervisor", "communications", "administrator", "auditor"],
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What Django compares a session with at each request: the password, and our epoch."""
        of_password = super()._get_session_auth_hash(secret)  # type: ignore[misc]
        return f"{self.session_epoch}.{of_password}"

    def may(self, permission: StrEnum) -> bool:
        return self.is_active and permission in ROLE_PERMISSIONS[self.role]

    @cached_property
    def scope(self) -> BoroughScope:
        """The boroughs whose records the person's work covers; none is a legal answer."""
        if not self.is_active:
            return NOWHERE
        if self.whole_force:
            return EVERYWHERE
        # Read with the person where it is they who ask.
        chosen: Iterable[int] | None = getattr(self, "borough_ids", None)
        if chosen is None:
            chosen = StaffBorough.objects.filter(user=self).values_list("borough", flat=True)
        return BoroughScope(False, frozenset(chosen))

    def may_write_in(self, borough_id: int) -> bool:
        """Whether a borough's records are theirs to keep: who sees more boroughs only reads."""
        return self.may(Permission.WRITE_RECORDS) and self.scope.covers(borough_id)

    @property
    def figures_scope(self) -> BoroughScope:
        """The boroughs whose counts the person may see."""
        if self.may(Permission.SEE_ALL_FIGURES):
            return EVERYWHERE
        return self.scope if self.may(Permission.SEE_FIGURES) else NOWHERE

    @property
    def engagement_scope(self) -> BoroughScope:
        """The boroughs whose engagement and training they may read of: those of their figures.

        Whoever sees no figures, as an auditor, reads of all of it.
        """
        if not self.may(Permission.SEE_ENGAGEMENT):
            return NOWHERE
        return self.figures_scope if self.may(Permission.SEE_FIGURES) else EVERYWHERE

    @property
    def is_staff(self) -> bool:
        """Whether Django's admin opens for them."""
        return self.may(Permission.ADMINISTER)

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        """Django's own question, asked by the admin; each ModelAdmin narrows it further."""
        return self.may(Permission.ADMINISTER)

    def has_module_perms(self, app_label: str) -> bool:
        return self.may(Permission.ADMINISTER)


@pghistory.track()
class StaffBorough(User.boroughs.through):  # type: ignore[name-defined,misc]
    """A borough of a person's work, as a model so that history tells who was let in, and when."""

    class Meta:
        proxy = True

    def __str__(self) -> str:
        return f"{self.user} in {self.borough}"


class KeptFormQuerySet(ScopedQuerySet["KeptForm"]):
    """What somebody typed is their own."""

    def _scope(self, user: Viewer) -> Self:
        return self.filter(owner=user) if isinstance(user, User) else self.none()


class KeptForm(models.Model):
    """What somebody typed into a form and did not send, or sent when their session had ended.

    It goes when the form is sent, or after 14 days.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="kept_forms"
    )
    address = models.TextField(help_text="Where the form is sent.")
    page = models.TextField(help_text="The page that holds it.")
    fields = models.JSONField(default=dict)
    kept_at = models.DateTimeField(db_default=DatabaseNow())

    objects = KeptFormQuerySet.as_manager()

    class Meta:
        ordering = ["-kept_at"]

    def __str__(self) -> str:
        return f"Form for {self.address}"

    @property
    def back(self) -> str:
        """The page that holds it, which fills it in."""
        return f"{self.page}{'&' if '?' in self.page else '?'}kept={self.pk}"


class SavedFilterQuerySet(ScopedQuerySet["SavedFilter"]):
    """Their own, and those that somebody of their team shares, of lists that they may see."""

    def _scope(self, user: Viewer) -> Self:
        if not isinstance(user, User):
            return self.none()
        whose = Q(owner=user)
        if user.team_id:
            whose |= Q(shared=True, owner__team=user.team_id)
        pages = [page for page in SavedFilter.Page if user.may(page.permission)]
        return self.filter(whose, page__in=pages)


class SavedFilter(models.Model):
    """A choice of rows on a list page, kept under a name; shared with the owner's team or not."""

    class Page(models.TextChoices):
        OUTCOMES = "outcomes", "Outcomes"
        CASES = "cases", "Cases"
        EVENTS = "events", "Events"

        @property
        def permission(self) -> Permission:
            """What somebody needs to see the list."""
            events = self is SavedFilter.Page.EVENTS
            return Permission.SEE_ENGAGEMENT if events else Permission.READ_RECORDS

        @property
        def address(self) -> str:
            """The name of the list's address."""
            return f"{'partners' if self is SavedFilter.Page.EVENTS else 'cases'}:{self}"

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_filters"
    )
    page = models.CharField(max_length=10, choices=Page.choices)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000)
    shared = models.BooleanField("my team may use it", default=False)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "page", "name"],
                name="accounts_savedfilter_name_once",
                violation_error_message="You have a filter of this name already.",
            ),
            models.CheckConstraint(
                name="accounts_savedfilter_has_a_name",
                condition=Q(name__regex=r"\S"),
                violation_error_message="Enter a name for the filter.",
            ),
        ]

    def __str__(self) -> str:
        return self.name
