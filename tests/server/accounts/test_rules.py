from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from keiki.server.accounts.rules import EDIT, OWN, VIEW, allows, role_in

ALLOWED = {"owner": {VIEW, EDIT, OWN}, "editor": {VIEW, EDIT}, "viewer": {VIEW}, "outsider": set()}


@pytest.mark.parametrize(("who", "allowed"), ALLOWED.items())
def test_person_may_what_the_role_allows(cast: Any, who: str, allowed: set[str]) -> None:
    user = getattr(cast, who)
    thing = SimpleNamespace(business_id=cast.business.id)
    for asked in (cast.business, cast.business.id, thing):
        assert {each for each in (VIEW, EDIT, OWN) if user.has_perm(each, asked)} == allowed


@pytest.mark.parametrize("role", ["owner", "editor", "viewer"])
def test_role_alone_decides(role: str) -> None:
    assert {each for each in (VIEW, EDIT, OWN) if allows(role, each)} == ALLOWED[role]


def test_nobody_has_a_role(cast: Any) -> None:
    assert role_in(AnonymousUser(), cast.business) is None
    assert not AnonymousUser().has_perm(VIEW, cast.business)


def test_person_without_activity_has_no_rights(cast: Any) -> None:
    cast.owner.is_active = False
    cast.owner.save()
    assert not cast.owner.has_perm(VIEW, cast.business)
