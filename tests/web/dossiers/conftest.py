"""A manager in front of the dossiers' rooms."""

from __future__ import annotations

import pytest

from server.people.rights import Role
from tests.web.place import Place, Staff


@pytest.fixture
def chief(place: Place) -> Staff:
    return place.log_in("chief", Role.MANAGER)
