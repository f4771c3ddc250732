"""Tables of what a business defines itself: its own KPIs and trees with every version."""

from __future__ import annotations

import hashlib
import math
import uuid
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import yaml
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from keiki.server.accounts.models import Business

LONGEST_COMMENT = 2000

# --- own KPIs ---


class OwnKpi(models.Model):
    """A KPI that a business defines itself, or a built-in one that it defines differently.

    `version` is the number of the newest of its `versions`. `retired_on` is the day from which nobody should start to
    use it; it is never deleted, so that its history stays.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="own_kpis")
    kpi_id = models.CharField(max_length=64)
    version = models.PositiveIntegerField(default=1)
    retired_on = models.DateField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["kpi_id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "kpi_id"], name="own_kpi_once")
        ]

    def __str__(self) -> str:
        return self.kpi_id


class KpiVersion(models.Model):
    """What a KPI meant from a day on. `document` is the declaration as in a YAML file; `since` None: from the start.

    Versions only get more: a formula is never changed in place, so that every old value can be calculated again.
    """

    kpi = models.ForeignKey(OwnKpi, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    since = models.DateField(null=True)
    document = models.JSONField(encoder=DjangoJSONEncoder)
    reason = models.CharField(max_length=400, default="", blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["kpi", "number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["kpi", "number"], name="kpi_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.kpi_id} v{self.number}"


class OwnKpis:
    """The published file of all KPIs of a business's own: what numbers, notebooks and the command line read."""

    def __init__(self, business: Business) -> None:
        self.business = business
        self.path: Path = business.folder / "kpis" / "own.yaml"

    @property
    def mark(self) -> str:
        """The first line of the file; it changes with every version and every retirement."""
        told = OwnKpi.objects.filter(business=self.business).values_list("kpi_id", "version", "retired_on")
        state = hashlib.sha256(repr(sorted(map(str, told))).encode()).hexdigest()[:16]
        return f"# State {state}; Keiki writes this file when a KPI is saved"

    @property
    def is_published(self) -> bool:
        """Whether the file says what the tables say."""
        if not self.path.exists() and not OwnKpi.objects.filter(business=self.business).exists():
            return True
        try:
            with self.path.open(encoding="utf-8") as file:
                return file.readline().rstrip("\n") == self.mark
        except (OSError, UnicodeDecodeError):
            return False

    def publish(self) -> None:
        """Make the file say what the tables say: whole or not at all."""
        rows = OwnKpi.objects.filter(business=self.business).prefetch_related("versions")
        declared = {"kpis": [declaration(row, list(row.versions.all())) for row in rows]}
        text = yaml.safe_dump(declared, allow_unicode=True, sort_keys=False, width=120)
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.path.with_name(f".{self.path.name}.{uuid.uuid4().hex}")
        try:
            draft.write_text(f"{self.mark}\n{text}", encoding="utf-8")
            draft.replace(self.path)
        finally:
            draft.unlink(missing_ok=True)


def declaration(kpi: OwnKpi, versions: Sequence[KpiVersion]) -> dict[str, Any]:
    """A KPI as its YAML says it: the newest version, and of the earlier ones those that held for some time.

    A text that is missing in one language is taken from the other.
    """
    newest = versions[-1]
    held = [one for one, after in pairwise(versions) if one.since != after.since]
    document = {"id": kpi.kpi_id} | {
        name: value for name, value in newest.document.items() if value not in ("", [], {})
    }
    for name, other in (("ja", "en"), ("definition_ja", "definition_en")):
        document[name] = document.get(name) or document.get(other) or document.get("ja") or kpi.kpi_id
        document[other] = document.get(other) or document[name]
    document |= {"version": newest.number, "since": newest.since, "reason": newest.reason}
    document["earlier"] = [
        {"version": one.number, "since": one.since, "reason": one.reason}
        | {name: one.document[name] for name in ("formula", "unit", "params") if one.document.get(name)}
        for one in held
    ]
    document["retired"] = kpi.retired_on
    return {name: value for name, value in document.items() if value not in (None, "", [])}


# --- unusual values ---


class Word(models.TextChoices):
    CONFIRMED = "confirmed", _("It is right")
    EXCLUDED = "excluded", _("Leave it out")


class Verdict(models.Model):
    """What a person said about a value that looks unusual: it is right, or it is left out of pictures, baselines and
    forecasts. The number itself stays what it is; a word about another `value` than today's no longer holds.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="verdicts")
    kpi_id = models.CharField(max_length=64)
    grain = models.CharField(max_length=7)
    day = models.DateField()
    word = models.CharField(max_length=9, choices=Word)
    value = models.FloatField()
    note = models.CharField(max_length=200, default="", blank=True)
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    said_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-day"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "kpi_id", "grain", "day"], name="verdict_once"),
            models.CheckConstraint(condition=models.Q(word__in=Word.values), name="verdict_word"),
        ]

    def __str__(self) -> str:
        return f"{self.kpi_id} {self.day} {self.word}"

    def holds(self, value: float | None) -> bool:
        """Whether the value is still the one that was looked at."""
        return value is not None and math.isclose(value, self.value, rel_tol=1e-9, abs_tol=1e-12)


# --- own trees ---


class OwnTree(models.Model):
    """A KPI tree or a team's board that a business designs itself.

    `version` is the number of the newest of its `versions`; `published` that of the newest that can be measured, which
    lies in the folder of the business; `made_from` the template it began as. `active_since`: from when its goal counts
    as one of the team's; `archived_at`: from when nobody sees it any more, its history stays.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="own_trees")
    tree_id = models.CharField(max_length=64)
    version = models.PositiveIntegerField(default=1)
    published = models.PositiveIntegerField(default=0)
    made_from = models.CharField(max_length=64, default="", blank=True)
    active_since = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["tree_id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "tree_id"], name="own_tree_once")
        ]

    def __str__(self) -> str:
        return self.tree_id

    @property
    def path(self) -> Path:
        """Where the published state lies as YAML, for numbers, notebooks and the command line."""
        return self.business.folder / "trees" / f"{self.tree_id}.yaml"

    def publish(self) -> None:
        """Make the file say what the newest measurable version says: whole or not at all, and gone when archived."""
        if self.archived_at is not None or not self.published:
            self.path.unlink(missing_ok=True)
            return
        document = self.versions.get(number=self.published).document
        text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=120)
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.path.with_name(f".{self.tree_id}.{self.published}.{uuid.uuid4().hex}")
        try:
            draft.write_text(f"{self.mark}\n{text}", encoding="utf-8")
            draft.replace(self.path)
        finally:
            draft.unlink(missing_ok=True)

    @property
    def mark(self) -> str:
        """The first line of the published file."""
        return f"# {self.tree_id}, version {self.published}; Keiki writes this file when the tree is saved"

    @property
    def is_published(self) -> bool:
        """Whether the file lies there and says the version it should."""
        if self.archived_at is not None or not self.published:
            return not self.path.exists()
        try:
            with self.path.open(encoding="utf-8") as file:
                return file.readline().rstrip("\n") == self.mark
        except (OSError, UnicodeDecodeError):
            return False


class Step(models.TextChoices):
    EDIT = "edit", _("Edited")
    UNDO = "undo", _("Undone")
    REDO = "redo", _("Redone")


class TreeVersion(models.Model):
    """A tree as it was after one step. `document` is what `trees.document.as_dict` gives, `done` says in data what was
    done (`what` and the names it concerns). An undo is a version of its own, so that nothing is ever lost.
    """

    tree = models.ForeignKey(OwnTree, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    step = models.CharField(max_length=4, choices=Step, default=Step.EDIT)
    document = models.JSONField(encoder=DjangoJSONEncoder)
    done = models.JSONField(encoder=DjangoJSONEncoder, default=dict)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["tree", "number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tree", "number"], name="tree_version_once"),
            models.CheckConstraint(condition=models.Q(step__in=Step.values), name="tree_version_step"),
        ]

    def __str__(self) -> str:
        return f"{self.tree_id} v{self.number}"


# --- what was measured at night ---


class Measurement(models.Model):
    """What a KPI was in a period, as the calculation of one night found it: never changed, so that what was known then
    stays beside what is known now. `day` is the first day of the period, `night` the day of the business on which it
    was calculated, `version` that of the definition, `snapshot` the state of the data.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="measurements")
    kpi_id = models.CharField(max_length=64)
    grain = models.CharField(max_length=7)
    day = models.DateField()
    value = models.FloatField()
    version = models.PositiveIntegerField(null=True)
    snapshot = models.PositiveBigIntegerField()
    night = models.DateField()
    measured_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["-measured_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "kpi_id", "grain", "day", "night"], name="measurement_once")
        ]

    def __str__(self) -> str:
        return f"{self.kpi_id} {self.day} {self.value:g}"


# --- comments ---


class Comment(models.Model):
    """What a member says about a KPI in one period: plain text, with answers in one flat thread below the first.

    `where` is the condition under which a tree counts the KPI, empty for the KPI itself; `grain` and `day` name the
    period. One that its author took back keeps its place while it has answers, without its text.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="comments")
    kpi_id = models.CharField(max_length=64)
    where = models.CharField(max_length=1000, default="", blank=True)
    grain = models.CharField(max_length=7)
    day = models.DateField()
    text = models.TextField(max_length=LONGEST_COMMENT, blank=True)
    answers = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="answered_by")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["made_at", "id"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["business", "kpi_id"])]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=(models.Q(deleted_at=None) & ~models.Q(text=""))
                | (models.Q(deleted_at__isnull=False) & models.Q(text="")),
                name="comment_has_text_until_taken_back",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kpi_id} {self.day} {self.author_id}"


class Why(models.TextChoices):
    MENTIONED = "mentioned", _("You were mentioned")
    ANSWERED = "answered", _("Your comment was answered")


class Notice(models.Model):
    """A comment that a member is told of, because it names them or answers theirs; `read_at` None: not read yet."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="notices")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    why = models.CharField(max_length=9, choices=Why)
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-comment__made_at", "-id"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["user", "read_at"])]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["comment", "user"], name="notice_once"),
            models.CheckConstraint(condition=models.Q(why__in=Why.values), name="notice_why"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.why} {self.comment_id}"


# --- strengths and weaknesses ---


class ActivityScore(models.Model):
    """How well an activity of the value chain does against competitors, -2 to 2, as somebody judged it, and why.

    Never changed: a later judgement is a row of its own, and the newest of an activity holds.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="activity_scores")
    activity = models.CharField(max_length=20)
    score = models.SmallIntegerField()
    reason = models.CharField(max_length=500)
    rival = models.CharField(max_length=120, blank=True, default="")
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    judged_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-judged_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(score__gte=-2, score__lte=2), name="activity_score_range"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="activity_score_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.activity} {self.score:+d}"


class MarketingMix(models.Model):
    """Whom a business is for and its four Ps, as somebody wrote them once, and the goal they serve: the id of its tree.

    Never changed: writing again makes the next `number`, and the newest holds.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="mixes")
    number = models.PositiveIntegerField()
    tree = models.CharField(max_length=64, blank=True, default="")
    target = models.TextField(max_length=2_000, blank=True, default="")
    product = models.TextField(max_length=2_000, blank=True, default="")
    price = models.TextField(max_length=2_000, blank=True, default="")
    place = models.TextField(max_length=2_000, blank=True, default="")
    promotion = models.TextField(max_length=2_000, blank=True, default="")
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "number"], name="marketing_mix_once"),
        ]

    def __str__(self) -> str:
        return f"{self.business_id} {self.number}"
