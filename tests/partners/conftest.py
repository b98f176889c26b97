"""Who opens the pages of partners, engagement and training."""

import pytest
from django.test import Client

from tests.cases.pages import browser
from tests.conftest import Cast


@pytest.fixture
def officer(cast: Cast) -> Client:
    return browser(cast.officer)


@pytest.fixture
def supervisor(cast: Cast) -> Client:
    return browser(cast.supervisor)
