"""Drawing a sample of reads, and saying what was found of each."""

import secrets
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import CharField, F, Value
from django.db.models.functions import MD5, Cast, Concat

from audit.models import LogRow, Review, Sample, SampledRow
from audit.querysets import LogQuerySet


@transaction.atomic
def draw_sample(*, by: Any, size: int, first_day: date, last_day: date, **which: str) -> Sample:
    """Draws reads by chance; ValidationError where there are none to draw from."""
    last = LogRow.objects.order_by("pk").last()
    sample = Sample(
        drawn_by=by.get_username(),
        seed=secrets.randbits(62),
        last_row=last.pk if last else 0,
        size=size,
        first_day=first_day,
        last_day=last_day,
        **which,
    )
    sample.of_rows = population(sample).count()
    if not sample.of_rows:
        raise ValidationError("There is no such read to draw from. Ask for more days, or for less")
    sample.save(force_insert=True)
    SampledRow.objects.bulk_create(
        SampledRow(sample=sample, row_id=number) for number in drawn(sample)
    )
    return sample


def population(sample: Sample) -> LogQuerySet:
    """The reads that a sample is drawn from. Nobody reviews their own."""
    rows = LogRow.objects.reads().between(sample.days).filter(pk__lte=sample.last_row)
    rows = rows.exclude(actor=sample.drawn_by)
    if sample.person:
        rows = rows.by([sample.person])
    for name in ("object_type", "object_id", "flag"):
        if value := getattr(sample, name):
            rows = rows.filter(**{name: value})
    return rows


def drawn(sample: Sample) -> list[int]:
    """The numbers of the rows that the seed draws, the same each time."""
    lot = MD5(Concat(Value(f"{sample.seed}:"), Cast(F("pk"), CharField())))
    rows = population(sample).alias(lot=lot).order_by("lot", "pk")
    return sorted(rows.values_list("pk", flat=True)[: sample.size])


def review_row(*, by: Any, sampled: SampledRow, verdict: str, words: str = "") -> Review:
    """What an auditor found; ValidationError where it is their own read."""
    if sampled.row.actor == by.get_username():
        raise ValidationError("This read is your own. Another auditor has to review it")
    return Review.objects.create(
        sampled=sampled, verdict=verdict, words=words.strip(), reviewed_by=by.get_username()
    )
