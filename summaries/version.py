"""The version of the figures: it changes with whatever a page of a campaign shows.

Whoever reads it first and the figures after may keep the two together. A change that commits in
between makes the figures newer than their version, so they are asked for once more; never older.
"""

from django.db import DEFAULT_DB_ALIAS

from campaigns.models import Campaign
from core.snapshots import planned_once

# Between two published runs marks are only added, so their number rises whichever writer commits
# first (the highest id does not); a run removes marks in the transaction that publishes it. Returns
# are only ever added. What else is on a page stands in rows, whose `xmin` is the transaction that
# wrote them last.
_VERSION = """
SELECT {columns}, ROW (
    campaign.xmin, baseline.xmin,
    (SELECT string_agg(
            concat_ws(' ', part.campaign_id, borough.id, borough.xmin), ','
            ORDER BY part.campaign_id, borough.id)
        FROM campaigns_campaign_boroughs AS part
            JOIN campaigns_borough AS borough ON borough.id = part.borough_id
        WHERE part.campaign_id IN (campaign.id, baseline.id)),
    (SELECT concat_ws(' ', id, xmin) FROM summaries_summaryrun WHERE state <> 'running'
        ORDER BY started_at DESC LIMIT 1),
    (SELECT concat_ws(' ', id, xmin) FROM summaries_summaryrun WHERE state = 'published'
        ORDER BY counted_to DESC LIMIT 1),
    (SELECT count(*) FROM summaries_changedday),
    (SELECT count(*) FROM summaries_boroughreturn WHERE campaign_id = campaign.id),
    (SELECT string_agg(concat_ws(' ', id, xmin), ',' ORDER BY id) FROM partners_trainingprogramme)
)::text AS version
FROM campaigns_campaign AS campaign
    LEFT JOIN campaigns_campaign AS baseline ON baseline.id = campaign.baseline_campaign_id
WHERE campaign.slug = %s
"""


def campaign_and_version(slug: str) -> tuple[Campaign, str] | None:
    """A campaign, and the version of all that may be shown of it; one question."""
    names = [field.attname for field in Campaign._meta.concrete_fields]
    with planned_once() as cursor:
        columns = ", ".join(f"campaign.{name}" for name in names)
        cursor.execute(_VERSION.format(columns=columns), [slug])
        row = cursor.fetchone()
    if row is None:
        return None
    *values, version = row
    return Campaign.from_db(DEFAULT_DB_ALIAS, names, values), version
