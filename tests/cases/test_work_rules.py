"""What the database refuses of the work on a case: orders, disclosures, evidence, notes, risk."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pgtrigger
import pytest
from django.core.exceptions import ValidationError
from django.db.models import F
from factory.django import DjangoModelFactory

from accounts.models import Import
from cases.choices import (
    BailKind,
    CaseStatus,
    DeviceKind,
    DisclosureDecision,
    DisclosureStage,
    EvidenceResult,
    FlagKind,
    Kind,
    MaracReason,
    NoteKind,
    OrderKind,
    OrderStatus,
    Recipient,
    RiskLevel,
    RiskTool,
)
from cases.models import CaseFlag, ImportedOutcome, SentBack
from core.days import start_of
from tests.core.rules import A_MICROSECOND, Change, Rule, judged, new, somebody, trials
from tests.factories import (
    DAY,
    NOON,
    CaseFactory,
    CaseFlagFactory,
    CaseNoteFactory,
    DisclosureApplicationFactory,
    EvidenceSubmissionFactory,
    ImportedOutcomeFactory,
    ImportFactory,
    MaracReferralFactory,
    OrderAvailabilityFactory,
    OrderBreachFactory,
    OutcomeFactory,
    ProtectiveOrderFactory,
    RiskAssessmentFactory,
    SentBackFactory,
    SuspectFactory,
)

pytestmark = pytest.mark.django_db

THE_DAY_BEFORE, THE_DAY_AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)
BLANK = " \t\n"
YEARS_AHEAD = start_of(date(2099, 1, 1))


def known(
    name: str,
    builder: type[DjangoModelFactory[Any]],
    field: str,
    codes: list[str],
    **needs: Any,
) -> Rule:
    """A code is one of a list, and never empty."""
    return Rule(
        name,
        builder.create,
        refused=[{field: "??"}, {field: ""}],
        accepted=[needs | {field: code} for code in codes],
    )


def sent_back_again() -> SentBack:
    first = SentBackFactory.create(answered=True)
    return SentBackFactory.create(outcome=first.outcome)


def second_row() -> ImportedOutcome:
    first = ImportedOutcomeFactory.create(line=2)
    return ImportedOutcomeFactory.create(batch=first.batch, line=3)


def second_flag() -> CaseFlag:
    first = CaseFlagFactory.create(kind=FlagKind.WEAPONS)
    return CaseFlagFactory.create(case=first.case)


ANSWER: Change = {"answered_at": NOON, "answered_by": somebody, "answer": "Put right."}
DECISION: Change = {"decision": DisclosureDecision.DISCLOSE, "decided_on": DAY}
DISCLOSURE: Change = {"disclosed_on": DAY, "recipient": Recipient.PROTECTOR}
RETURN: Change = {"returned_on": DAY, "result": EvidenceResult.NOTHING_FOUND}
REMOVAL: Change = {"removed_at": NOON, "removed_by": somebody}

OF_ORDERS = [
    known(
        "cases_protectiveorder_kind_is_known",
        ProtectiveOrderFactory,
        "kind",
        OrderKind.values,
        other_kind="Forced marriage protection order",
    ),
    known(
        "cases_protectiveorder_status_is_known",
        ProtectiveOrderFactory,
        "status",
        OrderStatus.values,
        given_at=NOON,
        served_at=NOON,
    ),
    Rule(
        "cases_protectiveorder_other_is_named",
        ProtectiveOrderFactory.create,
        refused=[{"kind": "other_order"}, {"kind": "other_order", "other_kind": BLANK}],
        accepted=[{"kind": "other_order", "other_kind": "Injunction"}],
    ),
    Rule(
        "cases_protectiveorder_notice_is_given",
        partial(ProtectiveOrderFactory.create, notice=True),
        refused=[{"given_at": None}],
        accepted=[{"status": "applied", "given_at": None}],
    ),
    Rule(
        "cases_protectiveorder_served_has_its_time",
        partial(ProtectiveOrderFactory.create, served=True),
        refused=[{"served_at": None}],
        accepted=[{"status": "granted", "served_at": None}],
    ),
    Rule(
        "cases_protectiveorder_ends_after_it_starts",
        partial(ProtectiveOrderFactory.create, granted=True),
        refused=[{"expires_on": THE_DAY_BEFORE}, {"expires_on": DAY}],
        accepted=[{"expires_on": THE_DAY_AFTER}, {"expires_on": DAY, "granted_on": None}],
    ),
    Rule(
        "cases_protectiveorder_suspect_of_same_case",
        ProtectiveOrderFactory.create,
        refused=[{"suspect": new(SuspectFactory)}, {"case": new(CaseFactory)}],
        accepted=[
            {"suspect": lambda row: SuspectFactory.create(case=row.case)},
            {"suspect": None, "case": new(CaseFactory)},
        ],
    ),
    Rule(
        "cases_orderbreach_happened_before_recorded",
        OrderBreachFactory.create,
        refused=[{"happened_at": F("recorded_at") + A_MICROSECOND}],
        accepted=[{"happened_at": F("recorded_at")}],
    ),
    Rule(
        "cases_orderavailability_ends_after_start",
        OrderAvailabilityFactory.create,
        refused=[{"end_day": F("first_day")}],
        accepted=[{"end_day": F("first_day") + timedelta(days=1)}],
    ),
]
OF_DISCLOSURES = [
    known(
        "cases_disclosureapplication_stage_is_known",
        DisclosureApplicationFactory,
        "stage",
        DisclosureStage.values,
    ),
    Rule(
        "cases_disclosureapplication_decision_has_its_day",
        DisclosureApplicationFactory.create,
        refused=[{"decision": "disclose"}, {"decided_on": DAY}],
        accepted=[DECISION],
    ),
    Rule(
        "cases_disclosureapplication_disclosure_has_its_facts",
        DisclosureApplicationFactory.create,
        refused=[
            DISCLOSURE,
            *(DECISION | {name: value} for name, value in DISCLOSURE.items()),
            DECISION | DISCLOSURE | {"disclosed_on": THE_DAY_BEFORE},
            *(
                DECISION | DISCLOSURE | {"decision": other}
                for other in DisclosureDecision.values
                if other != "disclose"
            ),
        ],
        accepted=[DECISION | DISCLOSURE],
    ),
    Rule(
        "cases_disclosureapplication_days_in_order",
        DisclosureApplicationFactory.create,
        refused=[{"closed_on": THE_DAY_BEFORE}, DECISION | {"decided_on": THE_DAY_BEFORE}],
        accepted=[{"closed_on": DAY}, DECISION],
    ),
]
OF_EVIDENCE = [
    known(
        "cases_evidencesubmission_device_is_known",
        EvidenceSubmissionFactory,
        "device",
        DeviceKind.values,
    ),
    Rule(
        "cases_evidencesubmission_returned_after_sent",
        EvidenceSubmissionFactory.create,
        refused=[RETURN | {"returned_on": THE_DAY_BEFORE}],
        accepted=[RETURN],
    ),
    Rule(
        "cases_evidencesubmission_result_when_returned",
        EvidenceSubmissionFactory.create,
        refused=[{name: value} for name, value in RETURN.items()],
        accepted=[RETURN],
    ),
]
OF_SAFEGUARDING = [
    Rule(
        "cases_casenote_says_something",
        CaseNoteFactory.create,
        refused=[{"text": ""}, {"text": BLANK}],
        accepted=[{"text": "x"}],
    ),
    known("cases_casenote_kind_is_known", CaseNoteFactory, "kind", NoteKind.values),
    known("cases_riskassessment_level_is_known", RiskAssessmentFactory, "level", RiskLevel.values),
    known("cases_riskassessment_level_is_known", RiskAssessmentFactory, "tool", RiskTool.values),
    Rule(
        "cases_riskassessment_assessed_before_recorded",
        RiskAssessmentFactory.create,
        refused=[{"assessed_at": F("recorded_at") + A_MICROSECOND}],
        accepted=[{"assessed_at": F("recorded_at")}],
    ),
    known(
        "cases_maracreferral_reason_is_known", MaracReferralFactory, "reason", MaracReason.values
    ),
    Rule(
        "cases_maracreferral_heard_after_referred",
        MaracReferralFactory.create,
        refused=[{"heard_on": THE_DAY_BEFORE}],
        accepted=[{"heard_on": DAY}],
    ),
    known("cases_caseflag_kind_is_known", CaseFlagFactory, "kind", FlagKind.values),
    Rule(
        "cases_caseflag_removal_says_who_and_when",
        CaseFlagFactory.create,
        refused=[{name: value} for name, value in REMOVAL.items()],
        accepted=[REMOVAL],
    ),
    Rule(
        "cases_caseflag_once_a_case",
        second_flag,
        refused=[{"kind": FlagKind.WEAPONS}],
        accepted=[
            {"kind": FlagKind.WEAPONS, "case": new(CaseFactory)},
            {"kind": FlagKind.WEAPONS, **REMOVAL},
        ],
    ),
]
OF_THE_DESK = [
    known("accounts_import_of_is_known", ImportFactory, "of", Import.Of.values),
    Rule(
        "accounts_import_state_is_known",
        ImportFactory.create,
        refused=[{"state": "??"}, {"state": ""}],
        accepted=[
            {"state": state} for state in ("to_match", "checking", "to_mend", "ready", "saving")
        ],
    ),
    Rule(
        "accounts_import_refusal_says_why",
        partial(ImportFactory.create, refused=True),
        refused=[{"refusal": ""}, {"refusal": BLANK}],
        accepted=[{"refusal": "x"}, {"refusal": "", "state": "to_match"}],
    ),
    Rule(
        "accounts_import_saved_says_when",
        ImportFactory.create,
        refused=[{"state": "saved"}, {"saved_at": NOON}],
        accepted=[{"state": "saved", "saved_at": NOON}],
    ),
    Rule(
        "accounts_import_undone_says_who_and_when",
        partial(ImportFactory.create, saved=True),
        refused=[
            {"state": "undone"},
            {"undone_at": NOON},
            {"undone_by": somebody},
            {"state": "undone", "undone_at": NOON},
            {"state": "undone", "undone_by": somebody},
            {"undone_at": NOON, "undone_by": somebody},
        ],
        accepted=[{"state": "undone", "undone_at": NOON, "undone_by": somebody}],
    ),
    Rule(
        "cases_importedoutcome_line_once",
        second_row,
        refused=[{"line": 2}],
        accepted=[{"line": 2, "batch": new(ImportFactory, saved=True)}],
    ),
    Rule(
        "cases_sentback_says_why",
        SentBackFactory.create,
        refused=[{"reason": ""}, {"reason": BLANK}],
        accepted=[{"reason": "x"}],
    ),
    Rule(
        "cases_sentback_answer_says_who_and_when",
        SentBackFactory.create,
        refused=[
            *({name: value} for name, value in ANSWER.items()),
            *(
                {n: v for n, v in ANSWER.items() if n != left}
                for left in ANSWER
                if left != "answer"
            ),
        ],
        accepted=[ANSWER, ANSWER | {"answer": ""}],
    ),
    Rule(
        "cases_sentback_once_at_a_time",
        sent_back_again,
        refused=[{"outcome": lambda _row: SentBackFactory.create().outcome}],
        accepted=[ANSWER, {"outcome": new(OutcomeFactory)}],
    ),
    known("cases_case_status_is_known", CaseFactory, "status", CaseStatus.values),
    Rule(
        "cases_outcome_bail_until_goes_with_kind",
        OutcomeFactory.create,
        refused=[{"bail_until": DAY}],
        accepted=[{"kind": Kind.BAIL, "bail_kind": BailKind.CONDITIONAL, "bail_until": DAY}],
    ),
]
RULES = [*OF_ORDERS, *OF_DISCLOSURES, *OF_EVIDENCE, *OF_SAFEGUARDING, *OF_THE_DESK]


@trials(RULES)
def test_the_database_keeps_its_rule(row: Any, change: Change, verdict: str) -> None:
    """Also of rows that are never changed: what an INSERT is refused shows in an UPDATE let by."""
    with pgtrigger.ignore("cases.CaseNote:never_changed", "cases.RiskAssessment:never_changed"):
        assert judged(row(), change) == verdict


WRONG: list[tuple[type[DjangoModelFactory[Any]], Change, dict[str, list[str]]]] = [
    (
        ProtectiveOrderFactory,
        {"kind": "other_order"},
        {"__all__": ["Say which other order it is."]},
    ),
    (
        ProtectiveOrderFactory,
        {"status": "notice_issued"},
        {"__all__": ["Say when the notice was given: its clock starts then."]},
    ),
    (
        ProtectiveOrderFactory,
        {"status": "served"},
        {"__all__": ["Say when it was served: its duties start then."]},
    ),
    (
        ProtectiveOrderFactory,
        {"granted_on": DAY, "expires_on": DAY},
        {"__all__": ["It must end after it was granted."]},
    ),
    (
        DisclosureApplicationFactory,
        {"decision": "disclose"},
        {"__all__": ["Say what was decided and on which day: both, or neither."]},
    ),
    (
        DisclosureApplicationFactory,
        DISCLOSURE,
        {
            "__all__": [
                "A disclosure follows a decision to disclose, and says who was told and when."
            ]
        },
    ),
    (
        DisclosureApplicationFactory,
        {"closed_on": THE_DAY_BEFORE},
        {"__all__": ["It cannot be decided or end before it was received."]},
    ),
    (
        EvidenceSubmissionFactory,
        RETURN | {"returned_on": THE_DAY_BEFORE},
        {"__all__": ["It cannot come back before it was sent."]},
    ),
    (
        EvidenceSubmissionFactory,
        {"returned_on": DAY},
        {"__all__": ["Say when it came back and with what result."]},
    ),
    (
        OrderBreachFactory,
        {"happened_at": YEARS_AHEAD},
        {"__all__": ["When it was breached must be today or in the past."]},
    ),
    (
        RiskAssessmentFactory,
        {"assessed_at": YEARS_AHEAD},
        {"__all__": ["When it was assessed must be today or in the past."]},
    ),
    (CaseNoteFactory, {"text": BLANK}, {"__all__": ["Write the note."]}),
    (
        MaracReferralFactory,
        {"heard_on": THE_DAY_BEFORE},
        {"__all__": ["It cannot be heard before it was referred."]},
    ),
    (SentBackFactory, {"reason": BLANK}, {"__all__": ["Say what to look at."]}),
]


@pytest.mark.parametrize(("builder", "wrong", "told"), WRONG)
def test_a_wrong_row_is_refused_in_plain_words(
    builder: type[DjangoModelFactory[Any]], wrong: Change, told: dict[str, list[str]]
) -> None:
    row = builder.create()
    for name, value in wrong.items():
        setattr(row, name, value)
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert refused.value.message_dict == told


def test_an_order_against_a_suspect_of_another_case_is_refused_in_plain_words() -> None:
    order = ProtectiveOrderFactory.create()
    order.suspect = SuspectFactory.create()
    with pytest.raises(ValidationError) as refused:
        order.full_clean()
    assert refused.value.message_dict == {"suspect": ["Choose a suspect of this case."]}
