"""The page of tokens for programs: shown once, one's own, withdrawn."""

from __future__ import annotations

import re
from typing import Any

from django.urls import reverse

from keiki.server.accounts import actions
from keiki.server.accounts.models import ApiToken, Business


def page_of(business: Business) -> str:
    return reverse("accounts:tokens", kwargs={"business": business.id})


def test_a_token_is_shown_once_and_only_its_digest_is_kept(cast: Any, browser_of: Any) -> None:
    browser = browser_of(cast.editor)
    made = browser.post(page_of(cast.business), {"name": "nightly", "scope": "write", "days": "90"}).content.decode()
    token = re.search(r'value="(keiki_[\w-]+)"', made)
    assert token is not None
    again = browser.get(page_of(cast.business)).content.decode()
    assert token[1] not in again
    assert "nightly" in again
    row = ApiToken.objects.get()
    assert token[1] not in (row.digest, row.name)
    assert (row.user, row.scope, row.ending) == (cast.editor, "write", token[1][-4:])


def test_a_viewer_gets_no_token_that_writes_and_sees_only_own_ones(cast: Any, browser_of: Any) -> None:
    actions.make_api_token(cast.editor, cast.business, "of the editor", "write", None)
    browser = browser_of(cast.viewer)
    assert browser.post(page_of(cast.business), {"name": "mine", "scope": "write", "days": ""}).status_code == 422
    assert browser.post(page_of(cast.business), {"name": "mine", "scope": "read", "days": ""}).status_code == 200
    words = browser.get(page_of(cast.business)).content.decode()
    assert "mine" in words
    assert "of the editor" not in words
    assert "of the editor" in browser_of(cast.owner).get(page_of(cast.business)).content.decode()
    assert browser_of(cast.outsider).get(page_of(cast.business)).status_code == 404


def test_own_tokens_are_withdrawn_and_others_by_an_owner_only(cast: Any, browser_of: Any) -> None:
    actions.make_api_token(cast.editor, cast.business, "of the editor", "write", None)
    url = reverse("accounts:revoke_token", kwargs={"business": cast.business.id, "token_id": ApiToken.objects.get().pk})
    found = [browser_of(getattr(cast, who)).post(url).status_code for who in ("outsider", "viewer", "owner", "owner")]
    assert found == [404, 404, 302, 404]
    assert ApiToken.objects.get().revoked_at is not None
