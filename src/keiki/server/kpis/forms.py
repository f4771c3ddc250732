"""What people ask in an address, and what they type about KPIs of their own."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import count
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from keiki.catalogue.kpi import OBSERVED
from keiki.catalogue.tags import TAGS
from keiki.catalogue.value_chain import ACTIVITIES
from keiki.errors import UnknownName
from keiki.measures.units import UNITS
from keiki.periods import Grain
from keiki.server.kpis.models import LONGEST_COMMENT, Word
from keiki.server.kpis.queries import FACETS, Question
from keiki.server.ui.forms import read_day
from keiki.server.ui.language import current_language

OPENINGS = ("trouble", "two", "all")


@dataclass(frozen=True)
class Asked:
    """What the address asks for; a value nobody could have meant falls back to its default."""

    grain: Grain = Grain.MONTH
    on: date | None = None
    comparison: str = "previous"
    segment: tuple[str, str] | None = None
    opening: str = "trouble"
    flips: frozenset[str] = frozenset()
    table: bool = False
    by: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Asked:
        """The question of a query string."""
        grain = query.get("grain", "")
        dimension, _, value = query.get("segment", "").partition(":")
        return cls(
            grain=Grain(grain) if grain in set(Grain) else Grain.MONTH,
            on=read_day(query.get("on", "")),
            comparison="last_year" if query.get("versus") == "last_year" else "previous",
            segment=(dimension, value) if dimension.isidentifier() and value else None,
            opening=query.get("open", "") if query.get("open") in OPENINGS else "trouble",
            flips=frozenset(name for name in query.get("flip", "").split(",") if name),
            table=query.get("as") == "table",
            by=query.get("by", "") if query.get("by", "").isidentifier() else "",
        )

    @property
    def question(self) -> Question:
        """The part that decides the numbers."""
        return Question(self.grain, self.on, self.comparison, self.segment)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The query string's names and values, defaults left out, always in the same order."""
        stated = {
            "grain": "" if self.grain is Grain.MONTH else self.grain.value,
            "on": self.on.isoformat() if self.on else "",
            "versus": "" if self.comparison == "previous" else self.comparison,
            "segment": ":".join(self.segment) if self.segment else "",
            "open": "" if self.opening == "trouble" else self.opening,
            "flip": ",".join(sorted(self.flips)),
            "as": "table" if self.table else "",
            "by": self.by,
        }
        return tuple((name, value) for name, value in stated.items() if value)

    def url(self, path: str, **changes: Any) -> str:
        """The address of the same question with some changes."""
        pairs = replace(self, **changes).pairs
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def flipped(self, node: str) -> Asked:
        """The same question with one branch opened or closed."""
        return replace(self, flips=self.flips ^ {node})


# --- the catalogue and KPIs of one's own ---


@dataclass(frozen=True)
class CatalogueAsked:
    """What the address of the catalogue asks for: words, the value of each facet, the page, whether to measure now."""

    words: str = ""
    chosen: tuple[tuple[str, str], ...] = ()
    page: int = 1
    values: bool = False

    @classmethod
    def read(cls, query: Mapping[str, str]) -> CatalogueAsked:
        """The question of a query string; what nobody could have meant is left out."""
        page = query.get("page", "")
        return cls(
            words=query.get("q", "").strip()[:LONGEST_SEARCH],
            chosen=tuple((facet, query[facet][:64]) for facet in FACETS if query.get(facet)),
            page=max(int(page[:4]), 1) if page.isdecimal() else 1,
            values="values" in query,
        )

    def url(self, path: str, **changes: Any) -> str:
        """An address with the same question, but for the changes; another question begins at its first page."""
        facets = {**dict(self.chosen), **{name: value for name, value in changes.items() if name in FACETS}}
        words = changes.get("words", self.words)
        pairs = [("q", words), *((facet, facets.get(facet, "")) for facet in FACETS)]
        page = changes.get("page", 1)
        pairs += [("page", str(page) if page > 1 else ""), ("values", "1" if changes.get("values") else "")]
        stated = [(name, value) for name, value in pairs if value]
        return f"{path}?{urlencode(stated)}" if stated else path


LONGEST_SEARCH = 80
RESERVED_IDS = frozenset({"new", "names", "check", "glossary"})


def _choices(tag: str, optional: bool = False) -> Callable[[], list[tuple[str, str]]]:
    """The values of a tag in the reader's language, looked up when a form is made."""

    def listed() -> list[tuple[str, str]]:
        language = current_language()
        return [*([("", "—")] if optional else []), *((v, label.words(language)) for v, label in TAGS[tag].items())]

    return listed


def _units() -> list[tuple[str, str]]:
    language = current_language()
    return [(each.name, each.ja if language == "ja" else each.en) for each in UNITS.values()]


class KpiForm(forms.Form):
    """A KPI of one's own. `version` says which state the person has seen, 0 for none."""

    ja = forms.CharField(label=_("Name in Japanese"), max_length=80, required=False)
    en = forms.CharField(label=_("Name in English"), max_length=80, required=False)
    kpi_id = forms.CharField(
        label=_("Id"),
        max_length=48,
        required=False,
        validators=[RegexValidator(r"^[a-z][a-z0-9_]*$", _("Small letters, digits and _; a letter first."))],
        help_text=_("For formulas, such as repeat_rate. Left empty, it is made from the English name."),
    )
    formula = forms.CharField(label=_("Formula"), max_length=4000, strip=True, widget=forms.Textarea(attrs={"rows": 3}))
    unit = forms.ChoiceField(label=_("Unit"), choices=_units, initial="number")
    direction = forms.ChoiceField(label=_("Wished direction"), choices=_choices("direction"), initial="higher")
    definition_ja = forms.CharField(
        label=_("Meaning in Japanese"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "lang": "ja"}),
    )
    definition_en = forms.CharField(
        label=_("Meaning in English"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "lang": "en"}),
    )
    data_source = forms.CharField(
        label=_("Where the numbers come from"),
        max_length=120,
        required=False,
        help_text=_(
            "Only if people enter them or a tool outside counts them, such as “Weekly survey, by the shop team”."
        ),
    )
    procedure = forms.CharField(
        label=_("How it is measured"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Who, when and how. Asked for where people enter the values."),
    )
    kind = forms.ChoiceField(label=_("Quantity or quality"), choices=_choices("kind"), initial="quantity")
    pairs_with = forms.CharField(
        label=_("Read beside it"),
        max_length=400,
        required=False,
        help_text=_("Ids of KPIs that say how good, such as cvr; several with commas."),
    )
    layer = forms.ChoiceField(label=_("Layer"), choices=_choices("layer"), initial="intermediate")
    horizon = forms.ChoiceField(label=_("Horizon"), choices=_choices("horizon"), initial="mid")
    lead_lag = forms.ChoiceField(label=_("Leading or lagging"), choices=_choices("lead_lag"), initial="lag")
    journey_stage = forms.ChoiceField(
        label=_("Journey stage"), choices=_choices("stage", optional=True), required=False
    )
    value_chain = forms.ChoiceField(label=_("Activity"), choices=_choices("value_chain"), initial="communication")
    cadence = forms.MultipleChoiceField(
        label=_("Looked at"),
        choices=_choices("cadence"),
        initial=["monthly"],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    department = forms.MultipleChoiceField(
        label=_("Departments"),
        choices=_choices("department"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    domain = forms.MultipleChoiceField(
        label=_("Fields of work"), choices=_choices("domain"), required=False, widget=forms.CheckboxSelectMultiple
    )
    effective = forms.ChoiceField(
        label=_("A changed formula"),
        required=False,
        initial="day",
        widget=forms.RadioSelect,
        choices=(
            ("day", _("holds from a day on; earlier periods keep the present one")),
            ("correction", _("corrects a mistake; every period of the present one is calculated anew")),
        ),
    )
    since = forms.DateField(label=_("From this day on"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label=_("Reason for the change"), max_length=400, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, initial=0, min_value=0)

    WORDS = ("ja", "en", "definition_ja", "definition_en", "unit", "direction", "data_source", "procedure", "formula")
    CHOSEN = ("kind", "layer", "horizon", "lead_lag", "journey_stage", "value_chain")
    LISTED = ("cadence", "department", "domain")

    def __init__(self, *args: Any, known: Mapping[str, Any] | None = None, changing: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.known = known or {}
        self.changing = changing
        if changing:
            del self.fields["kpi_id"]
        else:
            for name in ("effective", "since", "reason"):
                del self.fields[name]

    @classmethod
    def initial_of(cls, document: Mapping[str, Any]) -> dict[str, Any]:
        """What the form shows of a declaration."""
        values = {name: document.get(name, "") for name in (*cls.WORDS, *cls.CHOSEN)}
        values |= {name: list(document.get(name, [])) for name in cls.LISTED}
        return values | {"pairs_with": ", ".join(document.get("pairs_with", []))}

    def clean_pairs_with(self) -> list[str]:
        """Ids of KPIs that exist."""
        listed = [each for each in re.split(r"[\s,、]+", self.cleaned_data["pairs_with"]) if each]
        for name in listed:
            if name not in self.known:
                error = UnknownName(kind="KPI", name=name, known=self.known)
                raise forms.ValidationError(error.words(current_language()))
        return listed

    def clean(self) -> dict[str, Any]:
        """A name in one language at least; an id that is free; a day where a formula changes."""
        said: dict[str, Any] = super().clean() or {}
        if not said.get("ja") and not said.get("en"):
            self.add_error("ja", _("Give a name in one of the two languages."))
        if not self.changing and not self.errors:
            wished = said.get("kpi_id") or re.sub(r"[^a-z0-9]+", "_", said.get("en", "").lower()).strip("_")[:48]
            said["kpi_id"] = wished if wished[:1].isalpha() else self._free_id()
            if said["kpi_id"] in RESERVED_IDS or said["kpi_id"] in self.known:
                taken = _("There is already a KPI with this id. Choose another one, or change that KPI on its page.")
                self.add_error("kpi_id", taken)
        if OBSERVED in (said.get("formula") or "") and not said.get("procedure", "").strip():
            self.add_error("procedure", _("Say who measures it, when and how: people enter its values."))
        if self.changing and said.get("effective") == "day" and not said.get("since"):
            self.add_error("since", _("Give the day from which the changed formula holds."))
        return said

    def _free_id(self) -> str:
        return next(f"own_{n}" for n in count(1) if f"own_{n}" not in self.known)

    @property
    def document(self) -> dict[str, Any]:
        """The declaration that was typed."""
        names = (*self.WORDS, *self.CHOSEN, *self.LISTED, "pairs_with")
        return {name: self.cleaned_data[name] for name in names}


class ValueForm(forms.Form):
    """One value that a person knows: of which period, how much, from where."""

    on = forms.DateField(label=_("A day of the period"), widget=forms.DateInput(attrs={"type": "date"}))
    grain = forms.ChoiceField(
        label=_("Period"),
        initial="month",
        choices=(("day", _("Day")), ("week", _("Week")), ("month", _("Month")), ("quarter", _("Quarter"))),
    )
    value = forms.FloatField(label=_("Value"))
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=400,
        required=False,
        help_text=_("What shows that it is right: a report, a screenshot, a link. Without it the value is marked."),
    )
    source = forms.CharField(label=_("Where it comes from"), max_length=120, required=False)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def clean_value(self) -> float:
        """A number that can be calculated with."""
        value: float = self.cleaned_data["value"]
        if not math.isfinite(value) or abs(value) > LARGEST_VALUE:
            raise forms.ValidationError(_("Give a number."))
        return value


class WordForm(forms.Form):
    """What a person says about an unusual value; no word takes back what was said."""

    day = forms.DateField()
    grain = forms.ChoiceField(choices=[(str(grain), str(grain)) for grain in Grain])
    word = forms.ChoiceField(choices=Word.choices, required=False)
    note = forms.CharField(max_length=200, required=False)


class CommentText(forms.Form):
    """The words of a comment."""

    text = forms.CharField(max_length=LONGEST_COMMENT)

    def clean_text(self) -> str:
        """Lines end in one way, whatever the browser sends."""
        text: str = self.cleaned_data["text"]
        return text.replace("\r\n", "\n")


class CommentForm(CommentText):
    """A comment: about which period, under which of the `conditions` that trees count the KPI by, answering what."""

    day = forms.DateField()
    grain = forms.ChoiceField(choices=[(str(grain), str(grain)) for grain in Grain])
    where = forms.ChoiceField(required=False)
    answers = forms.IntegerField(required=False, min_value=1)

    def __init__(self, *args: Any, conditions: Collection[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["where"].choices = [(each, each) for each in conditions]  # type: ignore[attr-defined]  # a ChoiceField


LARGEST_VALUE = 1e15


def score_words() -> dict[int, Any]:
    """How well an activity does against competitors, the weakest first."""
    return {
        -2: _("much weaker"),
        -1: _("weaker"),
        0: _("alike"),
        1: _("stronger"),
        2: _("much stronger"),
    }


def mix_words() -> dict[str, Any]:
    """The parts of the marketing mix as people call them."""
    return {
        "target": _("Target (segment and position)"),
        "product": _("Product"),
        "price": _("Price"),
        "place": _("Place (channels)"),
        "promotion": _("Promotion"),
    }


class MixForm(forms.Form):
    """The marketing mix and the goal it serves; something has to be said."""

    tree = forms.ChoiceField(label=_("Goal it serves"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, goals: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tree"].choices = [("", _("none yet")), *goals]  # type: ignore[attr-defined]  # a ChoiceField
        for part, words in mix_words().items():
            widget = forms.Textarea(attrs={"rows": 2})
            self.fields[part] = forms.CharField(label=words, max_length=2_000, required=False, widget=widget)

    @property
    def texts(self) -> dict[str, str]:
        """What was said of each part."""
        return {part: self.cleaned_data[part] for part in mix_words()}

    def clean(self) -> dict[str, Any]:
        cleaned = dict(super().clean() or {})
        if not self.errors and not any(cleaned[part].strip() for part in mix_words()):
            self.add_error("target", gettext("Say at least one of the five."))
        return cleaned


class StrengthForm(forms.Form):
    """One activity against competitors."""

    activity = forms.ChoiceField(label=_("Activity"))
    score = forms.TypedChoiceField(label=_("Against competitors"), coerce=int)
    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}), help_text=_("What shows it.")
    )
    rival = forms.CharField(label=_("Compared with"), max_length=120, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = current_language()
        shown = [(each.id, each.label(language)) for each in ACTIVITIES]
        self.fields["activity"].choices = shown  # type: ignore[attr-defined]  # a ChoiceField
        words = [(score, f"{score:+d} {told}" if score else f"0 {told}") for score, told in score_words().items()]
        self.fields["score"].choices = words  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["score"].initial = 0
