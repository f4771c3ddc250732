"""The Django app of customer success."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SuccessConfig(AppConfig):
    name = "keiki.server.success"
    about_customers: ClassVar[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
        "StageChange": (("customer_id",), ("reason",)),
        "SuccessPlan": (("customer_id",), ("purpose", "metrics")),
        "OnboardingStep": (("customer_id",), ()),
        "Review": (("customer_id",), ("attendees", "results", "agreed")),
        "WeeklyScore": (("customer_id",), ()),
        "Alert": (("customer_id",), ()),
        "CustomerResult": (("customer_id",), ("metric", "source")),
        "ProductRequest": (("customer_id",), ("text",)),
        "CaseStudy": (("customer_id",), ("title",)),
        "Referral": (("referrer", "referred"), ("programme", "deal")),
        "Offer": (("customer_id",), ("reason",)),
    }
    audit_words: ClassVar[dict[str, Any]] = {
        "success.save_plan": _("Changed a success plan"),
        "success.change_stage": _("Set the stage of an account by hand"),
        "success.plan_onboarding": _("Planned an onboarding"),
        "success.add_review": _("Added a review with a customer"),
        "success.mark_core": _("Marked a core feature"),
        "success.keep_result": _("Kept a result of a customer"),
        "success.drop_result": _("Took a result of a customer out"),
        "success.keep_item": _("Kept a product item"),
        "success.keep_request": _("Kept a request of a customer"),
        "success.keep_case": _("Kept a case study, talk or review"),
        "success.keep_referral": _("Kept a referral"),
        "success.keep_offer": _("Kept an offer to a customer"),
        "success.keep_article": _("Kept a help article"),
        "success.set_webhook": _("Set where alerts are posted to"),
        "success.drop_webhook": _("Posts alerts nowhere any more"),
        "success.keep_demo": _("Sample registers were written"),
        "success.see_alert": _("Saw to an alert about an account"),
    }
