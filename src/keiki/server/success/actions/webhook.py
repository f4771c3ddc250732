"""Writes of the webhook: where alerts are posted to, and posting them."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final

from cryptography.fernet import Fernet
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string

from keiki.errors import AddressNotAllowed
from keiki.server.accounts.models import Business
from keiki.server.audit.actions import record
from keiki.server.jobs.actions import enqueue
from keiki.server.success.actions.outgoing import NotTaken, post, resolved, target_of
from keiki.server.success.models import Alert, Webhook

POST_JOB: Final = "success.post_alerts"
WRITER: Final = "keiki.server.success.pages.webhook.message_of"
TRIES: Final = 4
"""Once, and three times more."""
MOST: Final = 50
"""Alerts in one message."""
Writer = Callable[[Business, Sequence[Alert]], dict[str, Any]]


@transaction.atomic
def set_webhook(actor: Any, business: Business, url: str) -> Webhook:
    """Post alerts that are raised from now on to an address; raises `AddressNotAllowed`."""
    target = target_of(url, settings.WEBHOOK_HOSTS)
    with suppress(NotTaken):  # a name that is not known now may be known when there is something to post
        resolved(target)
    newest = Alert.objects.filter(business=business).order_by("-pk").values_list("pk", flat=True).first()
    values = {"address": _box().encrypt(url.encode()).decode(), "host": target.host, "made_by": actor}
    values |= {"up_to": newest or 0, "made_at": timezone.now(), "taken_at": None, "refused_at": None}
    hook, _made = Webhook.objects.update_or_create(business=business, defaults=values)
    record(actor, "success.set_webhook", business_id=business.id, target="webhook", new={"host": target.host})
    return hook


@transaction.atomic
def drop_webhook(actor: Any, business: Business) -> None:
    """Post no more alerts."""
    hook = Webhook.objects.filter(business=business).first()
    if hook is not None:
        hook.delete()
        record(actor, "success.drop_webhook", business_id=business.id, target="webhook", old={"host": hook.host})


def try_webhook(actor: Any, business: Business) -> None:
    """Post a message without alerts, to see whether it arrives."""
    enqueue(POST_JOB, actor=actor, business_id=business.id, alerts=[])


@transaction.atomic
def queue_alerts(business: Business) -> int:
    """Queue every alert that is not queued yet; each is queued once. Gives how many."""
    hook = Webhook.objects.select_for_update().filter(business=business).first()
    if hook is None:
        return 0
    fresh = list(Alert.objects.filter(business=business, pk__gt=hook.up_to).order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(fresh), MOST):
        enqueue(POST_JOB, business_id=business.id, alerts=fresh[first : first + MOST])
    if fresh:
        hook.up_to = fresh[-1]
        hook.save(update_fields=["up_to"])
    return len(fresh)


def post_alerts(business_id: str, alerts: Sequence[int], run: str) -> dict[str, Any]:
    """Post alerts in one message, with a signature and the id of the run, which stays the same when it is tried again.

    Raises `NotTaken` when it should be tried again and `AddressNotAllowed` when that would not help.
    """
    hook = Webhook.objects.filter(business_id=business_id).select_related("business").first()
    if hook is None:
        return {"posted": 0}
    write: Writer = import_string(WRITER)
    rows = list(Alert.objects.filter(business_id=business_id, pk__in=alerts).order_by("pk"))
    body = json.dumps(write(hook.business, rows), ensure_ascii=False).encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Keiki",
        "X-Keiki-Delivery": run,
        "X-Keiki-Signature": f"sha256={hmac.new(signing_key(hook).encode(), body, hashlib.sha256).hexdigest()}",
    }
    mine = Webhook.objects.filter(pk=hook.pk)
    try:
        post(_box().decrypt(hook.address.encode()).decode(), body, headers, settings.WEBHOOK_HOSTS)
    except (NotTaken, AddressNotAllowed):
        mine.update(refused_at=timezone.now())
        raise
    mine.update(taken_at=timezone.now(), refused_at=None)
    return {"posted": len(rows)}


def signing_key(hook: Webhook) -> str:
    """What messages are signed with; another one after every change of the address."""
    return salted_hmac("keiki.webhook.sign", f"{hook.business_id}:{hook.made_at.isoformat()}").hexdigest()


def _box() -> Fernet:
    """Addresses of webhooks often hold a password, so they are kept encrypted with the secret key of the server."""
    return Fernet(urlsafe_b64encode(hashlib.sha256(b"keiki.webhook" + settings.SECRET_KEY.encode()).digest()))
