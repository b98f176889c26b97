"""When, where and who: campaigns, boroughs, commands, teams and programmes."""

from decimal import Decimal
from typing import Any

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q, Value

from campaigns.querysets import (
    BoroughQuerySet,
    CampaignQuerySet,
    CommandQuerySet,
    ProgrammeQuerySet,
)
from core.days import DayRange
from core.models import one_of


class Int8Range(Func):
    """A bigint as a range of itself, so that a plain GiST index can compare it (no btree_gist)."""

    template = "INT8RANGE(%(expressions)s, %(expressions)s, '[]')"

    def as_sql(self, *args: Any, **kwargs: Any) -> tuple[str, tuple[Any, ...]]:
        """The expression stands in the template twice, and so must its parameters."""
        sql, params = super().as_sql(*args, **kwargs)
        return sql, (*params, *params)


class DateRange(Func):
    """Two dates as a half-open range; an empty end is open."""

    function = "DATERANGE"


class Borough(models.Model):
    """A place that an outcome counts in: the 32 boroughs, and two that keep the sums whole.

    `Outside London` and `Not known` are boroughs too, so parts always add up to the whole. They
    have no ONS code, population or place on the tile map.
    """

    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(max_length=60, unique=True)
    in_london = models.BooleanField("one of the 32", default=True)
    ons_code = models.CharField(
        "ONS code", max_length=9, null=True, blank=True, unique=True, help_text="Like E09000022."
    )
    population = models.PositiveIntegerField(
        null=True, blank=True, help_text="Usual residents, all ages, at mid-year."
    )
    population_year = models.PositiveSmallIntegerField(null=True, blank=True)
    tile_row = models.PositiveSmallIntegerField(null=True, blank=True, help_text="From the north.")
    tile_col = models.PositiveSmallIntegerField(null=True, blank=True, help_text="From the west.")

    objects = BoroughQuerySet.as_manager()

    class Meta:
        ordering = ["-in_london", "name"]
        constraints = [
            models.CheckConstraint(
                name="campaigns_borough_of_london_is_complete",
                condition=Q(
                    in_london=True,
                    ons_code__isnull=False,
                    ons_code__regex=r"^E09\d{6}$",
                    population__isnull=False,
                    population__gt=0,
                    population_year__isnull=False,
                    tile_row__isnull=False,
                    tile_col__isnull=False,
                )
                | Q(
                    in_london=False,
                    ons_code=None,
                    population=None,
                    population_year=None,
                    tile_row=None,
                    tile_col=None,
                ),
                violation_error_message=(
                    "A London borough needs its ONS code, population and place on the map; "
                    "the others have none of them."
                ),
            ),
            models.UniqueConstraint(
                fields=["tile_row", "tile_col"], name="campaigns_borough_one_a_tile"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BasicCommandUnit(models.Model):
    """One of the twelve commands that police the boroughs; `code` is the Met's two letters."""

    code = models.CharField(max_length=2, unique=True)
    name = models.CharField(max_length=60, unique=True)

    objects = CommandQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class CommandMembership(models.Model):
    """The stretch of days in which a command polices a borough; the derived fact is never typed."""

    borough = models.ForeignKey(Borough, on_delete=models.PROTECT, related_name="memberships")
    command = models.ForeignKey(
        BasicCommandUnit, on_delete=models.PROTECT, related_name="memberships"
    )
    first_day = models.DateField()
    end_day = models.DateField(
        "day after the last", null=True, blank=True, help_text="Empty while it goes on."
    )

    class Meta:
        ordering = ["borough", "first_day"]
        constraints = [
            models.CheckConstraint(
                name="campaigns_commandmembership_ends_after_start",
                condition=Q(end_day=None) | Q(end_day__gt=F("first_day")),
                violation_error_message="It must end after it starts.",
            ),
            ExclusionConstraint(
                name="campaigns_commandmembership_one_at_a_time",
                expressions=[
                    (Int8Range("borough"), RangeOperators.OVERLAPS),
                    (DateRange("first_day", "end_day", Value("[)")), RangeOperators.OVERLAPS),
                ],
                violation_error_message="A borough is in one command at a time.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.borough} in {self.command} from {self.first_day}"

    def clean(self) -> None:
        """Before the database is asked to make a range of them."""
        if self.first_day and self.end_day and self.end_day <= self.first_day:
            raise ValidationError({"end_day": "It must end after it starts."})


class Team(models.Model):
    """A team that leads or supports outcomes and events."""

    class Kind(models.TextChoices):
        COMMAND = "command", "Basic Command Unit"
        SPECIALIST = "specialist", "Specialist team"

    name = models.CharField(max_length=80, unique=True)
    slug = models.SlugField(max_length=80, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    command = models.OneToOneField(
        BasicCommandUnit, on_delete=models.PROTECT, null=True, blank=True, related_name="team"
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="campaigns_team_command_has_its_unit",
                condition=Q(kind="command", command__isnull=False)
                | Q(kind="specialist", command=None),
                violation_error_message="A Basic Command Unit's team names its unit; others don't.",
            )
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Campaign(models.Model):
    """A stretch of London days and a set of boroughs.

    A campaign is a window, not a column: an outcome is in it when its day and borough are, so
    moving a date rewrites no fact.
    """

    class Baseline(models.TextChoices):
        CAMPAIGN = "campaign", "An earlier campaign"
        DATES = "dates", "Stated dates"
        NONE = "none", "No comparable baseline"

    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=100, unique=True)
    first_day = models.DateField()
    last_day = models.DateField(help_text="Included.")
    boroughs = models.ManyToManyField(Borough, related_name="campaigns")
    lead_role = models.CharField(max_length=120, blank=True)
    lead_name = models.CharField(max_length=120, blank=True)
    baseline = models.CharField(max_length=8, choices=Baseline.choices, default=Baseline.NONE)
    baseline_campaign = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    baseline_first_day = models.DateField(null=True, blank=True)
    baseline_last_day = models.DateField(null=True, blank=True, help_text="Included.")
    baseline_none_reason = models.CharField(
        "why no baseline is comparable", max_length=300, blank=True
    )

    objects = CampaignQuerySet.as_manager()

    class Meta:
        ordering = ["-first_day", "name"]
        constraints = [
            models.CheckConstraint(
                name="campaigns_campaign_ends_on_or_after_start",
                condition=Q(last_day__gte=F("first_day")),
                violation_error_message="The last day must be the same as or after the first day.",
            ),
            models.CheckConstraint(
                name="campaigns_campaign_baseline_is_one_thing",
                condition=Q(
                    baseline="campaign",
                    baseline_campaign__isnull=False,
                    baseline_first_day=None,
                    baseline_last_day=None,
                    baseline_none_reason="",
                )
                | Q(
                    baseline="dates",
                    baseline_campaign=None,
                    baseline_first_day__isnull=False,
                    baseline_last_day__isnull=False,
                    baseline_last_day__gte=F("baseline_first_day"),
                    baseline_none_reason="",
                )
                | Q(
                    baseline="none",
                    baseline_campaign=None,
                    baseline_first_day=None,
                    baseline_last_day=None,
                    baseline_none_reason__regex=r"\S",
                ),
                violation_error_message=(
                    "State one baseline: an earlier campaign, or a first and last day, "
                    "or the reason why none is comparable."
                ),
            ),
            models.CheckConstraint(
                name="campaigns_campaign_not_its_own_baseline",
                condition=Q(baseline_campaign=None) | ~Q(baseline_campaign=F("id")),
                violation_error_message="A campaign cannot be its own baseline.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def days(self) -> DayRange:
        return DayRange.inclusive(self.first_day, self.last_day)


@pghistory.track()
class CampaignBorough(Campaign.boroughs.through):  # type: ignore[name-defined,misc]
    """A borough of a campaign, as a model so that history tells which took part, and when."""

    class Meta:
        proxy = True

    def __str__(self) -> str:
        return f"{self.borough} in {self.campaign}"


@pghistory.track()
class Programme(models.Model):
    """Work over years that a campaign draws on, such as digital forensics.

    Its money is the sum of its years, which `objects.with_money()` adds to it. What it is about
    says which figures of ours stand on its page: the devices that were examined, the officers that
    were trained, or none, since figures of something else would look like its doing.
    """

    class About(models.TextChoices):
        EVIDENCE = "evidence", "Digital evidence"
        TRAINING = "training", "Training of officers"
        OTHER = "other", "Something that is not counted here"

    planned_pounds: Decimal
    spent_pounds: Decimal

    name = models.CharField(max_length=100, unique=True)
    slug = models.SlugField(max_length=100, unique=True)
    about = models.CharField("what it is about", max_length=8, choices=About.choices)
    purpose = models.TextField(blank=True)
    first_day = models.DateField()
    last_day = models.DateField(help_text="Included.")
    delivers = models.TextField(
        "what it delivers", blank=True, help_text="One thing on each line, in words."
    )

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        ordering = ["-first_day", "name"]
        constraints = [
            models.CheckConstraint(
                name="campaigns_programme_ends_on_or_after_start",
                condition=Q(last_day__gte=F("first_day")),
                violation_error_message="The last day must be the same as or after the first day.",
            ),
            one_of("campaigns_programme_about_is_known", about=["evidence", "training", "other"]),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class ProgrammeYear(models.Model):
    """The money of a programme in one financial year, which begins on 1 April."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="years")
    year = models.PositiveSmallIntegerField(
        "financial year", help_text="In which it begins: 2021 for 2021/22."
    )
    planned_pounds = models.DecimalField(max_digits=12, decimal_places=2)
    spent_pounds = models.DecimalField(max_digits=12, decimal_places=2, default=0)

    class Meta:
        ordering = ["year"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "year"], name="campaigns_programmeyear_once_a_year"
            ),
            models.CheckConstraint(
                name="campaigns_programmeyear_money_not_negative",
                condition=Q(planned_pounds__gte=0, spent_pounds__gte=0),
                violation_error_message="Money is zero or more.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme}, {self.label}"

    @property
    def label(self) -> str:
        """As it is written: 2021/22."""
        return f"{self.year}/{(self.year + 1) % 100:02}"


@pghistory.track()
class Milestone(models.Model):
    """A dated promise of a programme, and the day it was kept."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="milestones")
    name = models.CharField(max_length=200)
    due_day = models.DateField()
    reached_day = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["due_day"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "name"], name="campaigns_milestone_named_once"
            )
        ]

    def __str__(self) -> str:
        return self.name
