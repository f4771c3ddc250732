"""A business's own rules of calculation: who changes them, what is kept, and that the numbers follow."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from keiki.errors import EditConflict, RuleUnknown
from keiki.facts import vocabulary
from keiki.measures.choices import Share
from keiki.server.accounts import actions, queries
from keiki.server.accounts.forms.calculation import RulesForm, typed
from keiki.server.accounts.models import Business
from keiki.server.audit.queries import log
from keiki.server.data.actions import opened
from keiki.server.ui.templatetags.ui import folded


def page_of(business: Business) -> str:
    return reverse("accounts:rules", kwargs={"business": business.id})


def test_owner_changes_a_rule_and_the_log_says_from_what_to_what(cast: Any, browser_of: Any) -> None:
    typed = {"subject": "classes", "purchases": "3", "profit_above": "5000", "version": "1"}
    assert browser_of(cast.owner).post(page_of(cast.business), typed).status_code == 302
    now = Business.objects.get(pk=cast.business.pk)
    assert now.rules == {"classes": {"purchases": 3, "renewal": False, "profit_above": "5000"}}
    rule = queries.rules_of(now).classes
    assert (rule.purchases, rule.renewal, rule.profit_above) == (3, False, Decimal(5000))
    (line,) = (line for line in log(now.id).lines if line.action == "accounts.change_rules")
    assert [(change.before, change.after) for change in line.changes] == [("0", "5000"), (2, 3), ("Yes", "No")]


def test_page_says_the_rule_in_words_and_keeps_the_default_beside_the_field(cast: Any, browser_of: Any) -> None:
    actions.change_rules(cast.owner, cast.business, 1, "retention", {"dormancy_days": 180})
    words = browser_of(cast.viewer).get(page_of(cast.business)).content.decode()
    assert "Dormant: no purchase for 180 days and no open contract." in words
    assert "Default: 365" in words
    assert "Only an owner can change these settings." in words


def test_what_equals_the_default_is_not_kept_and_a_reset_forgets_the_rest(cast: Any, browser_of: Any) -> None:
    browser = browser_of(cast.owner)
    browser.post(page_of(cast.business), {"subject": "retention", "dormancy_days": "200", "version": "1"})
    assert Business.objects.get(pk=cast.business.pk).rules == {"retention": {"dormancy_days": 200}}
    reset = {"subject": "retention", "dormancy_days": "200", "version": "2", "reset": "1"}
    assert browser.post(page_of(cast.business), reset).status_code == 302
    assert Business.objects.get(pk=cast.business.pk).rules == {}


def test_an_impossible_value_is_named_and_nothing_is_lost(cast: Any, browser_of: Any) -> None:
    typed = {"subject": "rfm", "lookback": "2 winters", "counted": "12m", "recency_limits": "9, 8", "version": "1"}
    page = browser_of(cast.owner).post(page_of(cast.business), typed)
    assert page.status_code == 422
    words = page.content.decode()
    assert 'value="2 winters"' in words
    assert "It may be: a length such as 30d, 8w, 24m or 1y." in words
    assert "4 numbers, the smallest first, or nothing for quintiles" in words
    assert Business.objects.get(pk=cast.business.pk).rules == {}


def test_limits_are_taken_in_full_width_signs_too(cast: Any, browser_of: Any) -> None:
    typed = {"subject": "rfm", "lookback": "２４ｍ", "counted": "12m", "recency_limits": "３０，６０、９０　１８０"}
    answer = browser_of(cast.owner).post(page_of(cast.business), typed | {"version": "1"})
    assert answer.status_code == 302
    assert Business.objects.get(pk=cast.business.pk).rules == {"rfm": {"recency_limits": [30, 60, 90, 180]}}


def test_of_two_who_change_rules_at_once_one_is_told(cast: Any, browser_of: Any) -> None:
    actions.change_rules(cast.owner, cast.business, 1, "retention", {"dormancy_days": 180})
    with pytest.raises(EditConflict):
        actions.change_rules(cast.owner, cast.business, 1, "retention", {"dormancy_days": 90})
    typed = {"subject": "retention", "dormancy_days": "90", "version": "1"}
    page = browser_of(cast.owner).post(page_of(cast.business), typed)
    assert page.status_code == 409
    assert 'value="90"' in page.content.decode()
    assert Business.objects.get(pk=cast.business.pk).rules == {"retention": {"dormancy_days": 180}}


def test_rules_are_changed_by_owners_only_and_strangers_see_nothing(cast: Any, browser_of: Any) -> None:
    typed = {"subject": "retention", "dormancy_days": "90", "version": "1"}
    found = [
        browser_of(getattr(cast, who)).post(page_of(cast.business), typed).status_code
        for who in ("editor", "viewer", "outsider")
    ]
    assert found == [403, 403, 404]
    with pytest.raises(RuleUnknown, match="classes"):
        actions.change_rules(cast.owner, cast.business, 1, "clases", {"purchases": 3})


def test_numbers_follow_a_changed_rule_at_once(own_shop: Any) -> None:
    before = opened(own_shop.business)
    changed = actions.change_rules(own_shop.owner, own_shop.business, 1, "shop", {"free_shipping_line": "5000"})
    after = opened(changed)
    assert (before.business.rules.free_shipping_line, after.business.rules.free_shipping_line) == (None, Decimal(5000))
    assert before.mark != after.mark


def test_a_share_stands_in_its_field_as_per_cent_also_nothing_and_all() -> None:
    shares = [typed(Share(), Decimal(share)) for share in ("0", "1", "0.35", "0.1", "0.125")]
    assert shares == ["0", "100", "35", "10", "12.5"]


def test_the_form_of_the_stages_is_saved_as_it_stands(cast: Any) -> None:
    form = RulesForm("lifecycle", queries.rules_of(cast.business), queries.rules_of(cast.business))
    rules = queries.rules_of(cast.business)
    sent = RulesForm("lifecycle", rules, rules, {**form.initial, "version": 1})
    assert sent.is_valid(), sent.errors
    assert sent.own_values == {}


def test_long_list_of_events_shows_what_is_chosen_and_usual_and_folds_the_rest(cast: Any, browser_of: Any) -> None:
    address = reverse("accounts:rules", kwargs={"business": cast.business.id})
    rules = queries.rules_of(cast.business)
    form = RulesForm("lifecycle", rules, rules)
    opened, rest = folded(form["recommends"])
    assert {each.data["value"] for each in opened} == set(rules.lifecycle.recommends)
    assert len(opened) + len(rest) == len(vocabulary("event_name"))
    sent = RulesForm("lifecycle", rules, rules, {**form.initial, "recommends": ["page_view"], "version": 1})
    opened, _rest = folded(sent["recommends"])
    assert {each.data["value"] for each in opened} == {"page_view", *rules.lifecycle.recommends}
    assert folded(form["core_groups"])[1] == []  # a short list stands open
    body = browser_of(cast.owner).get(address).content.decode()
    assert f"{len(rest)} more to choose from" in body
    assert body.count('name="recommends"') == len(vocabulary("event_name"))
