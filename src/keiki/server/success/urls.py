"""Addresses of customer success."""

from __future__ import annotations

from django.urls import URLPattern, path

from keiki.server.success.pages import (
    account,
    accounts,
    advocates,
    alerts,
    erase,
    health,
    plan,
    report,
    support,
    use,
    value,
    voice,
    webhook,
)
from keiki.server.success.pages.files.page import account_file, panel_file

app_name = "success"
ACCOUNTS = "b/<slug:business>/accounts/"
urlpatterns: list[URLPattern] = [
    path(ACCOUNTS, accounts.accounts_page, name="accounts"),
    path(f"{ACCOUNTS}files/<slug:panel>/", panel_file, {"page": "accounts"}, name="accounts_file"),
    path(f"{ACCOUNTS}alerts/", alerts.alerts_page, name="alerts"),
    path(f"{ACCOUNTS}alerts/webhook/", webhook.set_webhook, name="set_webhook"),
    path(f"{ACCOUNTS}alerts/<int:alert>/seen/", alerts.see_alert, name="see_alert"),
    path(f"{ACCOUNTS}health/", health.health_page, name="health"),
    path(f"{ACCOUNTS}health/files/<slug:panel>/", panel_file, {"page": "health"}, name="health_file"),
    path(f"{ACCOUNTS}health/weights/", health.adopt_weights, name="adopt_weights"),
    path(f"{ACCOUNTS}use/", use.use_page, name="use"),
    path(f"{ACCOUNTS}use/files/<slug:panel>/", panel_file, {"page": "use"}, name="use_file"),
    path(f"{ACCOUNTS}use/core/", use.mark_core, name="mark_core"),
    path(f"{ACCOUNTS}support/", support.support_page, name="support"),
    path(f"{ACCOUNTS}support/files/<slug:panel>/", panel_file, {"page": "support"}, name="support_file"),
    path(f"{ACCOUNTS}support/article/", support.keep_article, name="keep_article"),
    path(f"{ACCOUNTS}support/article/<int:article>/", support.keep_article, name="keep_article"),
    path(f"{ACCOUNTS}value/", value.value_page, name="value"),
    path(f"{ACCOUNTS}value/files/<slug:panel>/", panel_file, {"page": "value"}, name="value_file"),
    path(f"{ACCOUNTS}voice/", voice.voice_page, name="voice"),
    path(f"{ACCOUNTS}voice/files/<slug:panel>/", panel_file, {"page": "voice"}, name="voice_file"),
    path(f"{ACCOUNTS}voice/item/", voice.keep_item, name="keep_item"),
    path(f"{ACCOUNTS}voice/item/<int:item>/", voice.keep_item, name="keep_item"),
    path(f"{ACCOUNTS}voice/request/", voice.keep_request, name="keep_request"),
    path(f"{ACCOUNTS}voice/request/<int:wish>/", voice.keep_request, name="keep_request"),
    path(f"{ACCOUNTS}advocates/", advocates.advocates_page, name="advocates"),
    path(f"{ACCOUNTS}advocates/files/<slug:panel>/", panel_file, {"page": "advocates"}, name="advocates_file"),
    path(f"{ACCOUNTS}advocates/case/", advocates.keep_case, name="keep_case"),
    path(f"{ACCOUNTS}advocates/case/<int:case>/", advocates.keep_case, name="keep_case"),
    path(f"{ACCOUNTS}advocates/referral/", advocates.keep_referral, name="keep_referral"),
    path(f"{ACCOUNTS}advocates/referral/<int:referral>/", advocates.keep_referral, name="keep_referral"),
    path(f"{ACCOUNTS}result/<int:result>/drop/", report.drop_result, name="drop_result"),
    path(f"{ACCOUNTS}report/<path:customer>/", report.report_page, name="report"),
    path(f"{ACCOUNTS}plan/<path:customer>/", plan.plan_page, name="plan"),
    path(f"{ACCOUNTS}stage/<path:customer>/", account.set_stage, name="set_stage"),
    path(f"{ACCOUNTS}onboarding/<path:customer>/", account.plan_onboarding, name="plan_onboarding"),
    path(f"{ACCOUNTS}offers/<int:offer>/<path:customer>/", account.keep_offer, name="keep_offer"),
    path(f"{ACCOUNTS}offer/<path:customer>/", account.keep_offer, name="keep_offer"),
    path(f"{ACCOUNTS}review/<path:customer>/", account.add_review, name="add_review"),
    path(f"{ACCOUNTS}of/<path:customer>/files/<slug:panel>/", account_file, name="account_file"),
    path(f"{ACCOUNTS}erase/<path:customer>/", erase.erase_page, name="erase"),
    path(f"{ACCOUNTS}of/<path:customer>/", account.account_page, name="account"),
]
