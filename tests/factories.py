"""Builders of rows for tests: each model has one, and a trait says what it means.

Call `create`: its result is typed, that of calling the class is not.
"""

# mypy: allow-untyped-calls, allow-untyped-decorators

from datetime import UTC, date, datetime, timedelta
from string import ascii_uppercase, digits
from typing import Any

from django.db.models import Model
from django.utils import timezone
from factory.declarations import (
    LazyAttribute,
    LazyFunction,
    SelfAttribute,
    Sequence,
    SubFactory,
    Trait,
)
from factory.django import DjangoModelFactory
from factory.helpers import post_generation

from accounts.models import Import, ImportFile, KeptForm, SavedFilter, StaffBorough, User
from audit.models import ErasedRow, LogRow, Review, Sample, SampledRow, Seal, SealedPart
from campaigns.models import (
    BasicCommandUnit,
    Borough,
    Campaign,
    CampaignBorough,
    CommandMembership,
    Milestone,
    Programme,
    ProgrammeYear,
    Team,
)
from cases.choices import (
    Applicant,
    CautionKind,
    DeviceKind,
    DisclosureDecision,
    DisclosureRoute,
    DisclosureStage,
    EvidenceResult,
    FlagKind,
    Kind,
    MaracReason,
    Offence,
    OrderKind,
    OrderStatus,
    Recipient,
    RiskLevel,
    RiskTool,
)
from cases.models import (
    BreakGlass,
    Case,
    CaseAccess,
    CaseFlag,
    CaseNote,
    DisclosureApplication,
    Draft,
    EvidenceSubmission,
    Exclusion,
    ImportedOutcome,
    Lifting,
    MaracReferral,
    OrderAvailability,
    OrderBreach,
    Outcome,
    OutcomeSupport,
    PossibleDuplicate,
    ProtectiveOrder,
    Reduction,
    ReductionCase,
    ReviewPeriod,
    RiskAssessment,
    SentBack,
    Suspect,
)
from partners.models import (
    CalendarLink,
    ConfirmationLink,
    Contact,
    EngagementEvent,
    EventTeam,
    FollowUp,
    ImportedEvent,
    Participation,
    Partner,
    PartnerBorough,
    TrainingProgramme,
    TrainingSession,
)
from partners.models.link import digest_of
from summaries.models import (
    BoroughReturn,
    ChangedDay,
    DailyTotal,
    MailSent,
    Restatement,
    SummaryRun,
)

NOON = datetime(2021, 11, 25, 12, 0, tzinfo=UTC)
DAY = NOON.date()


class LogRowFactory(DjangoModelFactory[LogRow]):
    class Meta:
        model = LogRow

    action = LogRow.Action.CONSULTATION
    actor = "officer.lambeth"
    role = "officer"
    object_type = "cases.case"
    object_id = Sequence(str)


class SealFactory(DjangoModelFactory[Seal]):
    class Meta:
        model = Seal

    sealed_at = NOON
    digest = "0" * 64


class SealedPartFactory(DjangoModelFactory[SealedPart]):
    class Meta:
        model = SealedPart

    seal = SubFactory(SealFactory)
    table = "audit_logrow"
    last_id = 1
    rows = 1
    columns = LazyFunction(lambda: ["id"])
    digest = "0" * 64
    leaves = bytes(16)
    salts = bytes(16)


class ErasedRowFactory(DjangoModelFactory[ErasedRow]):
    class Meta:
        model = ErasedRow

    table = "audit_logrow"
    row_id = Sequence(int)
    sealed = "0" * 64
    left = "1" * 64
    log_row = SubFactory(LogRowFactory, action=LogRow.Action.ERASURE)


class SampleFactory(DjangoModelFactory[Sample]):
    class Meta:
        model = Sample

    drawn_by = "auditor"
    seed = 1
    last_row = 1
    of_rows = 1
    size = 1
    first_day = DAY
    last_day = DAY


class SampledRowFactory(DjangoModelFactory[SampledRow]):
    class Meta:
        model = SampledRow

    sample = SubFactory(SampleFactory)
    row = SubFactory(LogRowFactory)


class ReviewFactory(DjangoModelFactory[Review]):
    class Meta:
        model = Review

    sampled = SubFactory(SampledRowFactory)
    verdict = Review.Verdict.IN_ORDER
    reviewed_by = "auditor"


class BoroughFactory(DjangoModelFactory[Borough]):
    class Meta:
        model = Borough

    name = Sequence(lambda n: f"Borough {n}")
    slug = Sequence(lambda n: f"borough-{n}")
    ons_code = Sequence(lambda n: f"E09{n:06}")
    population = 250_000
    population_year = 2021
    tile_row = Sequence(lambda n: n // 8)
    tile_col = Sequence(lambda n: n % 8)

    class Params:
        elsewhere = Trait(
            in_london=False,
            ons_code=None,
            population=None,
            population_year=None,
            tile_row=None,
            tile_col=None,
        )


class BasicCommandUnitFactory(DjangoModelFactory[BasicCommandUnit]):
    class Meta:
        model = BasicCommandUnit

    # A digit first, for as many as tests make: the codes that they give themselves are letters.
    code = Sequence(lambda n: f"{n // 36 % 10}{(digits + ascii_uppercase)[n % 36]}")
    name = Sequence(lambda n: f"Command {n}")


class CommandMembershipFactory(DjangoModelFactory[CommandMembership]):
    class Meta:
        model = CommandMembership

    borough = SubFactory(BoroughFactory)
    command = SubFactory(BasicCommandUnitFactory)
    first_day = date(2018, 1, 1)


class TeamFactory(DjangoModelFactory[Team]):
    class Meta:
        model = Team

    name = Sequence(lambda n: f"Team {n}")
    slug = Sequence(lambda n: f"team-{n}")
    kind = Team.Kind.SPECIALIST


class CampaignFactory(DjangoModelFactory[Campaign]):
    class Meta:
        model = Campaign
        skip_postgeneration_save = True

    name = "16 Days of Action"
    slug = Sequence(lambda n: f"campaign-{n}")
    first_day = date(2021, 11, 25)
    last_day = date(2021, 12, 10)
    baseline_none_reason = "Nothing was counted before."

    @post_generation
    def boroughs(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        if extracted:
            self.boroughs.set(extracted)


class CampaignBoroughFactory(DjangoModelFactory[CampaignBorough]):
    class Meta:
        model = CampaignBorough

    campaign = SubFactory(CampaignFactory)
    borough = SubFactory(BoroughFactory)


class ProgrammeFactory(DjangoModelFactory[Programme]):
    class Meta:
        model = Programme

    name = Sequence(lambda n: f"Programme {n}")
    slug = Sequence(lambda n: f"programme-{n}")
    about = Programme.About.EVIDENCE
    first_day = date(2021, 4, 1)
    last_day = date(2024, 3, 31)


class ProgrammeYearFactory(DjangoModelFactory[ProgrammeYear]):
    class Meta:
        model = ProgrammeYear

    programme = SubFactory(ProgrammeFactory)
    year = 2021
    planned_pounds = 4_000_000


class MilestoneFactory(DjangoModelFactory[Milestone]):
    class Meta:
        model = Milestone

    programme = SubFactory(ProgrammeFactory)
    name = Sequence(lambda n: f"Milestone {n}")
    due_day = date(2022, 3, 31)


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = Sequence(lambda n: f"person.{n}")
    name = Sequence(lambda n: f"Person {n}")
    role = User.Role.OFFICER

    @post_generation
    def boroughs(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        if extracted:
            self.boroughs.add(*extracted)


class StaffBoroughFactory(DjangoModelFactory[StaffBorough]):
    class Meta:
        model = StaffBorough

    user = SubFactory(UserFactory)
    borough = SubFactory(BoroughFactory)


class CaseFactory(DjangoModelFactory[Case]):
    class Meta:
        model = Case
        skip_postgeneration_save = True

    reference = Sequence(lambda n: f"{n:07}/21")
    system = "cris"
    borough = SubFactory(BoroughFactory)

    @post_generation
    def somebody_is_on_its_list(self: Any, create: bool, _given: Any, **_: Any) -> None:
        """As the database asks of a restricted case: a supervisor whom no test knows."""
        if self.restricted:
            keeper = UserFactory.create(role=User.Role.SUPERVISOR)
            CaseAccess.objects.create(case_id=self.pk, user=keeper)


class ReviewPeriodFactory(DjangoModelFactory[ReviewPeriod]):
    """The period of a group; the four are there from the start, but after a flush."""

    class Meta:
        model = ReviewPeriod

    group = 2
    years = Sequence(lambda n: 1 + n % 40)

    @classmethod
    def _create(cls, model_class: type[ReviewPeriod], *_: Any, **fields: Any) -> ReviewPeriod:
        made, _new = model_class.objects.update_or_create(
            group=fields.pop("group"), defaults=fields
        )
        return made


class ReductionFactory(DjangoModelFactory[Reduction]):
    class Meta:
        model = Reduction

    proposed_by = SubFactory(UserFactory)

    class Params:
        approved = Trait(
            state=Reduction.State.APPROVED, decided_at=NOON, decided_by=SubFactory(UserFactory)
        )


class ReductionCaseFactory(DjangoModelFactory[ReductionCase]):
    class Meta:
        model = ReductionCase

    reduction = SubFactory(ReductionFactory)
    case = SubFactory(CaseFactory)


class SuspectFactory(DjangoModelFactory[Suspect]):
    class Meta:
        model = Suspect

    case = SubFactory(CaseFactory)
    number = Sequence(lambda n: n % 30_000 + 1)


class CaseAccessFactory(DjangoModelFactory[CaseAccess]):
    class Meta:
        model = CaseAccess

    case = SubFactory(CaseFactory)
    user = SubFactory(UserFactory)


class ExclusionFactory(DjangoModelFactory[Exclusion]):
    class Meta:
        model = Exclusion

    case = SubFactory(CaseFactory)
    user = SubFactory(UserFactory)
    reason = "A relative of the suspect"


class LiftingFactory(DjangoModelFactory[Lifting]):
    class Meta:
        model = Lifting

    case = SubFactory(CaseFactory)
    reason = "It was a mistake"
    asked_by = SubFactory(UserFactory)


class BreakGlassFactory(DjangoModelFactory[BreakGlass]):
    """An hour that ended long ago, not reviewed yet; or one that lasts."""

    class Meta:
        model = BreakGlass

    case = SubFactory(CaseFactory)
    user = SubFactory(UserFactory)
    reason_code = "danger"
    reason = "A threat was made at the station"
    opened_at = NOON
    ends_at = LazyAttribute(lambda opening: opening.opened_at + timedelta(hours=1))

    class Params:
        lasting = Trait(
            opened_at=LazyFunction(lambda: timezone.now() - timedelta(minutes=1)),
        )


class OutcomeFactory(DjangoModelFactory[Outcome]):
    """An arrest unless a trait says otherwise; it counts in its case's borough."""

    class Meta:
        model = Outcome

    kind = Kind.ARREST
    happened_at = NOON
    case = SubFactory(CaseFactory)
    suspect = SubFactory(SuspectFactory, case=SelfAttribute("..case"))
    borough = SelfAttribute("case.borough")
    offence = Offence.ASSAULT_NO_INJURY

    class Params:
        charge = Trait(kind=Kind.CHARGE)
        caution = Trait(kind=Kind.CAUTION, caution_kind=CautionKind.SIMPLE)
        order = Trait(kind=Kind.ORDER, order_kind=OrderKind.DVPO, offence="")
        notice = Trait(kind=Kind.ORDER, order_kind=OrderKind.DVPN, offence="")
        application = Trait(
            kind=Kind.DISCLOSURE_APPLICATION,
            route=DisclosureRoute.RIGHT_TO_ASK,
            offence="",
            suspect=None,
        )


class OutcomeSupportFactory(DjangoModelFactory[OutcomeSupport]):
    class Meta:
        model = OutcomeSupport

    outcome = SubFactory(OutcomeFactory)
    team = SubFactory(TeamFactory)


class PossibleDuplicateFactory(DjangoModelFactory[PossibleDuplicate]):
    class Meta:
        model = PossibleDuplicate

    outcome = SubFactory(OutcomeFactory)
    earlier = SubFactory(OutcomeFactory)


class ProtectiveOrderFactory(DjangoModelFactory[ProtectiveOrder]):
    """An order applied for unless a trait says otherwise."""

    class Meta:
        model = ProtectiveOrder

    case = SubFactory(CaseFactory)
    suspect = SubFactory(SuspectFactory, case=SelfAttribute("..case"))
    kind = OrderKind.DVPO
    status = OrderStatus.APPLIED
    applied_on = DAY
    recorded_by = SubFactory(UserFactory)

    class Params:
        notice = Trait(
            kind=OrderKind.DVPN,
            status=OrderStatus.NOTICE_ISSUED,
            applied_on=None,
            given_at=NOON,
        )
        granted = Trait(status=OrderStatus.GRANTED, granted_on=DAY)
        served = Trait(status=OrderStatus.SERVED, granted_on=DAY, served_at=NOON)


class OrderBreachFactory(DjangoModelFactory[OrderBreach]):
    class Meta:
        model = OrderBreach

    order = SubFactory(ProtectiveOrderFactory, served=True)
    happened_at = NOON + timedelta(days=1)
    recorded_by = SubFactory(UserFactory)


class OrderAvailabilityFactory(DjangoModelFactory[OrderAvailability]):
    class Meta:
        model = OrderAvailability

    kind = OrderKind.DAPO
    borough = SubFactory(BoroughFactory)
    first_day = date(2024, 11, 27)


class DisclosureApplicationFactory(DjangoModelFactory[DisclosureApplication]):
    class Meta:
        model = DisclosureApplication

    case = SubFactory(CaseFactory)
    route = DisclosureRoute.RIGHT_TO_ASK
    applicant = Applicant.PERSON_AT_RISK
    received_on = DAY
    recorded_by = SubFactory(UserFactory)

    class Params:
        decided = Trait(
            stage=DisclosureStage.DECIDED,
            decision=DisclosureDecision.DISCLOSE,
            decided_on=DAY + timedelta(days=7),
        )
        disclosed = Trait(
            stage=DisclosureStage.DISCLOSED,
            decision=DisclosureDecision.DISCLOSE,
            decided_on=DAY + timedelta(days=7),
            disclosed_on=DAY + timedelta(days=9),
            recipient=Recipient.PERSON_AT_RISK,
            closed_on=DAY + timedelta(days=9),
        )


class EvidenceSubmissionFactory(DjangoModelFactory[EvidenceSubmission]):
    class Meta:
        model = EvidenceSubmission

    case = SubFactory(CaseFactory)
    device = DeviceKind.PHONE
    hub = "South hub"
    sent_on = DAY
    recorded_by = SubFactory(UserFactory)

    class Params:
        returned = Trait(returned_on=DAY + timedelta(days=5), result=EvidenceResult.EVIDENCE_FOUND)


class CaseNoteFactory(DjangoModelFactory[CaseNote]):
    class Meta:
        model = CaseNote

    case = SubFactory(CaseFactory)
    text = "Body-worn video asked for."
    recorded_by = SubFactory(UserFactory)


class RiskAssessmentFactory(DjangoModelFactory[RiskAssessment]):
    class Meta:
        model = RiskAssessment

    case = SubFactory(CaseFactory)
    tool = RiskTool.DASH
    level = RiskLevel.HIGH
    assessed_at = NOON
    recorded_by = SubFactory(UserFactory)


class MaracReferralFactory(DjangoModelFactory[MaracReferral]):
    class Meta:
        model = MaracReferral

    case = SubFactory(CaseFactory)
    reason = MaracReason.TICKS
    referred_on = DAY
    recorded_by = SubFactory(UserFactory)


class CaseFlagFactory(DjangoModelFactory[CaseFlag]):
    class Meta:
        model = CaseFlag

    case = SubFactory(CaseFactory)
    kind = FlagKind.INTERPRETER
    source = "custody"
    recorded_by = SubFactory(UserFactory)

    class Params:
        removed = Trait(removed_at=NOON, removed_by=SubFactory(UserFactory))


class SentBackFactory(DjangoModelFactory[SentBack]):
    class Meta:
        model = SentBack

    outcome = SubFactory(OutcomeFactory)
    reason = "Is the borough right?"
    sent_by = SubFactory(UserFactory)

    class Params:
        answered = Trait(answered_at=NOON, answered_by=SubFactory(UserFactory), answer="Put right.")


class DraftFactory(DjangoModelFactory[Draft]):
    class Meta:
        model = Draft

    owner = SubFactory(UserFactory)
    form = "arrest"
    fields = LazyFunction(lambda: {"offence": ["stalking"]})


class KeptFormFactory(DjangoModelFactory[KeptForm]):
    class Meta:
        model = KeptForm

    owner = SubFactory(UserFactory)
    address = "/cases/1/note/"
    page = "/cases/1/note/"
    fields = LazyFunction(lambda: {"text": ["Seen at home."]})


class SavedFilterFactory(DjangoModelFactory[SavedFilter]):
    class Meta:
        model = SavedFilter

    owner = SubFactory(UserFactory)
    page = SavedFilter.Page.OUTCOMES
    name = Sequence(lambda n: f"Filter {n}")
    query = "kind=arrest"


class ImportFactory(DjangoModelFactory[Import]):
    class Meta:
        model = Import

    owner = SubFactory(UserFactory)
    of = Import.Of.OUTCOMES
    name = "november.csv"

    class Params:
        saved = Trait(state=Import.State.SAVED, saved_at=NOON)
        undone = Trait(
            state=Import.State.UNDONE,
            saved_at=NOON,
            undone_at=NOON,
            undone_by=SubFactory(UserFactory),
        )
        refused = Trait(state=Import.State.REFUSED, refusal="The file is empty")


class ImportFileFactory(DjangoModelFactory[ImportFile]):
    class Meta:
        model = ImportFile

    batch = SubFactory(ImportFactory)
    content = b"1,Kind\n"


class ImportedOutcomeFactory(DjangoModelFactory[ImportedOutcome]):
    class Meta:
        model = ImportedOutcome

    batch = SubFactory(ImportFactory, saved=True)
    line = Sequence(lambda n: n + 2)
    outcome = SubFactory(OutcomeFactory)


class PartnerFactory(DjangoModelFactory[Partner]):
    class Meta:
        model = Partner

    name = Sequence(lambda n: f"Partner {n}")
    slug = Sequence(lambda n: f"partner-{n}")
    kind = Partner.Kind.SUPPORT


class PartnerBoroughFactory(DjangoModelFactory[PartnerBorough]):
    class Meta:
        model = PartnerBorough

    partner = SubFactory(PartnerFactory)
    borough = SubFactory(BoroughFactory)


class ContactFactory(DjangoModelFactory[Contact]):
    class Meta:
        model = Contact

    partner = SubFactory(PartnerFactory)
    name = "Robin Field"
    role = "Coordinator"
    email = "robin@partner.example"
    review_on = DAY + timedelta(days=365)


class EngagementEventFactory(DjangoModelFactory[EngagementEvent]):
    class Meta:
        model = EngagementEvent

    title = "Stall at the station"
    kind = EngagementEvent.Kind.STALL
    status = EngagementEvent.Status.DONE
    happened_at = NOON
    borough = SubFactory(BoroughFactory)
    attendances = 40
    reach_method = EngagementEvent.ReachMethod.CLICKER


class ImportedEventFactory(DjangoModelFactory[ImportedEvent]):
    class Meta:
        model = ImportedEvent

    batch = SubFactory(ImportFactory, of=Import.Of.EVENTS, saved=True)
    line = Sequence(lambda n: n + 2)
    event = SubFactory(EngagementEventFactory)


class ParticipationFactory(DjangoModelFactory[Participation]):
    class Meta:
        model = Participation

    event = SubFactory(EngagementEventFactory)
    partner = SubFactory(PartnerFactory)


class EventTeamFactory(DjangoModelFactory[EventTeam]):
    class Meta:
        model = EventTeam

    engagementevent = SubFactory(EngagementEventFactory)
    team = SubFactory(TeamFactory)


class FollowUpFactory(DjangoModelFactory[FollowUp]):
    class Meta:
        model = FollowUp

    event = SubFactory(EngagementEventFactory)
    what = "Send more leaflets to the library"
    owner = SubFactory(UserFactory)
    due_on = DAY + timedelta(days=7)


class ConfirmationLinkFactory(DjangoModelFactory[ConfirmationLink]):
    class Meta:
        model = ConfirmationLink

    participation = SubFactory(ParticipationFactory)
    digest = Sequence(lambda n: digest_of(str(n)))
    made_at = NOON
    made_by = SubFactory(UserFactory)
    expires_at = NOON + timedelta(days=14)

    class Params:
        answered = Trait(
            answered_at=NOON + timedelta(days=1), attended=True, attendances=40, may_be_named=True
        )


class CalendarLinkFactory(DjangoModelFactory[CalendarLink]):
    class Meta:
        model = CalendarLink

    owner = SubFactory(UserFactory)
    borough = SubFactory(BoroughFactory)
    digest = Sequence(lambda n: digest_of(str(n)))
    epoch = SelfAttribute("owner.session_epoch")


class TrainingProgrammeFactory(DjangoModelFactory[TrainingProgramme]):
    class Meta:
        model = TrainingProgramme

    name = Sequence(lambda n: f"Programme {n}")
    slug = Sequence(lambda n: f"programme-{n}")
    partner = SubFactory(PartnerFactory)
    first_day = DAY
    headcount = 30_000
    target = 6_800


class TrainingSessionFactory(DjangoModelFactory[TrainingSession]):
    class Meta:
        model = TrainingSession

    programme = SubFactory(TrainingProgrammeFactory)
    partner = SelfAttribute("programme.partner")
    borough = SubFactory(BoroughFactory)
    happened_at = NOON
    officers_attended = SelfAttribute("officers_trained")
    officers_trained = 50


class DailyTotalFactory(DjangoModelFactory[DailyTotal]):
    class Meta:
        model = DailyTotal

    day = NOON.date()
    borough = SubFactory(BoroughFactory)
    measure = "arrests"
    count = 3


class ChangedDayFactory(DjangoModelFactory[ChangedDay]):
    class Meta:
        model = ChangedDay

    day = NOON.date()
    borough = SubFactory(BoroughFactory)
    cause = ChangedDay.Cause.ENTERED


class SummaryRunFactory(DjangoModelFactory[SummaryRun]):
    class Meta:
        model = SummaryRun

    state = SummaryRun.State.PUBLISHED
    started_at = NOON
    finished_at = NOON + timedelta(minutes=1)
    counted_to = NOON


class RestatementFactory(DjangoModelFactory[Restatement]):
    class Meta:
        model = Restatement

    run = SubFactory(SummaryRunFactory)
    day = NOON.date()
    borough = SubFactory(BoroughFactory)
    measure = "arrests"
    before = 3
    after = 4
    causes = LazyFunction(lambda: [ChangedDay.Cause.ENTERED.value])


class BoroughReturnFactory(DjangoModelFactory[BoroughReturn]):
    """Of the whole campaign; its only figure is the arrests unless it is nil."""

    class Meta:
        model = BoroughReturn

    campaign = SubFactory(CampaignFactory)
    borough = SubFactory(BoroughFactory)
    first_day = SelfAttribute("campaign.first_day")
    last_day = SelfAttribute("campaign.last_day")
    figures = LazyFunction(lambda: [{"measure": "arrests", "unit": "arrest events", "count": 3}])
    nil = False
    counted_at = NOON + timedelta(days=20)
    signed_at = NOON + timedelta(days=20, minutes=1)
    signed_by = SubFactory(UserFactory)


class MailSentFactory(DjangoModelFactory[MailSent]):
    class Meta:
        model = MailSent

    person = SubFactory(UserFactory)
    day = NOON.date()
    about = MailSent.DIGEST
    address = "dana@example.org"


BY_MODEL: dict[type[Model], type[DjangoModelFactory[Any]]] = {
    builder._meta.model: builder for builder in DjangoModelFactory.__subclasses__()
}
"""The factory of each model."""
