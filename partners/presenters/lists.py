"""The list of engagement events."""

from accounts.lists import Listing
from accounts.models import SavedFilter
from partners.exports import EVENTS
from partners.filters import EventFilter
from partners.models import EngagementEvent

EVENT_LIST = Listing(
    SavedFilter.Page.EVENTS,
    EngagementEvent,
    EventFilter,
    ("borough", "team"),
    EVENTS,
    related_many=("supporting_teams", "partners"),
)
