import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaigns.models import Borough, Campaign, Team
from summaries.figures import STORED_BY, By, Window, figures
from summaries.measures import BY_SLUG, MEASURES, Measure
from summaries.models import SummaryRun

NOT_STATED = "not_stated"


class Command(BaseCommand):
    help = "Print the figures of a campaign, exact at this moment."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("campaign", metavar="CAMPAIGN", help="the campaign's slug")
        parser.add_argument(
            "--by",
            choices=[by.value for by in STORED_BY if by and by is not By.PLACE_AND_DAY],
            default="",
            help="break each count down",
        )
        parser.add_argument(
            "--measure", choices=sorted(BY_SLUG), metavar="SLUG", help="this measure only"
        )
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        campaign = Campaign.objects.filter(slug=options["campaign"]).first()
        if campaign is None:
            slugs = ", ".join(Campaign.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no campaign {options['campaign']!r}. Known: {slugs}.")
        by = By(options["by"])
        measures = [BY_SLUG[options["measure"]]] if options["measure"] else list(MEASURES)
        if by and options["measure"] and not measures[0].additive:
            raise CommandError(
                f"{measures[0].label} are different {measures[0].unit} in the whole window, "
                "so the count has no parts that add up to it."
            )
        entries = _entries(campaign, by, measures)
        run = SummaryRun.objects.latest_published()
        counted_to = run.counted_to.isoformat() if run and run.counted_to else None
        if options["json"]:
            document = {"campaign": campaign.slug, "counted_to": counted_to, "measures": entries}
            self.stdout.write(json.dumps(document, indent=2))
            return
        days = campaign.days
        self.stdout.write(f"{campaign}, {days.first} to {days.last}, counted to {counted_to}")
        for entry in entries:
            self.stdout.write(f"{entry['count']:>8,} {entry['unit']:<24} {entry['slug']}")
            for row in entry.get("rows", []):
                self.stdout.write(f"{row['count']:>16,} {row['key']}")


def _entries(campaign: Campaign, by: By, measures: list[Measure]) -> list[dict[str, Any]]:
    """One entry a measure; broken down, the parts in order and their sum."""
    counts = figures(Window.of(campaign), by, measures)
    names = _names(by)
    entries: list[dict[str, Any]] = []
    for measure, parts in counts.items():
        entry: dict[str, Any] = {
            "slug": measure.slug,
            "unit": measure.unit.value,
            "count": sum(parts.values()),
        }
        if by:
            keyed = {names.get(key, key) or NOT_STATED: count for key, count in parts.items()}
            entry["rows"] = [{"key": key, "count": keyed[key]} for key in sorted(keyed)]
        entries.append(entry)
    return entries


def _names(by: By) -> dict[str, str]:
    """What a stored key is called outside: slugs instead of row numbers."""
    if by is By.BOROUGH:
        return {str(pk): slug for pk, slug in Borough.objects.values_list("pk", "slug")}
    if by is By.TEAM:
        return {str(pk): slug for pk, slug in Team.objects.values_list("pk", "slug")}
    return {}
