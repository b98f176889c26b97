"""The columns of a spreadsheet of events: what they hold, and what people call them."""

from accounts.imports.columns import Column, Columns
from partners.choices import EventKind, EventStatus, ReachMethod, Topic
from partners.forms.events import EventForm

COLUMNS = (
    Column(
        "title",
        "Event",
        ("title", "name", "event name", "event title", "what", "activity"),
        "Stall at Brixton market",
        "What it is called.",
    ),
    Column(
        "kind",
        "Kind",
        ("type", "event type", "kind of event", "type of event", "category"),
        "Public stall",
        "In the words of the list on the sheet Words. Training of officers is not an event.",
        words=True,
    ),
    Column(
        "state",
        "State",
        ("status", "event status"),
        "Done",
        "Planned, done or cancelled. Only an event that is done counts.",
        words=True,
    ),
    Column(
        "day",
        "Day",
        ("date", "event date", "date of event", "day of event", "london day", "when", "start date"),
        "25/11/2025",
        "Day, month, year. It may have the time with it.",
    ),
    Column(
        "starts",
        "Starts",
        ("start", "start time", "starts at", "time", "from", "time of event"),
        "14:30",
        "Like 14:30, 1430 or 2.30pm. It may have the end with it, like 10:00 to 14:00.",
    ),
    Column(
        "ends", "Ends", ("end", "end time", "finish", "finishes", "ends at", "to", "until"), "16:00"
    ),
    Column(
        "where",
        "At a place or online",
        ("in person or online", "online or in person", "place or online", "format", "online"),
        "At a place",
        "Not needed where the place says it.",
        words=True,
    ),
    Column(
        "place",
        "Place",
        ("venue", "location", "address", "where"),
        "Brixton market",
        "Online, or a link, if it is online; a link is not kept. Never a refuge, nor a home.",
    ),
    Column(
        "borough",
        "Borough",
        ("bocu", "area", "borough name"),
        "Lambeth",
        "Of an online event, the borough that it is for.",
        words=True,
    ),
    Column("team", "Lead team", ("team", "unit", "lead", "team name", "led by"), words=True),
    Column(
        "supporting_teams",
        "Teams that help",
        ("supporting teams", "supporting team", "support", "other teams", "teams that helped"),
        hint="With a semicolon between two.",
        words=True,
    ),
    Column(
        "partners",
        "Partners",
        ("partner", "partner agencies", "agencies", "organisations", "partners who take part"),
        hint="As the directory has them, with a semicolon between two.",
        words=True,
    ),
    Column(
        "audience",
        "Audience",
        ("target audience", "who for", "for whom"),
        "Residents",
        "Whom it is for.",
    ),
    Column(
        "topics",
        "Topics",
        ("topic", "subject", "subjects", "themes", "theme"),
        "Clare's Law; Stalking",
        "With a semicolon between two.",
        words=True,
    ),
    Column(
        "attendances",
        "Attendances",
        ("attendance", "reach", "attended", "attendees", "number attended", "footfall"),
        "40",
        "People there; someone who came twice is two.",
    ),
    Column(
        "reach_method",
        "How attendances were counted",
        ("how they were counted", "counted by", "how counted", "reach method", "counting method"),
        "Estimate",
        "Needed where somebody was there.",
        words=True,
    ),
    Column(
        "conversations",
        "Conversations",
        ("conversation", "people spoken to", "engagements"),
        "12",
        "People spoken with at some length.",
    ),
    Column("leaflets", "Leaflets given out", ("leaflets", "leaflet", "leaflets handed out"), "100"),
    Column(
        "safeguarding_handoffs",
        "Hand-offs to safeguarding",
        ("safeguarding", "handoffs", "hand offs", "safeguarding referrals", "referrals"),
        "0",
        "How many only. Who it was belongs on the case.",
    ),
    Column(
        "feedback",
        "Feedback, or why it was cancelled",
        (
            *("feedback", "note", "notes", "comment", "comments", "remarks", "reason"),
            *("why it was cancelled", "reason for cancellation", "cancel reason"),
        ),
        hint="Of an event that is done or cancelled. No names of people who attended.",
    ),
)
SHEET = Columns(
    COLUMNS,
    needed=("title", "kind", "state", "day", "starts", "borough"),
    for_every_row=("kind", "state", "borough", "reach_method"),
    most_rows=5_000,
)

WORDS: dict[str, dict[str, str]] = {
    "kind": {
        "stall": EventKind.STALL,
        "stand": EventKind.STALL,
        "pop up": EventKind.STALL,
        "bus": EventKind.BUS,
        "talk": EventKind.PRESENTATION,
        "input": EventKind.PRESENTATION,
        "meeting": EventKind.MEETING,
        "school": EventKind.SCHOOL,
        "school talk": EventKind.SCHOOL,
        "training": EventKind.TRAINING,
    },
    "state": {
        "complete": EventStatus.DONE,
        "completed": EventStatus.DONE,
        "delivered": EventStatus.DONE,
        "held": EventStatus.DONE,
        "canceled": EventStatus.CANCELLED,
        "called off": EventStatus.CANCELLED,
        "scheduled": EventStatus.PLANNED,
        "upcoming": EventStatus.PLANNED,
    },
    "where": {
        "in person": EventForm.PLACE,
        "face to face": EventForm.PLACE,
        "hybrid": EventForm.PLACE,
        "no": EventForm.PLACE,
        "virtual": EventForm.ONLINE,
        "yes": EventForm.ONLINE,
    },
    "topics": {"dvds": Topic.CLARES_LAW, "da": Topic.DOMESTIC_ABUSE},
    "reach_method": {
        "estimated": ReachMethod.ESTIMATE,
        "register": ReachMethod.SIGN_IN,
        "sign in": ReachMethod.SIGN_IN,
        "online": ReachMethod.ONLINE,
    },
}
"""What people also write for a code, where it can mean only one."""
ONLINE = {
    "online",
    "virtual",
    "virtually",
    "webinar",
    "teams",
    "ms teams",
    "microsoft teams",
    "zoom",
}
"""What stands in the place of a place, where there is none."""
