"""Partners, engagement and training: who the force worked with, where, and how many it reached."""

from partners.models.event import EngagementEvent, EventTeam, FollowUp, Participation
from partners.models.imports import ImportedEvent
from partners.models.link import CalendarLink, ConfirmationLink
from partners.models.partner import Contact, Partner, PartnerBorough
from partners.models.training import TrainingProgramme, TrainingSession

__all__ = [
    "CalendarLink",
    "ConfirmationLink",
    "Contact",
    "EngagementEvent",
    "EventTeam",
    "FollowUp",
    "ImportedEvent",
    "Participation",
    "Partner",
    "PartnerBorough",
    "TrainingProgramme",
    "TrainingSession",
]
