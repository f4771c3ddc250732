"""Tables of customer success: what people write about accounts, and what was kept of their scores and alerts."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keiki.customers import account_alerts
from keiki.customers.lifecycle import ADOPTION, ADVOCACY, EXPANSION, ONBOARDING, RETENTION
from keiki.server.accounts.models import Business


class Stage(models.TextChoices):
    """The stages of the lifecycle, in their order."""

    ONBOARDING = ONBOARDING, _("Onboarding")
    ADOPTION = ADOPTION, _("Adoption")
    RETENTION = RETENTION, _("Retention")
    EXPANSION = EXPANSION, _("Expansion")
    ADVOCACY = ADVOCACY, _("Advocacy")


class Feature(models.Model):
    """A feature of the product that is core, or was. `since`: the day it became so (or ceased to be)."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="features")
    name = models.CharField(max_length=120)
    is_core = models.BooleanField(default=True)
    since = models.DateField()

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "name"], name="feature_once")
        ]

    def __str__(self) -> str:
        return self.name


class StageChange(models.Model):
    """A stage set by hand, and why. It holds until the data moves the account on a later day."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="stage_changes")
    customer_id = models.CharField(max_length=200)
    stage = models.CharField(max_length=12, choices=Stage)
    on = models.DateField()
    reason = models.CharField(max_length=400)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["on", "id"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["business", "customer_id"])]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(stage__in=Stage.values), name="stage_change_stage"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="stage_change_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.stage}"


class PlanStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    AGREED = "agreed", _("Agreed with the customer")
    REACHED = "reached", _("Reached")
    ENDED = "ended", _("Ended")


class LtvCadence(models.TextChoices):
    """How often the lifetime value is looked at: never weekly, it is a long-term goal."""

    MONTHLY = "monthly", _("Monthly")
    QUARTERLY = "quarterly", _("Quarterly")
    YEARLY = "yearly", _("Yearly")


class SuccessPlan(models.Model):
    """What an account is to reach and how it is seen: `metrics` holds 1 to 5 of {name, target, by, reached}.

    `ltv_target`: the profit the customer is to have brought in the end, money. `version` grows with every change.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="success_plans")
    customer_id = models.CharField(max_length=200)
    purpose = models.CharField(max_length=400)
    metrics = models.JSONField(encoder=DjangoJSONEncoder)
    agreed_on = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=8, choices=PlanStatus, default=PlanStatus.DRAFT)
    ltv_target = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    ltv_cadence = models.CharField(max_length=9, choices=LtvCadence, default=LtvCadence.QUARTERLY)
    version = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["customer_id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "customer_id"], name="success_plan_once"),
            models.CheckConstraint(condition=models.Q(status__in=PlanStatus.values), name="success_plan_status"),
            models.CheckConstraint(condition=models.Q(ltv_cadence__in=LtvCadence.values), name="success_plan_cadence"),
            models.CheckConstraint(
                condition=~models.Q(status=PlanStatus.AGREED) | models.Q(agreed_on__isnull=False),
                name="success_plan_agreed_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.customer_id


class Step(models.TextChoices):
    """What an onboarding is made of."""

    SETUP = "setup", _("Set-up")
    DATA = "data", _("Data migration")
    TRAINING = "training", _("Training")
    QUICK_WIN = "quick_win", _("Quick win")


class OnboardingStep(models.Model):
    """One step of an account's onboarding: whose it is, until when, and when it was done."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="onboarding_steps")
    customer_id = models.CharField(max_length=200)
    step = models.CharField(max_length=9, choices=Step)
    owner = models.CharField(max_length=80, blank=True)
    due = models.DateField(null=True, blank=True)
    done = models.DateField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["customer_id", "step"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "customer_id", "step"], name="onboarding_step_once"),
            models.CheckConstraint(condition=models.Q(step__in=Step.values), name="onboarding_step_step"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.step}"


class Review(models.Model):
    """A meeting with a customer about what was reached; the next one is always set."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="success_reviews")
    customer_id = models.CharField(max_length=200)
    held_on = models.DateField()
    attendees = models.CharField(max_length=400)
    results = models.TextField(max_length=2000)
    agreed = models.TextField(max_length=2000)
    next_on = models.DateField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-held_on", "-id"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["business", "customer_id"])]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(next_on__gt=models.F("held_on")), name="review_next_is_later")
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.held_on}"


class WeeklyScore(models.Model):
    """The health score of an account at the end of a week, as it was known when the week was kept."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="weekly_scores")
    customer_id = models.CharField(max_length=200)
    week_end = models.DateField()
    score = models.FloatField()
    band = models.CharField(max_length=8)

    class Meta:
        ordering: ClassVar[list[str]] = ["customer_id", "week_end"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "customer_id", "week_end"], name="weekly_score_once")
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["business", "week_end"])]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.week_end} {self.score:.0f}"


class AlertKind(models.TextChoices):
    """What an alert is about."""

    USE_FELL = account_alerts.USE_FELL, _("Use fell")
    SCORE_FELL = account_alerts.SCORE_FELL, _("Health fell")
    RENEWAL = account_alerts.RENEWAL, _("Renewal")
    UNPAID = account_alerts.UNPAID, _("Unpaid invoice")
    ONBOARDING_LATE = account_alerts.ONBOARDING_LATE, _("Late onboarding")
    TICKET_LATE = account_alerts.TICKET_LATE, _("Escalated ticket")


class Alert(models.Model):
    """Something about an account that its owner was told; it stays when it is over.

    `told`: the member that the account's `owner` names; an alert nobody is named for, and every escalated ticket, goes
    to the owners of the business. `amount`: the money it is about. `details` holds due_on, before and after,
    and what the rule saw when it fired: value, threshold and since (from which day).
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="alerts")
    kind = models.CharField(max_length=16, choices=AlertKind)
    customer_id = models.CharField(max_length=200, blank=True)
    subject = models.CharField(max_length=200, blank=True)
    on = models.DateField()
    over_on = models.DateField(null=True, blank=True)
    owner = models.CharField(max_length=200, blank=True)
    told = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="alerts")
    amount = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    details = models.JSONField(encoder=DjangoJSONEncoder)
    raised_at = models.DateTimeField(auto_now_add=True)
    seen_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[Any]] = ["-on", models.F("amount").desc(nulls_last=True), "id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["business", "over_on", "seen_at"]),
            models.Index(fields=["business", "customer_id"]),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "kind", "customer_id", "subject", "on"], name="alert_once"),
            models.CheckConstraint(condition=models.Q(kind__in=AlertKind.values), name="alert_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.customer_id} {self.on}"


class Webhook(models.Model):
    """Where alerts of a business are posted to. `address` is encrypted, `host` is the part of it that is shown.

    `up_to`: the newest alert that was queued. `taken_at`: the last message that arrived, `refused_at`: the last one
    that did not, empty once one arrives again.
    """

    business = models.OneToOneField(Business, on_delete=models.CASCADE, related_name="webhook")
    address = models.TextField()
    host = models.CharField(max_length=255)
    up_to = models.BigIntegerField(default=0)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.host


class CustomerResult(models.Model):
    """What a customer gained: one of its own numbers before and after, what that is worth a year, and who says so."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="customer_results")
    customer_id = models.CharField(max_length=200)
    metric = models.CharField(_("The customer's number"), max_length=120)
    unit = models.CharField(_("Unit"), max_length=20, blank=True)
    before = models.DecimalField(_("Before us"), max_digits=16, decimal_places=4)
    before_on = models.DateField(_("Measured before on"))
    after = models.DecimalField(_("With us"), max_digits=16, decimal_places=4)
    after_on = models.DateField(_("Measured after on"))
    value = models.DecimalField(_("Estimated value per year"), max_digits=16, decimal_places=2, null=True, blank=True)
    source = models.CharField(_("Source of the numbers and of the estimate"), max_length=400)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["after_on", "id"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["business", "customer_id"])]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(after_on__gt=models.F("before_on")),
                name="customer_result_days",
                violation_error_message=_("The later measurement has to come after the earlier one."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.metric}"


class ItemStatus(models.TextChoices):
    OPEN = "open", _("Not decided")
    PLANNED = "planned", _("Planned")
    BUILDING = "building", _("Being built")
    SHIPPED = "shipped", _("Shipped")
    DECLINED = "declined", _("Will not be done")


class ProductItem(models.Model):
    """Something about the product that requests ask for, and how far it is."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="product_items")
    name = models.CharField(_("Product item"), max_length=120)
    status = models.CharField(_("Status"), max_length=8, choices=ItemStatus, default=ItemStatus.OPEN)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "name"], name="product_item_once"),
            models.CheckConstraint(condition=models.Q(status__in=ItemStatus.values), name="product_item_status"),
        ]

    def __str__(self) -> str:
        return self.name


class ProductRequest(models.Model):
    """What a customer asked for, linked to the product item that would answer it."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="product_requests")
    item = models.ForeignKey(
        ProductItem, null=True, blank=True, on_delete=models.SET_NULL, related_name="requests", verbose_name=_("Item")
    )
    customer_id = models.CharField(_("Customer"), max_length=200)
    text = models.CharField(_("What they ask for"), max_length=400)
    on = models.DateField(_("Day"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["-on", "-id"]

    def __str__(self) -> str:
        return self.text


class CaseKind(models.TextChoices):
    CASE = "case", _("Case study")
    TALK = "talk", _("Talk")
    REVIEW = "review", _("Review or post")


class CaseStatus(models.TextChoices):
    ASKED = "asked", _("Asked")
    AGREED = "agreed", pgettext_lazy("case", "Agreed")
    PUBLISHED = "published", _("Published")
    DECLINED = "declined", _("Declined")


class CaseStudy(models.Model):
    """A customer who speaks for us: a case study, a talk or a review, from the asking to the day it is published."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="case_studies")
    customer_id = models.CharField(_("Customer"), max_length=200)
    kind = models.CharField(_("Kind"), max_length=6, choices=CaseKind, default=CaseKind.CASE)
    title = models.CharField(_("Title"), max_length=200, blank=True)
    status = models.CharField(_("Status"), max_length=9, choices=CaseStatus, default=CaseStatus.ASKED)
    asked_on = models.DateField(_("Asked on"))
    published_on = models.DateField(_("Published on"), null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-asked_on", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(kind__in=CaseKind.values), name="case_study_kind"),
            models.CheckConstraint(condition=models.Q(status__in=CaseStatus.values), name="case_study_status"),
            models.CheckConstraint(
                condition=~models.Q(status=CaseStatus.PUBLISHED) | models.Q(published_on__isnull=False),
                name="case_study_published_on_a_day",
                violation_error_message=_("Write the day on which it was published."),
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.customer_id


class ReferralStatus(models.TextChoices):
    NAMED = "named", _("Named")
    CONTACTED = "contacted", _("Contacted")
    CONVERTED = "converted", _("Converted")
    LOST = "lost", _("Not converted")


class Referral(models.Model):
    """Somebody a customer recommended us to, within a programme; a converted one names the deal that was won."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="referrals")
    programme = models.CharField(_("Programme"), max_length=80)
    referrer = models.CharField(_("Referrer"), max_length=200)
    referred = models.CharField(_("Who was referred"), max_length=200)
    on = models.DateField(_("Day"))
    status = models.CharField(_("Status"), max_length=9, choices=ReferralStatus, default=ReferralStatus.NAMED)
    reward = models.DecimalField(_("Reward"), max_digits=16, decimal_places=2, null=True, blank=True)
    deal = models.CharField(_("Won deal"), max_length=200, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-on", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(status__in=ReferralStatus.values), name="referral_status"),
            models.CheckConstraint(
                condition=~models.Q(status=ReferralStatus.CONVERTED) | ~models.Q(deal=""),
                name="referral_converted_names_its_deal",
                violation_error_message=_("A converted referral names the deal that was won."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.referrer} {self.referred}"


class OfferResult(models.TextChoices):
    OPEN = "open", _("No answer yet")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", pgettext_lazy("offer", "Declined")


class Offer(models.Model):
    """Something that was offered to one customer because it fits, why it fits, and what the customer said."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="offers")
    customer_id = models.CharField(_("Customer"), max_length=200)
    product = models.CharField(_("Product offered"), max_length=120)
    reason = models.CharField(_("Why it fits this customer"), max_length=400)
    on = models.DateField(_("Day"))
    result = models.CharField(_("Result"), max_length=8, choices=OfferResult, default=OfferResult.OPEN)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["-on", "-id"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["business", "customer_id"])]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(result__in=OfferResult.values), name="offer_result"),
            models.CheckConstraint(condition=~models.Q(product="") & ~models.Q(reason=""), name="offer_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.product}"


class Article(models.Model):
    """An article by which customers help themselves; `name` as events give it in `content`, `topic` as tickets do."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="articles")
    name = models.CharField(
        _("Article"), max_length=200, help_text=_("As your data names it in the column content of events.")
    )
    topic = models.CharField(_("Topic of tickets"), max_length=120)
    url = models.CharField(
        _("Address"), max_length=400, blank=True, validators=[URLValidator(schemes=("http", "https"))]
    )

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "name"], name="article_once")
        ]

    def __str__(self) -> str:
        return self.name
