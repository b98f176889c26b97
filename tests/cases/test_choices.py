"""Who sought an order: the police may not claim what a victim or a court did."""

import pytest

from cases.choices import NOTICES, ORDER_LED_BY, LedBy, OrderKind
from cases.models import Outcome


def test_every_kind_of_order_says_who_sought_it() -> None:
    assert set(ORDER_LED_BY) == set(OrderKind)
    assert {ORDER_LED_BY[notice] for notice in NOTICES} == {LedBy.POLICE}


@pytest.mark.parametrize(
    ("order_kind", "led_by"),
    [("dvpo", LedBy.POLICE), ("nmo", LedBy.VICTIM), ("ro_c", LedBy.COURT), ("", None)],
)
def test_an_outcome_tells_police_led_from_the_rest(order_kind: str, led_by: LedBy | None) -> None:
    assert Outcome(order_kind=order_kind).led_by == led_by
