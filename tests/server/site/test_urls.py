"""Every address of the site is tried by nobody and by an outsider; addresses added later join by themselves."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from django.urls.converters import IntConverter, UUIDConverter
from tests.browser.test_pages import PAGES

from keiki.server.jobs.models import Run

# Addresses that do not belong to one business, and who may come: anybody, or whoever is signed in.
ANYBODY = {
    "home",
    "set_up",
    "choose_look",
    "health",
    "accounts:invitation",
    "cockpit:screen",
    "reports:stop",
    "surveys:answer",
}
SIGNED_IN = {"accounts:you", "accounts:add_business", "api_reference", "jobs:run", "openapi"}
LOG_IN = ("account_", "mfa_")  # the log-in library's own


def addresses(patterns: Any = None, space: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """(name, converters by parameter) of every address."""
    for each in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(each, URLResolver):
            inner = f"{space}{each.namespace}:" if each.namespace else space
            yield from addresses(each.url_patterns, inner)
        elif isinstance(each, URLPattern):
            yield f"{space}{each.name}", dict(getattr(each.pattern, "converters", {}))


ALL = list(addresses())
PROGRAMS = "api:"  # operations of the REST API have no page to sign in on; `test_api.py` tries them all
OF_A_BUSINESS = [(n, converters) for n, converters in ALL if "business" in converters and not n.startswith(PROGRAMS)]

EACH_OF_A_BUSINESS = pytest.mark.parametrize(
    ("name", "converters"), [pytest.param(name, converters, id=name) for name, converters in OF_A_BUSINESS]
)


SEEN_ELSEWHERE = {
    "it takes a form and leads on to a page of the list": """
        accounts:change_role accounts:limit_member accounts:revoke_token accounts:withdraw_invitation
        cockpit:aim_change cockpit:choose_start success:set_webhook success:keep_article success:keep_offer
        cockpit:forget_view cockpit:remove_annotation cockpit:revoke_screen cockpit:save_view cockpit:tag_campaign
        customers:except_contact customers:withdraw customers:withdraw_profile data:make_demo
        kpis:bring_back_kpi kpis:enter_value
        inbox:choose inbox:read journeys:agree kpis:change_comment kpis:take_back_comment kpis:write_comment
        kpis:restrict_kpi kpis:say_of_value kpis:score_activity kpis:write_mix
        planning:activate planning:adopt planning:decide
        reasons:keep_idea reasons:remove_idea reports:change_delivery reports:choose_mail scenarios:keep
        scenarios:remove
        success:add_review success:adopt_weights success:drop_result success:keep_case success:keep_item
        success:keep_referral success:keep_request success:mark_core success:plan_onboarding success:see_alert
        success:set_stage surveys:close_survey choose_look data:add_audit
        data:finish_audit data:end_audit data:report_issue data:own_issue data:close_issue
        data:reopen_issue data:set_rate data:send_rates data:remove_rate""",
    "it answers with a file, a part of a page, or the way to another page": """
        customers:excluded_csv customers:nurtured_csv customers:overview_file customers:panel_file
        customers:segment_csv data:rejected_csv
        journeys:channels_file journeys:leads_file kpis:entered_file success:account_file success:accounts_file
        success:advocates_file success:health_file success:support_file success:use_file success:value_file
        success:voice_file
        kpis:check_formula kpis:names openapi health
        home business cockpit:start""",
    "a test of its own walks through it, with what has to be there first": """
        accounts:invitation accounts:remove_member cockpit:design cockpit:screen
        cockpit:tree_file data:import data:run data:undo data:upload
        data:issue success:erase jobs:run reports:mail reports:stop surveys:answer set_up""",
}
"""Addresses that no browser looks at in every look, by the reason why not."""


def test_every_page_is_looked_at_in_a_browser_or_has_a_reason() -> None:
    paths = (urljoin("/b/x/", path.format(root="revenue")).partition("?")[0] for path in PAGES.values())
    seen = {resolve(path).view_name for path in paths}
    excused = {name for names in SEEN_ELSEWHERE.values() for name in names.split()}
    own = {name for name, _converters in ALL if not name.startswith((*LOG_IN, PROGRAMS))}
    assert own - seen - excused == set()
    assert excused - own == set()
    assert excused & seen == set()


def sample(name: str, converters: dict[str, Any], business: str) -> str:
    """A real address: the ids are those of nothing, the business is the one given."""
    values = {parameter: _any_value(converter) for parameter, converter in converters.items()}
    return reverse(name, kwargs=values | ({"business": business} if "business" in converters else {}))


def _any_value(converter: Any) -> Any:
    if isinstance(converter, IntConverter):
        return 1
    return uuid.uuid4() if isinstance(converter, UUIDConverter) else "x"


def test_every_address_has_a_name_and_belongs_to_a_business_or_is_listed() -> None:
    others = {name for name, converters in ALL if "business" not in converters}
    loose = {name for name in others if not name.startswith((*LOG_IN, PROGRAMS))}
    assert loose == ANYBODY | SIGNED_IN


@EACH_OF_A_BUSINESS
def test_address_of_a_business_is_closed(name: str, converters: Any, cast: Any, browser_of: Any) -> None:
    address = sample(name, converters, cast.business.id)
    for method in ("get", "post"):
        nobody = getattr(Client(), method)(address)
        outsider = getattr(browser_of(cast.outsider), method)(address)
        assert (nobody.status_code, outsider.status_code) == (302, 404)
        assert nobody["Location"] == f"{reverse('account_login')}?next={address}"


@EACH_OF_A_BUSINESS
def test_unknown_business_looks_like_a_strange_one(name: str, converters: Any, cast: Any, browser_of: Any) -> None:
    browser = browser_of(cast.outsider)
    strange = browser.get(sample(name, converters, cast.business.id))
    missing = browser.get(sample(name, converters, "no-such-business"))
    assert (strange.status_code, missing.status_code) == (404, 404)
    assert _without_tokens(strange) == _without_tokens(missing)


def _without_tokens(page: Any) -> list[str]:
    return [line for line in page.content.decode().splitlines() if "csrf" not in line.lower()]


@pytest.mark.parametrize("name", sorted(SIGNED_IN))
def test_address_of_a_person_needs_signing_in(name: str, db: None, client: Client) -> None:
    address = sample(name, dict(ALL)[name], "x") if name == "jobs:run" else reverse(name)
    assert client.get(address)["Location"] == f"{reverse('account_login')}?next={address}"


def _run_address(run: Run) -> str:
    return reverse("jobs:run", kwargs={"run_id": run.pk})


def test_run_of_another_business_does_not_exist(cast: Any, browser_of: Any) -> None:
    run = Run.objects.create(kind="test.any", business_id=cast.business.id)
    assert browser_of(cast.outsider).get(_run_address(run)).status_code == 404
    assert browser_of(cast.viewer).get(_run_address(run)).status_code == 200


@pytest.mark.parametrize(("who", "status"), [("owner", 200), ("editor", 403), ("viewer", 403)])
def test_audit_log_is_for_owners(cast: Any, browser_of: Any, who: str, status: int) -> None:
    address = reverse("accounts:audit", kwargs={"business": cast.business.id})
    assert browser_of(getattr(cast, who)).get(address).status_code == status
