"""The registry keeps its own promises."""

from itertools import product

import pytest

from cases.choices import Kind, OrderKind, Strand
from summaries.measures import BY_SLUG, MEASURES, OUTCOMES, Measure, add


def counts(measure: Measure, **codes: str) -> bool:
    return all(codes[column] in values for column, values in measure.where.items())


def test_no_outcome_counts_in_two_stored_measures() -> None:
    stored = [m for m in MEASURES if m.source is OUTCOMES and m.additive]
    orders = ["", *OrderKind.values]
    for kind, strand, order_kind in product(Kind.values, Strand.values, orders):
        codes = {"kind": kind, "strand": strand, "order_kind": order_kind}
        assert len([m.slug for m in stored if counts(m, **codes)]) <= 1, codes


def test_every_domestic_outcome_counts_in_one_stored_measure() -> None:
    stored = [m for m in MEASURES if m.source is OUTCOMES and m.additive]
    for kind in Kind:
        for order_kind in OrderKind.values if kind is Kind.ORDER else [""]:
            codes = {"kind": kind, "strand": "domestic_abuse", "order_kind": order_kind}
            assert len([m for m in stored if counts(m, **codes)]) == 1, codes


def test_slugs_are_unique_and_known() -> None:
    assert len(BY_SLUG) == len(MEASURES)
    assert {
        "arrests",
        "charges",
        "cautions",
        "orders",
        "disclosure_applications",
        "engagement_events",
        "engagement_attendances",
        "officers_trained",
    } <= BY_SLUG.keys()


def test_like_units_add_up() -> None:
    arrests = [m for m in MEASURES if m.unit == "arrest events"]
    assert add(arrests, [1504, 30, 20]) == 1554


@pytest.mark.parametrize("slugs", [("arrests", "charges"), ("orders", "notices")])
def test_unlike_units_are_not_added(slugs: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="unlike units"):
        add([BY_SLUG[slug] for slug in slugs], [1, 1])


def test_distinct_things_are_not_added() -> None:
    with pytest.raises(ValueError, match="whole window"):
        add([BY_SLUG["suspects_arrested"]] * 2, [1, 1])
