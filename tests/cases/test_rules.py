"""What the database refuses of cases and outcomes, and the words in which a person hears it."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db.models import F, Model
from django.utils import timezone

from cases.choices import (
    BailKind,
    CautionKind,
    ChargingAuthority,
    DisclosureRoute,
    Kind,
    NoFurtherActionType,
    Offence,
    OrderKind,
    ReferenceSystem,
    Strand,
)
from cases.models import Case, Outcome, PossibleDuplicate, Suspect
from core.days import DatabaseNow
from tests.core.rules import (
    A_MICROSECOND,
    Change,
    Rule,
    execute,
    fact_rules,
    judged,
    new,
    refused_by,
    somebody,
    trials,
)
from tests.factories import (
    NOON,
    CaseAccessFactory,
    CaseFactory,
    OutcomeFactory,
    OutcomeSupportFactory,
    PossibleDuplicateFactory,
    SuspectFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

CODES: dict[str, tuple[Kind, list[str]]] = {
    "order_kind": (Kind.ORDER, OrderKind.values),
    "caution_kind": (Kind.CAUTION, CautionKind.values),
    "route": (Kind.DISCLOSURE_APPLICATION, DisclosureRoute.values),
    "bail_kind": (Kind.BAIL, BailKind.values),
    "charging_authority": (Kind.CHARGE, ChargingAuthority.values),
    "no_further_action_type": (Kind.NO_FURTHER_ACTION, NoFurtherActionType.values),
}
NEEDS_CODE = {kind: {field: codes[0]} for field, (kind, codes) in CODES.items()}
EVERY_KIND: dict[Kind, dict[str, Any]] = {
    kind: {"kind": kind, **NEEDS_CODE.get(kind, {})} for kind in Kind
}
NEEDS_SUSPECT = {Kind.ARREST, Kind.CHARGE, Kind.CAUTION}
NEEDS_NO_OFFENCE = {Kind.ORDER, Kind.DISCLOSURE_APPLICATION}


def split(change: Change, refused: set[Kind]) -> dict[str, list[Change]]:
    """A change made to every kind of outcome, where only these kinds are refused it."""
    return {
        "refused": [EVERY_KIND[kind] | change for kind in Kind if kind in refused],
        "accepted": [EVERY_KIND[kind] | change for kind in Kind if kind not in refused],
    }


def code_rules(field: str, kind: Kind, codes: list[str]) -> list[Rule]:
    """A code belongs to one kind, which must have it (a charge may go without), and is listed."""
    row = partial(OutcomeFactory.create, kind=kind, **{field: codes[0]})
    without = {field: ""}
    as_another_kind = {"kind": Kind.VOLUNTARY_ATTENDANCE}
    optional = kind is Kind.CHARGE
    return [
        Rule(
            f"cases_outcome_{field}_goes_with_kind",
            row,
            refused=[as_another_kind, *([] if optional else [without])],
            accepted=[as_another_kind | without, *([without] if optional else [])],
        ),
        Rule(
            f"cases_outcome_{field}_is_known",
            row,
            refused=[{field: "??"}],
            accepted=[{field: code} for code in codes],
        ),
    ]


def merged(into: Callable[[Any], Model]) -> Change:
    return {"merged_into": into, "merged_at": DatabaseNow(), "merged_by": somebody}


def voided_outcome(_row: Model | None = None) -> Outcome:
    return OutcomeFactory.create(
        voided_at=timezone.now() + timedelta(hours=1),
        voided_by=UserFactory.create(),
        void_reason="Entered twice",
    )


def merged_outcome(_row: Model | None = None) -> Outcome:
    return OutcomeFactory.create(
        merged_into=OutcomeFactory.create(), merged_at=NOON, merged_by=UserFactory.create()
    )


def survivor() -> Model:
    """An outcome into which another one is merged."""
    into = merged_outcome().merged_into
    assert into is not None
    return into


def itself(row: Outcome) -> Outcome:
    return row


def second_case(**fields: Any) -> Case:
    CaseFactory.create(reference="AB 12/21", **fields)
    return CaseFactory.create(**fields)


def second_suspect() -> Suspect:
    first = SuspectFactory.create(number=1)
    return SuspectFactory.create(case=first.case, number=2)


def second_of(builder: Any, shared: str) -> Callable[[], Model]:
    """The second of two rows of one thing, each with its own second part."""

    def build() -> Model:
        first = builder.create()
        return builder.create(**{shared: getattr(first, shared)})  # type: ignore[no-any-return]

    return build


def of_the_first(shared: str, own: str) -> Callable[[Any], Any]:
    def find(row: Any) -> Any:
        first = type(row).objects.exclude(pk=row.pk).get(**{shared: getattr(row, shared)})
        return getattr(first, own)

    return find


RULES = [
    *fact_rules("cases_outcome", OutcomeFactory.create),
    *(rule for field, (kind, codes) in CODES.items() for rule in code_rules(field, kind, codes)),
    Rule(
        "cases_outcome_happened_before_recorded",
        OutcomeFactory.create,
        refused=[{"happened_at": F("recorded_at") + A_MICROSECOND}],
        accepted=[{"happened_at": F("recorded_at")}],
    ),
    Rule(
        "cases_outcome_kind_is_known",
        OutcomeFactory.create,
        refused=[{"kind": "murder"}, {"kind": ""}],
        accepted=list(EVERY_KIND.values()),
    ),
    Rule(
        "cases_outcome_strand_is_known",
        OutcomeFactory.create,
        refused=[{"strand": "traffic"}, {"strand": ""}],
        accepted=[{"strand": strand} for strand in Strand.values],
    ),
    Rule(
        "cases_outcome_offence_is_known",
        OutcomeFactory.create,
        refused=[{"offence": "murder"}],
        accepted=[{"offence": code, "offence_note": "Bigamy"} for code in Offence.values],
    ),
    Rule(
        "cases_outcome_suspect_goes_with_kind",
        OutcomeFactory.create,
        **split({"suspect": None}, refused=NEEDS_SUSPECT),
    ),
    Rule(
        "cases_outcome_offence_goes_with_kind",
        OutcomeFactory.create,
        **split({"offence": ""}, refused=set(Kind) - NEEDS_NO_OFFENCE),
    ),
    Rule(
        "cases_outcome_other_offence_is_named",
        OutcomeFactory.create,
        refused=[{"offence": "other"}, {"offence": "other", "offence_note": " \t"}],
        accepted=[{"offence": "other", "offence_note": "Bigamy"}],
    ),
    Rule(
        "cases_outcome_suspect_of_same_case",
        OutcomeFactory.create,
        refused=[{"suspect": new(SuspectFactory)}, {"case": new(CaseFactory)}],
        accepted=[
            {"suspect": lambda row: SuspectFactory.create(case=row.case)},
            EVERY_KIND[Kind.ORDER] | {"suspect": None, "case": new(CaseFactory)},
        ],
    ),
    Rule(
        "cases_outcome_merge_says_who_and_when",
        OutcomeFactory.create,
        refused=[
            *({name: value} for name, value in merged(new(OutcomeFactory)).items()),
            *(
                {name: value for name, value in merged(new(OutcomeFactory)).items() if name != left}
                for left in merged(new(OutcomeFactory))
            ),
        ],
        accepted=[merged(new(OutcomeFactory))],
    ),
    Rule(
        "cases_outcome_not_merged_into_itself",
        OutcomeFactory.create,
        refused=[merged(itself)],
        accepted=[merged(new(OutcomeFactory))],
    ),
    Rule(
        "cases_outcome_merged_into_counted",
        OutcomeFactory.create,
        refused=[merged(voided_outcome), merged(merged_outcome)],
        accepted=[merged(lambda _row: survivor())],
    ),
    Rule(
        "cases_outcome_merged_into_counted",
        survivor,
        refused=[merged(new(OutcomeFactory)), merged(lambda row: row.duplicates.get())],
    ),
    Rule(
        "cases_case_reference_once",
        second_case,
        refused=[{"reference": written} for written in ["AB 12/21", "ab12/21", " A B12/2 1 "]],
        accepted=[
            {"reference": "AB 12/22"},
            {"reference": "AB 12/21", "system": "connect"},
            {"reference": "AB 12/21", "reference_date": NOON.date()},
        ],
    ),
    Rule(
        "cases_case_reference_once",
        partial(second_case, reference_date=NOON.date()),
        refused=[{"reference": "ab 12/21"}],
        accepted=[
            {"reference": "AB 12/21", "reference_date": None},
            {"reference": "AB 12/21", "reference_date": NOON.date() + timedelta(days=1)},
        ],
    ),
    Rule(
        "cases_case_has_reference",
        CaseFactory.create,
        refused=[{"reference": ""}, {"reference": " \t\n"}],
        accepted=[{"reference": "1"}],
    ),
    Rule(
        "cases_case_cad_has_its_date",
        CaseFactory.create,
        refused=[{"system": "cad"}],
        accepted=[
            {"system": "cad", "reference_date": NOON.date()},
            *({"system": system} for system in ReferenceSystem.values if system != "cad"),
        ],
    ),
    Rule(
        "cases_suspect_number_once_a_case",
        second_suspect,
        refused=[{"number": 1}],
        accepted=[{"number": 3}, {"number": 1, "case": new(CaseFactory)}],
    ),
    Rule(
        "cases_caseaccess_once",
        second_of(CaseAccessFactory, "case"),
        refused=[{"user": of_the_first("case", "user")}],
        accepted=[
            {"user": somebody},
            {"user": of_the_first("case", "user"), "case": new(CaseFactory)},
        ],
    ),
    Rule(
        "cases_outcomesupport_once",
        second_of(OutcomeSupportFactory, "outcome"),
        refused=[{"team": of_the_first("outcome", "team")}],
        accepted=[
            {"team": new(TeamFactory)},
            {"team": of_the_first("outcome", "team"), "outcome": new(OutcomeFactory)},
        ],
    ),
    Rule(
        "cases_possibleduplicate_pair_once",
        second_of(PossibleDuplicateFactory, "outcome"),
        refused=[{"earlier": of_the_first("outcome", "earlier")}],
        accepted=[{"earlier": new(OutcomeFactory)}],
    ),
    Rule(
        "cases_possibleduplicate_two_outcomes",
        PossibleDuplicateFactory.create,
        refused=[{"earlier": F("outcome")}],
        accepted=[{"earlier": F("outcome"), "outcome": F("earlier")}],
    ),
    Rule(
        "cases_possibleduplicate_decided_says_who_and_when",
        PossibleDuplicateFactory.create,
        refused=[
            {"state": "merged"},
            {"state": "merged", "decided_at": NOON},
            {"state": "apart", "decided_by": somebody},
            {"decided_at": NOON},
            {"decided_by": somebody},
        ],
        accepted=[
            {"state": state, "decided_at": NOON, "decided_by": somebody}
            for state in PossibleDuplicate.State.values
            if state != "open"
        ],
    ),
]


@trials(RULES)
def test_the_database_keeps_its_rule(row: Any, change: Change, verdict: str) -> None:
    assert judged(row(), change) == verdict


def test_a_suspect_with_its_case_is_the_key_of_the_rule_on_both() -> None:
    """No row can break this one alone, since the id is unique: it holds the other up."""
    assert "cases_outcome_suspect_of_same_case" in refused_by(
        lambda: execute("ALTER TABLE cases_suspect DROP CONSTRAINT cases_suspect_of_its_case")
    )


@pytest.mark.parametrize("into", [voided_outcome, merged_outcome])
def test_a_new_row_is_merged_into_one_that_counts_as_well(into: Callable[[], Outcome]) -> None:
    target = into()
    row = OutcomeFactory.build(
        case=target.case,
        suspect=target.suspect,
        borough=target.borough,
        merged_into=target,
        merged_at=NOON,
        merged_by=UserFactory.create(),
    )
    assert refused_by(lambda: Outcome.objects.bulk_create([row])) == (
        "cases_outcome_merged_into_counted"
    )


def test_a_token_makes_one_row() -> None:
    known = OutcomeFactory.create()
    again = Outcome.objects.get(pk=known.pk)
    assert refused_by(lambda: Outcome.objects.bulk_create([again])) == "cases_outcome_pkey"


def wrong_outcome(**wrong: Any) -> dict[str, list[str]]:
    """What a person is told of an outcome that is wrong in these fields."""
    outcome = OutcomeFactory.create()
    for name, value in wrong.items():
        setattr(outcome, name, value)
    with pytest.raises(ValidationError) as refused:
        outcome.full_clean()
    return refused.value.message_dict


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            {"happened_at": timezone.now() + timedelta(days=9)},
            "When it happened must be today or in the past.",
        ),
        ({"voided_at": NOON}, "To void, say who, when and why: all three, or none."),
        ({"suspect": None}, "Choose the suspect arrested, charged or cautioned."),
        ({"offence": ""}, "Choose the offence."),
        ({"offence": "other"}, "Say which other offence it was."),
        ({"kind": "order"}, "An order or notice needs its kind; nothing else has one."),
        ({"kind": "caution"}, "A caution needs its kind; nothing else has one."),
        (
            {"kind": "disclosure_application"},
            "A Clare's Law application needs its route; nothing else has one.",
        ),
        (
            {"kind": "bail"},
            "Bail is with or without conditions; nothing else has a kind of bail.",
        ),
        ({"charging_authority": "cps"}, "Only a charge has a charging authority."),
        (
            {"kind": "no_further_action"},
            "No further action needs its Home Office type; nothing else has one.",
        ),
    ],
)
def test_a_wrong_outcome_is_refused_in_plain_words(wrong: Change, message: str) -> None:
    told = wrong_outcome(**wrong)
    assert message in told.pop("__all__")
    assert told == {}


def test_a_suspect_of_another_case_is_refused_in_plain_words() -> None:
    assert wrong_outcome(suspect=SuspectFactory.create()) == {
        "suspect": ["Choose a suspect of this case."]
    }


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"reference": " "}, "Enter the reference."),
        ({"system": "cad"}, "A CAD number needs its date."),
        ({"reference": "ab12/21"}, "There is a case with this reference already."),
    ],
)
def test_a_wrong_case_is_refused_in_plain_words(wrong: dict[str, str], message: str) -> None:
    case = second_case()
    for name, value in wrong.items():
        setattr(case, name, value)
    with pytest.raises(ValidationError) as refused:
        case.full_clean()
    assert refused.value.messages == [message]
