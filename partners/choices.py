"""The codes of partners, engagement and training."""

from django.db.models import TextChoices

MOST_AT_ONCE = 100_000
"""More people than any place in London holds: a larger count is a slip of typing."""


class Service(TextChoices):
    """What a partner offers."""

    ADVOCACY = "advocacy", "Advocacy by an independent domestic violence adviser"
    HELPLINE = "helpline", "Helpline"
    REFUGE = "refuge", "Refuge"
    HOUSING = "housing", "Housing advice"
    COUNSELLING = "counselling", "Counselling"
    LEGAL = "legal", "Legal advice"
    IMMIGRATION = "immigration", "Immigration advice"
    MONEY = "money", "Money and economic abuse"
    STALKING = "stalking", "Stalking and harassment"
    DEVICES = "devices", "Safety of phones and other devices"
    SEXUAL_VIOLENCE = "sexual_violence", "Sexual violence"
    HONOUR = "honour", "So-called honour-based abuse and forced marriage"
    FGM = "fgm", "Female genital mutilation"
    CHILDREN = "children", "Support of children"
    PARENTS = "parents", "Abuse of parents by their children"
    PERPETRATORS = "perpetrators", "Programme for perpetrators"
    INTERPRETING = "interpreting", "Interpreting"
    TRAINING = "training", "Training of professionals"
    SPACE = "space", "A place for events"


class Helped(TextChoices):
    """Whom a partner is there for; one that names nobody is there for anyone."""

    WOMEN = "women", "Women"
    MEN = "men", "Men"
    CHILDREN = "children", "Children and young people"
    LGBT = "lgbt", "LGBT+ people"
    OLDER = "older", "Older people"
    DISABLED = "disabled", "Disabled people"
    DEAF = "deaf", "Deaf people"
    MINORITY = "minority", "Black and minority ethnic people"
    MIGRANTS = "migrants", "Migrants and people without recourse to public funds"
    STALKED = "stalked", "People who are stalked"
    PERPETRATORS = "perpetrators", "People who abuse and want to stop"
    PROFESSIONALS = "professionals", "Professionals"


class Language(TextChoices):
    """Languages that are spoken much in London, and sign language."""

    ALBANIAN = "albanian", "Albanian"
    AMHARIC = "amharic", "Amharic"
    ARABIC = "arabic", "Arabic"
    BENGALI = "bengali", "Bengali and Sylheti"
    BSL = "bsl", "British Sign Language"
    CHINESE = "chinese", "Cantonese and Mandarin"
    DARI = "dari", "Dari"
    ENGLISH = "english", "English"
    FRENCH = "french", "French"
    GUJARATI = "gujarati", "Gujarati"
    HINDI = "hindi", "Hindi"
    ITALIAN = "italian", "Italian"
    KURDISH = "kurdish", "Kurdish"
    LITHUANIAN = "lithuanian", "Lithuanian"
    PASHTO = "pashto", "Pashto"
    PERSIAN = "persian", "Persian"
    POLISH = "polish", "Polish"
    PORTUGUESE = "portuguese", "Portuguese"
    PUNJABI = "punjabi", "Punjabi"
    ROMANIAN = "romanian", "Romanian"
    RUSSIAN = "russian", "Russian"
    SOMALI = "somali", "Somali"
    SPANISH = "spanish", "Spanish"
    TAMIL = "tamil", "Tamil"
    TIGRINYA = "tigrinya", "Tigrinya"
    TURKISH = "turkish", "Turkish"
    UKRAINIAN = "ukrainian", "Ukrainian"
    URDU = "urdu", "Urdu"
    VIETNAMESE = "vietnamese", "Vietnamese"
    YORUBA = "yoruba", "Yoruba"


class LinkResult(TextChoices):
    """What came of asking for a website."""

    ANSWERS = "answers", "Answers"
    MOVED = "moved", "Leads to another site"
    BROKEN = "broken", "Does not answer"


class Basis(TextChoices):
    """Why a contact may be kept: UK GDPR, article 6(1)."""

    PUBLIC_TASK = "public_task", "Public task"
    CONSENT = "consent", "Consent"
    CONTRACT = "contract", "Contract"


class EventKind(TextChoices):
    """What an event is. Training of officers is a session of a programme, and never an event."""

    STALL = "stall", "Public stall"
    WEBINAR = "webinar", "Webinar"
    BUS = "bus", "Engagement Bus"
    PRESENTATION = "presentation", "Presentation"
    MEETING = "meeting", "Community meeting"
    SCHOOL = "school", "School visit"
    TRAINING = "training", "Training for the public or partners"


class EventStatus(TextChoices):
    """Only an event that is done counts."""

    PLANNED = "planned", "Planned"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"


class ReachMethod(TextChoices):
    """How attendances were counted."""

    CLICKER = "clicker", "Clicker"
    SIGN_IN = "sign_in", "Sign-in sheet"
    ESTIMATE = "estimate", "Estimate"
    ONLINE = "online", "Online attendees"


class Topic(TextChoices):
    """What an event is about."""

    DOMESTIC_ABUSE = "domestic_abuse", "Domestic abuse"
    CLARES_LAW = "clares_law", "Clare's Law"
    REPORTING = "reporting", "Reporting and under-reporting"
    SAFETY = "safety", "General safety advice"
    STALKING = "stalking", "Stalking"
    STALKERWARE = "stalkerware", "Stalkerware and spyware"
    COERCIVE_CONTROL = "coercive_control", "Coercive control"
    VAWG = "vawg", "Violence against women and girls"
    STRANGULATION = "strangulation", "Strangulation"
    HONOUR = "honour", "So-called honour-based abuse and forced marriage"
    HEALTHY_RELATIONSHIPS = "healthy_relationships", "Healthy relationships"
    SUPPORT = "support", "Where to find support"
