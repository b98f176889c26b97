"""What the exported list of events says of each row, under which heading."""

from core.days import london_clock
from core.exports import Columns
from partners.models import EngagementEvent

TOPICS = EngagementEvent._meta.get_field("topics").labels

EVENTS: Columns = (
    ("Event", lambda e: e.title),
    ("Kind", lambda e: e.get_kind_display()),
    ("State", lambda e: e.state),
    ("London day", lambda e: e.day),
    ("Starts", lambda e: london_clock(e.happened_at)),
    ("Ends", lambda e: london_clock(e.ends_at) if e.ends_at else None),
    ("Borough", lambda e: str(e.borough)),
    ("Place", lambda e: e.place or "Online"),
    ("Lead team", lambda e: str(e.team or "")),
    ("Teams that help", lambda e: "; ".join(map(str, e.supporting_teams.all()))),
    ("Partners", lambda e: "; ".join(map(str, e.partners.all()))),
    ("Topics", lambda e: "; ".join(TOPICS[topic] for topic in e.topics)),
    ("Audience", lambda e: e.audience),
    ("Attendances", lambda e: e.attendances),
    ("How attendances were counted", lambda e: e.get_reach_method_display()),
    ("Conversations", lambda e: e.conversations),
    ("Leaflets given out", lambda e: e.leaflets),
    ("Hand-offs to safeguarding", lambda e: e.safeguarding_handoffs),
    ("Feedback", lambda e: e.feedback),
)
