"""Tables of people, businesses, memberships, invitations and the set-up token."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from keiki.periods import Calendar


class Language(models.TextChoices):
    BROWSER = "", _("As the browser asks")
    JA = "ja", "日本語"
    EN = "en", "English"


class Theme(models.TextChoices):
    AUTO = "auto", _("As the device is set")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Palette(models.TextChoices):
    USUAL = "usual", _("Blue-green, yellow, red")
    DISTINCT = "distinct", _("Blue and orange, easy to tell apart")


class People(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A person who signs in with this e-mail address; without a password they cannot sign in yet."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person; the e-mail address is the login name."""

    email = models.EmailField(_("E-mail address"), unique=True)
    name = models.CharField(_("Name"), max_length=80)
    language = models.CharField(_("Language"), max_length=2, choices=Language, default=Language.BROWSER, blank=True)
    theme = models.CharField(_("Colours"), max_length=5, choices=Theme, default=Theme.AUTO)
    palette = models.CharField(_("Colours of status"), max_length=8, choices=Palette, default=Palette.USUAL)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = People()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_lower")
        ]

    def __str__(self) -> str:
        return self.name or self.email


class WeekStart(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class LabelStyle(models.TextChoices):
    CALENDAR = "calendar", _("Calendar year (Oct 2026)")
    FISCAL = "fiscal", _("Fiscal year (FY2026 Q3)")


class MoneyUnit(models.TextChoices):
    """In which unit people read amounts; the same names as `keiki.charts.format.Money`."""

    AUTO = "auto", _("By size (4.35M, 1.80 hundred million)")
    YEN = "yen", _("In full")
    THOUSAND = "thousand", _("Thousands")
    MAN = "man", _("Ten thousands (in English thousands)")
    MILLION = "million", _("Millions")
    OKU = "oku", _("Hundred millions (in English millions)")


class Business(models.Model):
    """What one company measures: its own lake of facts, calendar, currency and tax basis."""

    id = models.SlugField(primary_key=True, max_length=40)
    name = models.CharField(_("Name of the business"), max_length=80)
    currency = models.CharField(
        _("Currency"),
        max_length=3,
        default="JPY",
        validators=[RegexValidator(r"^[A-Z]{3}$", _("Three capital letters."))],
    )
    money = models.CharField(_("Amounts are shown"), max_length=8, choices=MoneyUnit, default=MoneyUnit.AUTO)
    zone = models.CharField(_("Time zone"), max_length=64, default="Asia/Tokyo")
    week_start = models.PositiveSmallIntegerField(_("First day of the week"), choices=WeekStart, default=0)
    fiscal_start = models.PositiveSmallIntegerField(
        _("First month of the fiscal year"), default=4, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    closing_day = models.PositiveSmallIntegerField(
        _("Closing day of the month"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(27)]
    )
    label_style = models.CharField(_("Name of periods"), max_length=8, choices=LabelStyle, default=LabelStyle.CALENDAR)
    country = models.CharField(_("Country of the holidays"), max_length=2, default="JP")
    tax_included = models.BooleanField(_("Amounts in our files include tax"), default=False)
    tax_rate = models.DecimalField(
        _("Tax rate"),
        max_digits=5,
        decimal_places=4,
        default="0.1000",
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )
    rules = models.JSONField(default=dict, blank=True)  # its own values for the rules of models, by subject
    ideal = models.JSONField(default=dict, blank=True)  # the profile of the ideal customer in force (`IdealProfile`)
    restricted = models.JSONField(default=dict, blank=True)  # the lowest role that sees a KPI, by the id of the KPI
    is_demo = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    members: models.ManyToManyField[User, Membership] = models.ManyToManyField(User, through="Membership")

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(week_start__range=(0, 6)), name="business_week_start"),
            models.CheckConstraint(condition=models.Q(fiscal_start__range=(1, 12)), name="business_fiscal_start"),
            models.CheckConstraint(
                condition=models.Q(closing_day=None) | models.Q(closing_day__range=(1, 27)),
                name="business_closing_day",
            ),
            models.CheckConstraint(condition=models.Q(tax_rate__range=(0, 1)), name="business_tax_rate"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def calendar(self) -> Calendar:
        """How this business counts time, as the library wants it."""
        return Calendar(
            zone=self.zone,
            week_start=self.week_start,
            fiscal_start=self.fiscal_start,
            closing_day=self.closing_day,
            label_style=self.label_style,
            country=self.country,
        )

    @property
    def folder(self) -> Path:
        """Where the lake and the definitions of this business lie: give it to `keiki.open`."""
        return Path(settings.HOME) / "businesses" / self.id


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    EDITOR = "editor", _("Editor")
    VIEWER = "viewer", _("Viewer")


class Membership(models.Model):
    """One person in one business, with one role."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("Role"), max_length=6, choices=Role)
    departments = models.JSONField(_("Departments"), default=list, blank=True)  # whose KPIs they see; none: all
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["user__name", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "business"], name="membership_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.business_id}"


class Invitation(models.Model):
    """A link that lets one person join a business, once; only its digest is kept."""

    digest = models.CharField(max_length=64, unique=True)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("E-mail address"))
    role = models.CharField(_("Role"), max_length=6, choices=Role, default=Role.VIEWER)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.email} → {self.business_id}"


class Scope(models.TextChoices):
    READ = "read", _("Reads")
    WRITE = "write", _("Reads and writes")


class ApiToken(models.Model):
    """A key for programs: it acts in one business as the person who made it; only its digest is kept."""

    digest = models.CharField(max_length=64, unique=True)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="api_tokens")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("Name"), max_length=80)
    scope = models.CharField(_("What it may do"), max_length=5, choices=Scope, default=Scope.READ)
    ending = models.CharField(max_length=4)  # its last letters, to tell tokens apart
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(scope__in=Scope.values), name="api_token_scope")
        ]

    def __str__(self) -> str:
        return f"{self.name} …{self.ending}"


class SetupToken(models.Model):
    """The one-time token of the first set-up; at most one row, only its digest is kept."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    digest = models.CharField(max_length=64)
    expires_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(id=1), name="setup_token_one")
        ]

    def __str__(self) -> str:
        return f"until {self.expires_at:%F %R}"
