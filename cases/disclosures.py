"""The stages of a Clare's Law application, and which one makes sense next."""

from cases.choices import DisclosureDecision, DisclosureRoute, DisclosureStage

S = DisclosureStage

ENDS = frozenset(
    {
        *(S.DISCLOSED, S.NOT_DISCLOSED, S.NO_INFORMATION),
        *(S.WITHDRAWN, S.NOT_ELIGIBLE, S.REFERRED_ELSEWHERE),
    }
)
"""Stages at which the 28 days stop."""
_ANY_TIME = (S.DECIDED, S.WITHDRAWN, S.NOT_ELIGIBLE, S.REFERRED_ELSEWHERE)
"""Immediate risk is acted on at once, so a decision may come at any stage."""
_NEXT: dict[str, tuple[DisclosureStage, ...]] = {
    S.RECEIVED: (S.INITIAL_CHECKS,),
    S.INITIAL_CHECKS: (S.FACE_TO_FACE, S.RESEARCH),
    S.FACE_TO_FACE: (S.RESEARCH,),
    S.RESEARCH: (S.DECISION_PENDING,),
    S.DECISION_PENDING: (),
}
_AFTER_DECISION: dict[str, tuple[DisclosureStage, ...]] = {
    DisclosureDecision.DISCLOSE: (S.DISCLOSED, S.NOT_DISCLOSED),
    DisclosureDecision.DO_NOT_DISCLOSE: (S.NOT_DISCLOSED,),
    DisclosureDecision.NOTHING_HELD: (S.NO_INFORMATION,),
}


def next_stages(route: str, stage: str, decision: str) -> tuple[DisclosureStage, ...]:
    """The stages that make sense next; none once it has ended.

    Nobody applies under the Right to Know, so there is nobody to meet.
    """
    if stage == S.DECIDED:
        return _AFTER_DECISION.get(decision, ())
    if stage in ENDS:
        return ()
    steps = (*_NEXT[stage], *_ANY_TIME)
    if route == DisclosureRoute.RIGHT_TO_KNOW:
        return tuple(step for step in steps if step != S.FACE_TO_FACE)
    return steps


STEPS: dict[str, str] = {S.DECIDED: "Decided"}
COLOURS: dict[str, str] = {**dict.fromkeys(ENDS, "grey"), S.DECIDED: "orange", S.DISCLOSED: "green"}
"""The colour of a stage's tag; blue while it goes on."""


def step_words(stage: str) -> str:
    """What happened next, for the officer to record."""
    return STEPS.get(stage) or DisclosureStage(stage).label
