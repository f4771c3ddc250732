"""Where alerts are posted to: an owner sets it, and the message itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from keiki.errors import AddressNotAllowed
from keiki.server.accounts.models import Business, Role
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.rules import OWN
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.success.actions import webhook as actions
from keiki.server.success.forms.webhook import WebhookForm
from keiki.server.success.models import Alert, Webhook
from keiki.server.success.pages.alert_words import alert_values
from keiki.server.success.pages.alerts import show_alerts
from keiki.server.ui.language import current_language


@business_page(OWN)
@require_POST
def set_webhook(request: Any, business: Business) -> HttpResponse:
    """Set the address, or try it, or take it away."""
    wish = request.POST.get("wish", "set")
    if wish == "drop":
        actions.drop_webhook(request.user, business)
        messages.success(request, _("Alerts are posted nowhere any more."))
    elif wish == "try":
        actions.try_webhook(request.user, business)
        messages.success(request, _("A message is on its way. Whether it arrived stands here within a minute."))
    else:
        form = WebhookForm(request.POST)
        if form.is_valid():
            try:
                actions.set_webhook(request.user, business, form.cleaned_data["url"])
            except AddressNotAllowed as error:
                form.add_error("url", error.words(current_language()))
        if form.errors:
            return show_alerts(request, business, form)
        messages.success(request, _("Alerts raised from now on are posted there."))
    return redirect("success:alerts", business=business.id)


def message_of(business: Business, alerts: Sequence[Alert]) -> dict[str, Any]:
    """What is posted: the alerts in words and as values, as an owner of the business may see them."""
    hook = Webhook.objects.filter(business=business).select_related("made_by").first()
    owners = business.memberships.filter(role=Role.OWNER).select_related("user").order_by("pk")
    user = owners[0].user
    language = (hook.made_by.language if hook and hook.made_by else "") or settings.LANGUAGE_CODE
    with translation.override(language):
        style = kpis.style_of(business, door.known(user, business))
        rows = [alert_values(user, business, alert, style) for alert in alerts]
        lines = [f"{each['customer_id'] or ''} {each['what']}".strip() for each in rows]
        test = _("A test from Keiki: alerts of {name} arrive here.").format(name=business.name)
        return {
            "event": "alerts" if rows else "test",
            "business": {"id": business.id, "name": business.name},
            "text": "\n".join(lines) or test,
            "alerts": rows,
        }
