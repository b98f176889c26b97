"""Orders and notices on a case: added, moved on, corrected, breached."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.permissions import Permission, SignedInRequest
from cases.actions import orders as actions
from cases.choices import NOTICES, OrderKind, OrderStatus
from cases.clocks import hearing_clock
from cases.forms.orders import AddOrderForm, BreachForm, CorrectForm, StepForm
from cases.models import Case, OrderAvailability, ProtectiveOrder, Suspect
from cases.orders import breach_words, next_statuses, step_words, unavailable
from cases.presenters.clocks import kinds_to_add
from cases.reading import looked
from cases.views.work import back_to, case_of, done, form_page
from core.access import requires
from core.days import london_day
from core.sent import posted
from core.spoken import lowered

PART = "orders"
OF_A_NOTICE: dict[str, str] = {
    OrderStatus.ADJOURNED: "The notice stays in force until the court decides.",
    OrderStatus.APPLIED: "The notice stays in force. Add the order applied for as well.",
    OrderStatus.EXPIRED: "If the court made an order, add it as well: it counts on its own.",
}
OF_AN_ORDER: dict[str, str] = {
    OrderStatus.GRANTED: "It counts from here. Granted is not served: duties start at service.",
    OrderStatus.INTERIM_GRANTED: "It does not count until it is granted in full.",
    OrderStatus.SERVED: "The respondent's duties start at service.",
    OrderStatus.RENEWED: "A renewal is not a new order, and is not counted again.",
}
"""What a step means, where an officer could mistake it."""


def _order(request: SignedInRequest, pk: int, order_pk: int) -> ProtectiveOrder:
    case = case_of(request, pk)
    orders = ProtectiveOrder.objects.visible_to(request.user).select_related("case", "suspect")
    return get_object_or_404(orders, pk=order_pk, case=case)


def _suspects(request: SignedInRequest, case: Case) -> QuerySet[Suspect]:
    return Suspect.objects.visible_to(request.user).filter(case=case)


def _warning(case: Case, kind: str) -> str:
    today, known = london_day(timezone.now()), OrderAvailability.objects.filter(kind=kind)
    return unavailable(kind, case.borough, today, known)


@requires(Permission.WRITE_RECORDS)
def add_order(request: SignedInRequest, pk: int) -> HttpResponse:
    """The kinds, by who seeks them."""
    case = case_of(request, pk)
    looked(request, case)
    return render(request, "cases/order_kinds.html", {"case": case, "groups": kinds_to_add(case)})


@requires(Permission.WRITE_RECORDS)
def add_order_kind(request: SignedInRequest, pk: int, kind: str) -> HttpResponse:
    case = case_of(request, pk)
    if kind not in OrderKind.values:
        raise Http404
    form = AddOrderForm(posted(request), kind=kind, suspects=_suspects(request, case))
    if form.taken(
        lambda: actions.add_order(
            by=request.user, case=case, token=form.sent, kind=kind, **form.facts()
        )
    ):
        return done(request, case, PART, _added(form.made))
    return form_page(
        request,
        case,
        form,
        heading=f"Add: {OrderKind(kind).label}",
        button="Add the notice" if kind in NOTICES else "Add the order",
        words=[] if kind == OrderKind.OCCUPATION else [breach_words(kind)],
        warning=_warning(case, kind),
        part=PART,
    )


def _added(order: ProtectiveOrder) -> str:
    clock = hearing_clock(order, timezone.now())
    return f"{order} added. {clock.words}" if clock else f"{order} added"


@requires(Permission.WRITE_RECORDS)
def change_order(request: SignedInRequest, pk: int, order_pk: int, to: str) -> HttpResponse:
    """The next step; one that makes no sense any more leads back to the case."""
    order = _order(request, pk, order_pk)
    if to not in OrderStatus.values:
        raise Http404
    if to not in next_statuses(order.kind, order.status):
        messages.warning(request, "That step is recorded already, or no longer fits")
        return back_to(order.case, PART)
    form = StepForm(posted(request), order=order, to=to)
    title = f"{order}: {lowered(step_words(order.kind, to))}"
    if form.taken(
        lambda: actions.change_order(
            by=request.user, order=order, to=to, token=form.sent, **form.facts()
        )
    ):
        return done(request, order.case, PART, title)
    return form_page(
        request,
        order.case,
        form,
        heading=title,
        button="Save",
        words=[(OF_A_NOTICE if order.is_notice else OF_AN_ORDER).get(to, "")],
        part=PART,
    )


@requires(Permission.WRITE_RECORDS)
def correct_order(request: SignedInRequest, pk: int, order_pk: int) -> HttpResponse:
    order = _order(request, pk, order_pk)
    form = CorrectForm(posted(request), order=order, suspects=_suspects(request, order.case))
    if form.taken(
        lambda: actions.correct_order(by=request.user, order=order, token=form.sent, **form.facts())
    ):
        return done(request, order.case, PART, f"{order} corrected")
    return form_page(
        request,
        order.case,
        form,
        heading=f"Correct: {order}",
        button="Save",
        words=["What it said before is kept."],
        part=PART,
    )


@requires(Permission.WRITE_RECORDS)
def record_breach(request: SignedInRequest, pk: int, order_pk: int) -> HttpResponse:
    """A breach of what is in force; granted and not served, there is nothing to breach yet."""
    order = _order(request, pk, order_pk)
    if not actions.may_be_breached(order):
        messages.warning(request, "Only what is in force can be breached: check that it was served")
        return back_to(order.case, PART)
    form = BreachForm(posted(request))
    if form.taken(lambda: actions.record_breach(by=request.user, order=order, **form.facts())):
        return done(request, order.case, PART, f"Breach recorded: {order}")
    return form_page(
        request,
        order.case,
        form,
        heading=f"Record a breach: {order}",
        button="Record the breach",
        words=[
            breach_words(order.kind, power_of_arrest=order.power_of_arrest),
            "An arrest for it is logged as an outcome of its own.",
        ],
        part=PART,
    )
