"""What a person writes on the design page: about a node, about the tree, and how to begin one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from keiki.facts import vocabulary
from keiki.server.ui.language import current_language
from keiki.trees.document import LONGEST_LAG, Influence, NodeDocument, Owner, TreeDocument
from keiki.trees.edit import Edge

EDGES: tuple[tuple[str, Any], ...] = (
    ("+", _("+ in the formula")),
    ("-", _("− in the formula")),
    ("*", _("× in the formula")),
    ("/", _("÷ in the formula")),
    ("same", _("influence, same way")),
    ("against", _("influence, other way")),
)
LEVELS = (("", _("by its place")), ("kgi", "KGI"), ("ksf", "KSF"), ("kpi", "KPI"), ("detail", _("Detail")))
SCALE = (("", "—"), *((str(n), str(n)) for n in range(1, 6)))
LONG = 400


class NodeForm(forms.Form):
    """Everything about one node except what hangs below it; a blank name is that of its KPI."""

    ja = forms.CharField(label=_("Name in Japanese"), max_length=120, required=False)
    en = forms.CharField(label=_("Name in English"), max_length=120, required=False)
    edge = forms.ChoiceField(label=_("Link to the one above"), choices=EDGES, required=False)
    lag = forms.IntegerField(
        label=_("Takes effect after (periods)"), min_value=0, max_value=LONGEST_LAG, required=False
    )
    level = forms.ChoiceField(label=_("Level"), choices=LEVELS, required=False)
    why_ja = forms.CharField(
        label=_("Why it leads to the one above (Japanese)"),
        max_length=LONG,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    why_en = forms.CharField(
        label=_("Why it leads to the one above (English)"),
        max_length=LONG,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    department = forms.CharField(label=_("Department in charge"), max_length=80, required=False)
    person = forms.CharField(label=_("Person in charge"), max_length=80, required=False)
    kra = forms.CharField(label=_("Key result area"), max_length=80, required=False)
    formula = forms.CharField(label=_("Formula over the numbers below"), max_length=1000, required=False)
    where = forms.CharField(
        label=_("Only rows where"),
        max_length=LONG,
        required=False,
        help_text=_("e.g. <code>channel = 'email'</code>"),
    )
    driver = forms.BooleanField(label=_("A what-if may move this number"), required=False)
    impact = forms.ChoiceField(label=_("Impact (1–5)"), choices=SCALE, required=False)
    feasibility = forms.ChoiceField(label=_("Feasibility (1–5)"), choices=SCALE, required=False)
    control = forms.ChoiceField(label=_("In our hands (1–5)"), choices=SCALE, required=False)
    note_ja = forms.CharField(
        label=_("Note"), max_length=LONG, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    OWN: ClassVar[tuple[str, ...]] = ("ja", "en", "level", "why_ja", "why_en", "kra", "where", "note_ja")
    RATED: ClassVar[tuple[str, ...]] = ("impact", "feasibility", "control")

    def __init__(self, *args: Any, people: Iterable[str] = (), departments: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people, self.departments = tuple(people), tuple(departments)
        self.fields["person"].widget.attrs["list"] = "people"
        self.fields["department"].widget.attrs["list"] = "departments"

    @classmethod
    def initial_of(cls, node: NodeDocument, edge: Edge | None) -> dict[str, Any]:
        """What the form shows for a node."""
        shown = {name: getattr(node, name) or "" for name in (*cls.OWN, *cls.RATED, "formula")}
        influence = edge if isinstance(edge, Influence) else None
        return shown | {
            "edge": ("same" if influence.sign > 0 else "against") if influence else edge or "+",
            "lag": influence.lag if influence else 0,
            "driver": node.driver,
            "department": department_words(node.owner.department if node.owner else None),
            "person": node.owner.person if node.owner else "",
        }

    @property
    def node_fields(self) -> dict[str, Any]:
        """The values as a node has them; what is blank is absent."""
        given = self.cleaned_data
        owner = Owner(department_id(given["department"]) or None, given["person"] or None)
        return {
            **{name: given[name] or None for name in self.OWN},
            **{name: int(given[name]) if given[name] else None for name in self.RATED},
            "driver": given["driver"],
            "owner": owner if owner.department or owner.person else None,
        }


class TreeForm(forms.Form):
    """The tree itself: names, team, rank, the company goal it serves."""

    ja = forms.CharField(label=_("Name in Japanese"), max_length=120)
    en = forms.CharField(label=_("Name in English"), max_length=120)
    about_ja = forms.CharField(
        label=_("What it is about (Japanese)"), max_length=LONG, widget=forms.Textarea(attrs={"rows": 2})
    )
    about_en = forms.CharField(
        label=_("What it is about (English)"), max_length=LONG, widget=forms.Textarea(attrs={"rows": 2})
    )
    team = forms.CharField(label=_("Team whose goal it is"), max_length=80, required=False)
    rank = forms.IntegerField(label=_("Rank among the team's goals"), min_value=1, max_value=99, required=False)
    goal_ja = forms.CharField(label=_("Company goal it serves (Japanese)"), max_length=LONG, required=False)
    goal_en = forms.CharField(label=_("Company goal it serves (English)"), max_length=LONG, required=False)
    kind = forms.ChoiceField(
        label=_("Kind"), choices=(("tree", _("Tree")), ("board", _("Team board (3–5 KPIs)"))), required=False
    )

    NAMES: ClassVar[tuple[str, ...]] = (
        *("ja", "en", "about_ja", "about_en", "team", "rank"),
        *("goal_ja", "goal_en", "kind"),
    )

    @classmethod
    def initial_of(cls, document: TreeDocument) -> dict[str, Any]:
        """What the form shows for a tree."""
        return {name: getattr(document, name) for name in cls.NAMES}

    @property
    def tree_fields(self) -> dict[str, Any]:
        """The values as a tree has them."""
        given = {name: self.cleaned_data[name] or None for name in self.NAMES}
        return given | {"kind": given["kind"] or "tree"}


class StartForm(forms.Form):
    """A tree from nothing: its name and its goal, a KPI or only a name."""

    name = forms.CharField(label=_("Name of the tree"), max_length=120)
    goal = forms.ChoiceField(label=_("Goal (KGI)"), required=False)
    team = forms.CharField(label=_("Team whose goal it is"), max_length=80, required=False)

    def __init__(self, *args: Any, kpis: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["goal"].choices = (("", _("Decide later")), *kpis)  # type: ignore[attr-defined]  # a ChoiceField


class LayersForm(forms.Form):
    """A team's three layers: what it does, what lies between, the result; asked in the order the team prefers.

    They serve a long-term profit that all departments share.
    """

    name = forms.CharField(label=_("Name of the team"), max_length=80)
    goal = forms.ChoiceField(
        label=_("Goal shared by all departments: long-term profit"),
        help_text=_("Every team’s board names it, so that no department wins at the cost of another."),
    )
    result = forms.ChoiceField(label=_("Result: what the team is measured by"))
    between = forms.MultipleChoiceField(
        label=_("In between: what shows that it works"), widget=forms.CheckboxSelectMultiple
    )
    doing = forms.MultipleChoiceField(label=_("Action: what the team does"), widget=forms.CheckboxSelectMultiple)

    def __init__(
        self,
        *args: Any,
        kpis: dict[str, tuple[tuple[str, str], ...]],
        goals: Iterable[tuple[str, str]],
        order: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["goal"].choices = tuple(goals)  # type: ignore[attr-defined]  # a ChoiceField
        for name, layer in (("result", "result"), ("between", "intermediate"), ("doing", "action")):
            self.fields[name].choices = kpis[layer]  # type: ignore[attr-defined]  # a ChoiceField
        layers = ("doing", "between", "result") if order == "action" else ("result", "between", "doing")
        self.order_fields(("name", "goal", *layers))


class FileForm(forms.Form):
    """A tree as text: pasted, or from a file."""

    LARGEST: ClassVar[int] = 1024 * 1024
    file = forms.FileField(label=_("A file (YAML or JSON, up to 1 MB)"), required=False)
    text = forms.CharField(
        label=_("or its text"),
        required=False,
        max_length=LARGEST,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
    )

    file_name = "kpi-tree.yaml"

    @staticmethod
    def _named_by(text: str) -> str:
        """What a pasted text would be called: JSON begins with a brace."""
        return "kpi-tree.json" if text.lstrip().startswith("{") else "kpi-tree.yaml"

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        file = given.get("file")
        if file is not None:
            if file.size > self.LARGEST:
                raise forms.ValidationError(_("The file is larger than 1 MB. Nothing was read."))
            try:
                given["text"] = file.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                raise forms.ValidationError(
                    _("The file is not UTF-8 text. Save it as UTF-8 and send it again.")
                ) from None
        self.file_name = str(file.name) if file is not None else self._named_by(given.get("text") or "")
        if not (given.get("text") or "").strip():
            raise forms.ValidationError(_("Choose a file or paste its text."))
        return given


def department_words(department: str | None) -> str:
    """What a department is called; one that Keiki does not know is called as it is written."""
    known = vocabulary("department")
    return known[department].words(current_language()) if department in known else department or ""


def department_id(words: str) -> str:
    """The department of that name in either language; a name of one's own stays as it is."""
    named = {each.words(one): name for name, each in vocabulary("department").items() for one in ("ja", "en")}
    return named.get(words, words)
