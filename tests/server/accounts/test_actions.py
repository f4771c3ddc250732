from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from keiki.errors import AlreadyMember, EditConflict, LastOwner, UnknownJob
from keiki.server.accounts import actions, queries
from keiki.server.accounts.models import Business, Invitation, Membership, User
from keiki.server.audit.models import Entry
from keiki.server.jobs.actions import KINDS, Kind
from keiki.server.jobs.models import Run


def last_entry() -> tuple[str, dict[str, Any], dict[str, Any]]:
    entry = Entry.objects.order_by("-id")[0]
    return entry.action, entry.old, entry.new


def test_add_business_gives_each_its_own_id(cast: Any) -> None:
    names = ["Tea shop", "茶屋", "茶屋", "a/../b", "…"]
    made = [actions.add_business(cast.owner, {"name": name}).id for name in names]
    assert made == ["tea-shop-2", "business", "business-2", "ab", "business-3"]


def test_add_business_with_demo_queues_the_demo_company(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, actions.DEMO_JOB, Kind(actions.DEMO_JOB, lambda run, business_id: None, 1))
    business = actions.add_business(cast.owner, {"name": "Demo"}, demo=True)
    run = Run.objects.get()
    assert (business.id, business.is_demo) == ("demo", True)
    assert (run.kind, run.business_id, run.actor) == (actions.DEMO_JOB, "demo", cast.owner)


def test_add_business_leaves_nothing_when_it_fails(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(KINDS, actions.DEMO_JOB, raising=False)
    before = Entry.objects.count()
    with pytest.raises(UnknownJob):
        actions.add_business(cast.owner, {"name": "Demo"}, demo=True)
    assert not Business.objects.filter(id="demo").exists()
    assert Entry.objects.count() == before


def test_change_business_records_only_what_changed(cast: Any) -> None:
    changed = actions.change_business(cast.owner, cast.business, 1, {"name": "Tea house", "fiscal_start": 4})
    assert (changed.name, changed.version) == ("Tea house", 2)
    assert last_entry() == ("accounts.change_business", {"name": "Tea shop"}, {"name": "Tea house"})


def test_change_business_to_the_same_is_no_change(cast: Any) -> None:
    before = Entry.objects.count()
    assert actions.change_business(cast.owner, cast.business, 1, {"name": "Tea shop"}).version == 1
    assert Entry.objects.count() == before


def test_change_business_of_two_people_exactly_one_wins(cast: Any) -> None:
    actions.change_business(cast.owner, cast.business, 1, {"name": "First"})
    with pytest.raises(EditConflict) as caught:
        actions.change_business(cast.owner, cast.business, 1, {"name": "Second"})
    assert caught.value.details == {"mine": {"name": "Second"}, "theirs": {"name": "First"}}
    assert Business.objects.get(pk=cast.business.pk).name == "First"


def test_invitation_makes_a_member_once(cast: Any) -> None:
    token = actions.invite(cast.owner, cast.business, "New@Example.jp", "editor")
    user = actions.join_as_new_person(token, "Nori", "a fine long sentence")
    assert user is not None
    assert (user.email, user.memberships.get().role) == ("new@example.jp", "editor")
    assert actions.join_as_new_person(token, "Nori", "a fine long sentence") is None
    assert queries.open_invitation(token) is None


def test_invitation_is_kept_as_a_digest(cast: Any) -> None:
    token = actions.invite(cast.owner, cast.business, "new@example.jp", "editor")
    assert token not in str(Invitation.objects.values().get())
    assert token not in str(list(Entry.objects.values()))


def test_invitation_expires(cast: Any) -> None:
    token = actions.invite(cast.owner, cast.business, "new@example.jp", "editor")
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert actions.join_as_new_person(token, "Nori", "a fine long sentence") is None
    assert not User.objects.filter(email="new@example.jp").exists()


def test_invitation_replaces_the_one_before(cast: Any) -> None:
    first = actions.invite(cast.owner, cast.business, "new@example.jp", "editor")
    second = actions.invite(cast.owner, cast.business, "NEW@example.jp", "viewer")
    assert queries.open_invitation(first) is None
    assert queries.open_invitation(second) == Invitation.objects.get()


def test_invitation_of_a_member_is_refused(cast: Any) -> None:
    with pytest.raises(AlreadyMember):
        actions.invite(cast.owner, cast.business, "VERA@example.jp", "owner")


def test_withdrawn_invitation_is_dead(cast: Any) -> None:
    token = actions.invite(cast.owner, cast.business, "new@example.jp", "editor")
    actions.withdraw_invitation(cast.owner, Invitation.objects.get())
    assert actions.join(cast.outsider, token) is None
    assert last_entry()[0] == "accounts.withdraw_invitation"


def test_join_keeps_the_role_of_a_member(cast: Any) -> None:
    token = actions.invite(cast.owner, cast.business, "other@example.jp", "viewer")
    member = actions.join(cast.owner, token)
    assert member is not None
    assert member.role == "owner"


def test_change_role_is_recorded(cast: Any) -> None:
    actions.change_role(cast.owner, cast.membership("viewer"), "editor")
    assert cast.membership("viewer").role == "editor"
    assert last_entry() == ("accounts.change_role", {"role": "viewer"}, {"role": "editor"})


def test_last_owner_stays(cast: Any) -> None:
    with pytest.raises(LastOwner, match="Tea shop"):
        actions.change_role(cast.owner, cast.membership("owner"), "viewer")
    with pytest.raises(LastOwner):
        actions.remove_member(cast.owner, cast.membership("owner"))
    assert cast.membership("owner").role == "owner"


def test_one_of_two_owners_may_go(cast: Any) -> None:
    actions.change_role(cast.owner, cast.membership("editor"), "owner")
    actions.remove_member(cast.owner, cast.membership("owner"))
    assert not Membership.objects.filter(user=cast.owner).exists()
    assert User.objects.filter(pk=cast.owner.pk).exists()


def test_change_preferences_keeps_names_out_of_the_log(cast: Any) -> None:
    actions.change_preferences(cast.owner, {"name": "Olga", "theme": "dark"})
    assert User.objects.get(pk=cast.owner.pk).name == "Olga"
    assert last_entry() == ("accounts.change_preferences", {"theme": "auto"}, {"theme": "dark"})
