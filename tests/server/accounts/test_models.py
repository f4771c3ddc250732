from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from keiki.periods import Calendar
from keiki.server.accounts.models import Business, Membership, User


def test_address_is_kept_in_small_letters_and_once(db: None) -> None:
    user = User.objects.create_user("Hanako@Example.JP", "x", name="Hanako")
    assert user.email == "hanako@example.jp"
    assert User.objects.get_by_natural_key("HANAKO@example.jp") == user
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("hanako@EXAMPLE.jp", "x", name="Other")


def test_calendar_of_a_business(cast: Any) -> None:
    assert cast.business.calendar == Calendar(zone="Asia/Tokyo", fiscal_start=4)


def test_folders_of_businesses_lie_apart_in_the_home(cast: Any, settings: Any) -> None:
    assert cast.business.folder == settings.HOME / "businesses" / "tea-shop"
    assert cast.elsewhere.folder == settings.HOME / "businesses" / "book-shop"


@pytest.mark.parametrize(
    "wrong", [{"week_start": 7}, {"fiscal_start": 0}, {"fiscal_start": 13}, {"closing_day": 28}, {"tax_rate": "1.01"}]
)
def test_database_refuses_an_impossible_calendar(db: None, wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Business.objects.create(id="wrong", name="Wrong", **wrong)


def test_person_belongs_once(cast: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(user=cast.owner, business=cast.business, role="viewer")
