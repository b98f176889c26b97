"""The codes of an enforcement outcome, as the law and the Home Office name them."""

from django.db.models import IntegerChoices, TextChoices


class CaseStatus(TextChoices):
    """Where an investigation stands."""

    OPEN = "open", "Under investigation"
    WITH_CPS = "cps", "With the Crown Prosecution Service"
    AT_COURT = "court", "Charged, at court"
    CLOSED = "closed", "Closed"


class ReviewGroup(IntegerChoices):
    """How long a record is kept, by what it is about (College of Policing, review groups)."""

    PUBLIC_PROTECTION = 1, "1: certain public protection matters"
    SERIOUS = 2, "2: sexual, violent or serious offences"
    OTHER = 3, "3: all other offences"
    UNDETECTED = 4, "4: undetected, or no offence"


class ReferenceSystem(TextChoices):
    """The system that a crime or incident reference comes from."""

    CRIS = "cris", "CRIS"
    CONNECT = "connect", "CONNECT"
    CAD = "cad", "CAD"
    OTHER = "other", "Other"


class Kind(TextChoices):
    """What happened. A voluntary attendance is not an arrest."""

    ARREST = "arrest", "Arrest"
    CHARGE = "charge", "Charge"
    CAUTION = "caution", "Caution (disposal)"
    ORDER = "order", "Order or notice"
    DISCLOSURE_APPLICATION = "disclosure_application", "Clare's Law application"
    VOLUNTARY_ATTENDANCE = "voluntary_attendance", "Voluntary attendance"
    BAIL = "bail", "Pre-charge bail"
    RELEASED = "released_under_investigation", "Released under investigation"
    NO_FURTHER_ACTION = "no_further_action", "No further action"


class Strand(TextChoices):
    """What an outcome was enforced under; domestic abuse is a flag, not an offence."""

    DOMESTIC_ABUSE = "domestic_abuse", "Domestic abuse"
    SEXUAL_OFFENCES = "sexual_offences", "Sexual offences, not domestic"
    CHILD_ABUSE = "child_abuse", "Child abuse, not domestic"


class Offence(TextChoices):
    """The offences that a domestic-abuse flag commonly stands on; slugs are stable."""

    ASSAULT_NO_INJURY = "assault_no_injury", "Common assault or battery"
    ASSAULT_INJURY = "assault_injury", "Actual bodily harm or wounding"
    GBH_INTENT = "gbh_intent", "Grievous bodily harm or wounding with intent"
    STRANGULATION = "nfs", "Non-fatal strangulation or suffocation"
    COERCIVE_CONTROL = "ccb", "Controlling or coercive behaviour"
    HARASSMENT = "harassment", "Harassment or fear of violence"
    STALKING = "stalking", "Stalking"
    MALICIOUS_COMMUNICATIONS = "mal_comms", "Malicious communications"
    THREATS_TO_KILL = "threats_kill", "Threats to kill"
    RAPE = "rape", "Rape or attempted rape"
    SEXUAL_ASSAULT = "sexual_assault", "Sexual assault and other sexual offences"
    INTIMATE_IMAGE = "intimate_image", "Sharing or threatening to share an intimate image"
    CRIMINAL_DAMAGE = "crim_damage", "Criminal damage or arson"
    PUBLIC_ORDER = "public_order", "Public order"
    THEFT_BURGLARY = "theft_burglary", "Theft or burglary"
    FALSE_IMPRISONMENT = "false_imprisonment", "False imprisonment"
    PERVERTING_JUSTICE = "perverting_justice", "Perverting justice or witness intimidation"
    CHILD_ABUSE = "child_abuse", "Child abuse"
    BREACH_NON_MOLESTATION = "breach_nmo", "Breach of a non-molestation order"
    BREACH_RESTRAINING = "breach_ro", "Breach of a restraining order"
    BREACH_STALKING = "breach_spo", "Breach of a stalking protection order"
    BREACH_ABUSE_PROTECTION = "breach_dapo", "Breach of a domestic abuse protection order"
    OTHER = "other", "Other"


class OrderKind(TextChoices):
    """Orders and notices."""

    DVPN = "dvpn", "Domestic Violence Protection Notice"
    DVPO = "dvpo", "Domestic Violence Protection Order"
    DAPN = "dapn", "Domestic Abuse Protection Notice"
    DAPO = "dapo", "Domestic Abuse Protection Order"
    NON_MOLESTATION = "nmo", "Non-molestation order"
    OCCUPATION = "occ", "Occupation order"
    RESTRAINING_CONVICTION = "ro_c", "Restraining order on conviction"
    RESTRAINING_ACQUITTAL = "ro_a", "Restraining order on acquittal"
    STALKING = "spo", "Stalking Protection Order"
    STALKING_INTERIM = "ispo", "Interim Stalking Protection Order"
    SEXUAL_HARM = "shpo", "Sexual Harm Prevention Order"
    SEXUAL_HARM_INTERIM = "ishpo", "Interim Sexual Harm Prevention Order"
    OTHER = "other_order", "Other order"


NOTICES = frozenset({OrderKind.DVPN, OrderKind.DAPN})
"""Given by the police; a notice and the order that follows are two things, counted apart."""


class LedBy(TextChoices):
    """Who sought an order: the police may not claim what a victim or a court did."""

    POLICE = "police", "Police-led"
    VICTIM = "victim", "Victim-led"
    COURT = "court", "Made by a criminal court"
    NOT_STATED = "not_stated", "Not stated"


ORDER_LED_BY: dict[str, LedBy] = {
    OrderKind.DVPN: LedBy.POLICE,
    OrderKind.DVPO: LedBy.POLICE,
    OrderKind.DAPN: LedBy.POLICE,
    OrderKind.DAPO: LedBy.POLICE,
    OrderKind.NON_MOLESTATION: LedBy.VICTIM,
    OrderKind.OCCUPATION: LedBy.VICTIM,
    OrderKind.RESTRAINING_CONVICTION: LedBy.COURT,
    OrderKind.RESTRAINING_ACQUITTAL: LedBy.COURT,
    OrderKind.STALKING: LedBy.POLICE,
    OrderKind.STALKING_INTERIM: LedBy.POLICE,
    OrderKind.SEXUAL_HARM: LedBy.POLICE,
    OrderKind.SEXUAL_HARM_INTERIM: LedBy.POLICE,
    OrderKind.OTHER: LedBy.NOT_STATED,
}


class CautionKind(TextChoices):
    """Cautions as disposals, never the words said at an arrest."""

    YOUTH = "youth", "Youth caution"
    YOUTH_CONDITIONAL = "youth_conditional", "Youth conditional caution"
    SIMPLE = "simple", "Simple caution"
    CONDITIONAL = "conditional", "Conditional caution"


class DisclosureRoute(TextChoices):
    """The route of a Clare's Law application; the two rights are never summed without a label."""

    RIGHT_TO_ASK = "right_to_ask", "Right to Ask"
    RIGHT_TO_KNOW = "right_to_know", "Right to Know"
    NOT_STATED = "route_not_stated", "Route not stated"


class BailKind(TextChoices):
    CONDITIONAL = "conditional_bail", "Bail with conditions"
    UNCONDITIONAL = "unconditional_bail", "Bail without conditions"


class ChargingAuthority(TextChoices):
    """Who decided to charge; in domestic abuse the decision belongs to the CPS."""

    CPS = "cps", "Crown Prosecution Service"
    POLICE = "police", "Police"
    POLICE_EMERGENCY = "police_emergency", "Police, in an emergency"


class NoFurtherActionType(TextChoices):
    """Home Office outcome types that end a case without charge or caution.

    Type 0 ("not yet assigned") is no outcome, and 1 to 3 are charges and cautions.
    """

    TAKEN_INTO_CONSIDERATION = "ho04", "4: taken into consideration"
    OFFENDER_DIED = "ho05", "5: offender died"
    PENALTY_NOTICE = "ho06", "6: penalty notice for disorder"
    DRUGS_WARNING = "ho07", "7: cannabis or khat warning"
    COMMUNITY_RESOLUTION = "ho08", "8: community resolution"
    NOT_IN_INTEREST_CPS = "ho09", "9: not in the public interest (CPS)"
    NOT_IN_INTEREST_POLICE = "ho10", "10: not in the public interest (police)"
    UNDER_AGE = "ho11", "11: suspect under age"
    SUSPECT_TOO_ILL = "ho12", "12: suspect too ill"
    WITNESS_DEAD_OR_ILL = "ho13", "13: victim or key witness dead or too ill"
    NOT_IDENTIFIED_NO_SUPPORT = "ho14", "14: suspect not identified, victim does not support"
    EVIDENTIAL_SUPPORTS = "ho15", "15: evidential difficulty, victim supports"
    EVIDENTIAL_NO_SUPPORT = "ho16", "16: evidential difficulty, victim does not support"
    TIME_LIMIT = "ho17", "17: prosecution time limit expired"
    NO_SUSPECT = "ho18", "18: investigation complete, no suspect identified"
    FRAUD_BUREAU = "ho19", "19: National Fraud Intelligence Bureau"
    OTHER_BODY = "ho20", "20: transferred to another body"
    FURTHER_NOT_IN_INTEREST = "ho21", "21: further investigation not in the public interest"
    DIVERSIONARY = "ho22", "22: diversionary or educational activity"


DETAILS: dict[str, str] = {
    str(code): str(label)
    for kinds in (
        OrderKind,
        CautionKind,
        DisclosureRoute,
        BailKind,
        ChargingAuthority,
        NoFurtherActionType,
    )
    for code, label in kinds.choices
}
"""Every finer code that a kind of outcome has, in words; no two kinds share one."""


class OrderStatus(TextChoices):
    """How far an order or notice has come. Granted is not served: duties start at service."""

    NOTICE_ISSUED = "notice_issued", "Notice given"
    APPLIED = "applied", "Applied for"
    ADJOURNED = "adjourned", "Adjourned"
    INTERIM_GRANTED = "interim_granted", "Interim order granted"
    GRANTED = "granted", "Granted, not served"
    SERVED = "served", "Served"
    VARIED = "varied", "Varied"
    RENEWED = "renewed", "Renewed"
    BREACHED = "breached", "Breached"
    REFUSED = "refused", "Refused"
    WITHDRAWN = "withdrawn", "Withdrawn"
    DISCHARGED = "discharged", "Discharged"
    EXPIRED = "expired", "Expired"


class Applicant(TextChoices):
    """Who asked for a disclosure. The applicant and the person at risk may be two people."""

    PERSON_AT_RISK = "person_at_risk", "The person at risk"
    THIRD_PARTY = "third_party", "Someone else, for the person at risk"
    POLICE = "police", "Police"
    AGENCY = "agency", "Another agency"


class DisclosureStage(TextChoices):
    """The stages of a Clare's Law application."""

    RECEIVED = "received", "Received"
    INITIAL_CHECKS = "initial_checks", "Initial checks"
    FACE_TO_FACE = "face_to_face", "Face-to-face meeting"
    RESEARCH = "research", "Full checks"
    DECISION_PENDING = "decision_pending", "Waits for a decision"
    DECIDED = "decided", "Decided, not yet told"
    DISCLOSED = "disclosed", "Disclosed"
    NOT_DISCLOSED = "not_disclosed", "Not disclosed"
    NO_INFORMATION = "no_information", "No information to disclose"
    WITHDRAWN = "withdrawn", "Withdrawn"
    NOT_ELIGIBLE = "not_eligible", "Not eligible"
    REFERRED_ELSEWHERE = "referred_elsewhere", "Referred elsewhere"


class DisclosureDecision(TextChoices):
    """What was decided; telling someone is another fact, on a day of its own."""

    DISCLOSE = "disclose", "Disclose"
    DO_NOT_DISCLOSE = "do_not_disclose", "Do not disclose"
    NOTHING_HELD = "nothing_held", "Nothing to disclose"


class Recipient(TextChoices):
    """Who was told; not always who asked."""

    PERSON_AT_RISK = "person_at_risk", "The person at risk"
    PARENT_OR_GUARDIAN = "parent_or_guardian", "Parent or guardian"
    PROTECTOR = "protector", "Someone well placed to protect them"


class DeviceKind(TextChoices):
    PHONE = "phone", "Mobile phone"
    TABLET = "tablet", "Tablet"
    COMPUTER = "computer", "Computer"
    STORAGE = "storage", "Storage"
    TRACKER = "tracker", "Tracker"
    CAMERA = "camera", "Camera or doorbell"
    CLOUD = "cloud", "Online account"
    OTHER = "other_device", "Other device"


class EvidenceResult(TextChoices):
    HELPED_CHARGE = "helped_charge", "Helped a charge"
    EVIDENCE_FOUND = "evidence_found", "Evidence found, no charge yet"
    NOTHING_FOUND = "nothing_found", "Nothing relevant found"
    NOT_READABLE = "not_readable", "Could not be read"


class RiskTool(TextChoices):
    DASH = "dash", "DASH"
    DARA = "dara", "DARA"
    OTHER = "other_tool", "Other"


class RiskLevel(TextChoices):
    STANDARD = "standard", "Standard"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"
    NOT_ASSESSED = "not_assessed", "Not assessed"
    REFUSED = "refused", "Refused"


class MaracReason(TextChoices):
    """Why a case goes to the multi-agency conference for high risk."""

    JUDGEMENT = "judgement", "Professional judgement"
    TICKS = "ticks", "14 or more ticks on the DASH"
    ESCALATION = "escalation", "Escalation"
    REPEAT = "repeat", "Repeat within 12 months"


class FlagKind(TextChoices):
    """What whoever deals with a case must know; structured, so that no name stands in it."""

    WEAPONS = "weapons", "Weapons"
    VIOLENCE = "violence", "Violence towards police"
    MENTAL_HEALTH = "mental_health", "Mental health"
    INTERPRETER = "interpreter", "Interpreter needed"
    DO_NOT_CONTACT = "do_not_contact", "Do not contact the victim"
    SAFE_TIMES = "safe_times", "Contact at agreed times only"
    CHILD = "child", "Child in the household"
    FORCED_MARRIAGE = "forced_marriage", "Forced marriage"
    FEMALE_GENITAL_MUTILATION = "fgm", "Female genital mutilation"
    HONOUR_BASED = "honour_based", "So-called honour-based abuse"
    EVIDENCE_LED = "evidence_led", "Evidence-led prosecution"


class NoteKind(TextChoices):
    """A fact is not an opinion, and the law wants them told apart."""

    FACT = "fact", "Fact"
    ASSESSMENT = "assessment", "Assessment"


class ReadReason(TextChoices):
    """Why somebody reads a restricted record."""

    MY_CASE = "my_case", "I work on this case"
    SUPERVISION = "supervision", "I supervise the work on it"
    SAFETY = "safety", "Somebody's safety depends on it now"
    COURT = "court", "The court or the Crown Prosecution Service asks"
    OTHER = "other", "Another reason"


class BreakGlassReason(TextChoices):
    """Why somebody opens a case that is not theirs."""

    DANGER = "danger", "Somebody is in danger now"
    ARREST = "arrest", "An arrest or a custody decision cannot wait"
    COVER = "cover", "I stand in for the officer or the borough"
    OTHER = "other", "Another reason that cannot wait"


class Verdict(TextChoices):
    """What a reviewer says of a case opened by break-glass."""

    JUSTIFIED = "justified", "Justified"
    NOT_JUSTIFIED = "not_justified", "Not justified"
    REFERRED = "referred", "Referred to professional standards"
