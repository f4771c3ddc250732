"""The page of kept answers: how much there is, and that some of it, worked out again, is the same."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from keiki.server.data.actions import opened


def test_page_shows_what_is_kept_and_checks_it(shop: Any, browser_of: Any) -> None:
    url = reverse("data:answers", kwargs={"business": shop.business.id})
    browser_of(shop.viewer).get(reverse("cockpit:today", kwargs={"business": shop.business.id}))
    browser = browser_of(shop.viewer)
    page = browser.get(url).context["page"]
    assert [int(value.replace(",", "")) > 0 for words, value in page.facts if words == "Answers kept"] == [True]
    words = browser.post(url).content.decode()
    assert "were worked out again: all are equal." in words
    assert browser_of(shop.outsider).get(url).status_code == 404
    assert browser_of(shop.outsider).post(url).status_code == 404


def test_page_says_when_nothing_is_kept(shop: Any, browser_of: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(opened(shop.business).business, "answers", None)
    url = reverse("data:answers", kwargs={"business": shop.business.id})
    assert "every number is measured each time" in browser_of(shop.viewer).get(url).content.decode()
