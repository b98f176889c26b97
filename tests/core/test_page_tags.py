"""What pages say of where their reader is."""

import pytest
from django.test import RequestFactory

from core.templatetags.page import within


@pytest.mark.parametrize(
    ("path", "here"),
    [
        ("/log/", True),
        ("/log/rows/1/", True),
        ("/training/", True),
        ("/log/samples/", False),
        ("/log/samples/draw/", False),
        ("/cases/log/", False),
        ("/", False),
    ],
)
def test_a_part_of_the_product_knows_its_pages(rf: RequestFactory, path: str, here: bool) -> None:
    assert within({"request": rf.get(path)}, "/log/", "/training/", "/log/samples/") is here


def test_a_part_without_other_places_knows_its_own(rf: RequestFactory) -> None:
    assert within({"request": rf.get("/cases/1/")}, "/cases/", "", "")
    assert not within({"request": rf.get("/desk/")}, "/cases/", "", "")
