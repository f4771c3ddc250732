"""A tree as people write it: YAML to a document and back, nothing measured yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from keiki.catalogue.load import Catalogue
from keiki.errors import NodeTwice, TreeTooLarge, UnknownName
from keiki.measures.document import Entry, parse
from keiki.trees.fields import LARGEST, Field, Kind, Table, entry_of, missing, plain, read, write, wrong
from keiki.trees.target_fields import TARGET
from keiki.trees.targets import Target

LEVELS = ("kgi", "ksf", "kpi", "detail")
TREE, BOARD = "tree", "board"
STRENGTHS = ("weak", "medium", "strong")
LONGEST_LAG = 24


@dataclass(frozen=True)
class Influence:
    """A belief, not an identity: the child moves its parent `lag` periods later, up (+1) or down (-1) with it."""

    sign: int
    lag: int = 0


@dataclass(frozen=True)
class Owner:
    """Who answers for a number: a department, a person, or both."""

    department: str | None = None
    person: str | None = None


@dataclass(frozen=True)
class Link:
    """An influence beside the tree: the node `source` is believed to move the node `target`.

    `sign` +1 or -1, `lag` in periods, `strength` weak, medium or strong; `why_ja`, `why_en` say why.
    """

    source: str
    target: str
    sign: int = 1
    lag: int = 0
    strength: str | None = None
    why_ja: str | None = None
    why_en: str | None = None


@dataclass(frozen=True)
class NodeDocument:
    """One node as written. `formula` joins the ids of its children; `where` narrows its KPI.

    `driver`: a what-if may move it, and then its own formula holds still. `influence`: it is not part of its
    parent's formula. `why_ja`, `why_en`: the causal sentence of a success factor. `kra`: the key result area it is
    filed under. `impact`, `feasibility`, `control`: 1 (little) to 5 (much). `collapsed`: drawn without its children.
    """

    id: str
    kpi: str | None = None
    ja: str | None = None
    en: str | None = None
    level: str | None = None
    formula: str | None = None
    where: str | None = None
    driver: bool = False
    influence: Influence | None = None
    why_ja: str | None = None
    why_en: str | None = None
    children: tuple[NodeDocument, ...] = ()
    owner: Owner | None = None
    target: Target | None = None
    kra: str | None = None
    collapsed: bool = False
    impact: int | None = None
    feasibility: int | None = None
    control: int | None = None
    note_ja: str | None = None
    note_en: str | None = None

    def walk(self) -> Iterator[NodeDocument]:
        """This node and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class TreeDocument:
    """A whole tree as written, with its names and what it is about in both languages.

    `kind`: a `tree`, or the `board` of a team with its 3–5 KPIs. `team` is the unit whose goal it is, `rank` the
    order among that team's goals, `goal_ja`/`goal_en` the company goal it serves, `domain` its fields of work,
    `links` influences beside the tree. A template says the `family` it is filed under, the `phase` it is for and its
    purpose.
    """

    id: str
    ja: str
    en: str
    about_ja: str
    about_en: str
    root: NodeDocument
    kind: str = TREE
    team: str | None = None
    rank: int | None = None
    goal_ja: str | None = None
    goal_en: str | None = None
    domain: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    family: str | None = None
    phase: str | None = None
    purpose_ja: str | None = None
    purpose_en: str | None = None

    def node(self, node_id: str) -> NodeDocument:
        """The node of that id; `UnknownName` suggests the nearest."""
        nodes = {node.id: node for node in self.root.walk()}
        if node_id not in nodes:
            raise UnknownName(kind="node", name=node_id, known=nodes)
        return nodes[node_id]


def template(catalogue: Catalogue, tree_id: str) -> TreeDocument:
    """A tree of the business or a built-in template by id, the business's own first."""
    written = catalogue.trees.get(tree_id, catalogue.templates.get(tree_id))
    if written is None:
        raise UnknownName(kind="tree", name=tree_id, known=[*catalogue.trees, *catalogue.templates])
    return tree_document(written)


def from_yaml(text: str, file: str = "tree.yaml") -> TreeDocument:
    """A tree from YAML text; errors name the line, with `file` as the name of the text."""
    return tree_document(parse(text, file))


def to_yaml(document: TreeDocument) -> str:
    """The tree as YAML that `from_yaml` reads back to the same document."""
    return as_yaml(write(TREE_TABLE, document))


def as_yaml(content: Mapping[str, Any]) -> str:
    """Plain mappings and lists as YAML in the order they have."""
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120)


def from_dict(content: Mapping[str, Any]) -> TreeDocument:
    """A tree from plain mappings and lists, as `as_dict` gives them; errors name the way to the field."""
    return tree_document(entry_of(content))


def as_dict(document: TreeDocument) -> dict[str, Any]:
    """The tree as plain mappings and lists, ready for JSON; what is absent is left out."""
    shown: dict[str, Any] = plain(write(TREE_TABLE, document))
    return shown


def tree_document(entry: Entry) -> TreeDocument:
    """A tree from a document that was read."""
    document: TreeDocument = read(TREE_TABLE, entry)
    return document


def _tree(entry: Entry, values: dict[str, Any]) -> TreeDocument:
    document = TreeDocument(**values)
    nodes: dict[str, NodeDocument] = {}
    for node in document.root.walk():
        if node.id in nodes:
            raise NodeTwice(subject=document.id, field="id", value=node.id, options=f"{node.id}_2", place=entry.at)
        nodes[node.id] = node
    if len(nodes) > LARGEST:
        raise TreeTooLarge(subject=document.id, count=len(nodes), limit=LARGEST, what="nodes", what_ja="ノード数")
    _check_links(entry, document, nodes)
    return document


def _check_links(entry: Entry, document: TreeDocument, nodes: Mapping[str, NodeDocument]) -> None:
    ends: set[tuple[str, str]] = set()
    for link in document.links:
        for end in (link.source, link.target):
            if end not in nodes:
                raise UnknownName(kind="node", name=end, known=nodes)
        if link.source == link.target:
            raise wrong(entry, "links", link.target, f"≠ {link.source}")
        if (link.source, link.target) in ends:
            raise wrong(entry, "links", f"{link.source} > {link.target}", "×1")
        ends.add((link.source, link.target))


def _node(entry: Entry, values: dict[str, Any]) -> NodeDocument:
    node_id = values["id"] or values["kpi"]
    if node_id is None:
        raise missing(entry, "id")
    return NodeDocument(**{**values, "id": node_id})


def _influence(entry: Entry, values: dict[str, Any]) -> Influence:
    return Influence(**values)


def _owner(entry: Entry, values: dict[str, Any]) -> Owner:
    return Owner(**values)


def _link(entry: Entry, values: dict[str, Any]) -> Link:
    return Link(**values)


SIGN_JA = "＋は同じ向き、－は逆の向きに動く。"
SIGN_EN = "`+` moves the same way, `-` the other way."
LAG_JA = "何期あとに効くか。"
LAG_EN = "How many periods later."

INFLUENCE_TABLE = Table(
    "influence",
    "式ではなく影響としてのつながり。",
    "A connection by influence, not by formula.",
    (
        Field("sign", Kind.SIGN, SIGN_JA, SIGN_EN, needed=True),
        Field("lag", Kind.WHOLE, LAG_JA, LAG_EN, low=0, high=LONGEST_LAG, default=0),
    ),
    _influence,
)

OWNER_TABLE = Table(
    "owner",
    "数字の担当。",
    "Who answers for a number.",
    (
        Field("department", Kind.TEXT, "部署。", "Department."),
        Field("person", Kind.TEXT, "人。", "Person."),
    ),
    _owner,
)

LINK_TABLE = Table(
    "link",
    "ツリーの線とは別の、指標から指標への影響。",
    "An influence from one node to another, beside the lines of the tree.",
    (
        Field("source", Kind.TEXT, "動かす側のノードの id。", "Id of the node that moves.", needed=True),
        Field("target", Kind.TEXT, "動かされる側のノードの id。", "Id of the node that is moved.", needed=True),
        Field("sign", Kind.SIGN, SIGN_JA, SIGN_EN, default=1),
        Field("lag", Kind.WHOLE, LAG_JA, LAG_EN, low=0, high=LONGEST_LAG, default=0),
        Field("strength", Kind.TEXT, "影響の強さ。", "How strong it is.", options=STRENGTHS),
        Field("why_ja", Kind.TEXT, "理由（日本語）。", "Why, in Japanese."),
        Field("why_en", Kind.TEXT, "理由（英語）。", "Why, in English."),
    ),
    _link,
)

NODE_TABLE: Table = Table(
    "node",
    "ツリーのノード。kpi、formula、children のどれかが要る。",
    "A node of a tree; it needs a `kpi`, a `formula` or `children`.",
    (
        Field(
            "id",
            Kind.TEXT,
            "ツリーの中で一つだけの名前。省くと kpi と同じ。",
            "Unique in the tree; the KPI's id when left out.",
        ),
        Field("kpi", Kind.TEXT, "カタログのKPIの id。", "Id of a KPI of the catalogue."),
        Field("ja", Kind.TEXT, "日本語の名前。省くとKPIの名前。", "Japanese name; the KPI's when left out."),
        Field("en", Kind.TEXT, "英語の名前。省くとKPIの名前。", "English name; the KPI's when left out."),
        Field("level", Kind.TEXT, "段。省くと深さで決まる。", "Level; by depth when left out.", options=LEVELS),
        Field("formula", Kind.TEXT, "子の id を ＋－×÷ でつなぐ式。", "Joins the ids of its children by + - * /."),
        Field("where", Kind.TEXT, "KPIを絞り込む条件。", "Condition that narrows the KPI."),
        Field("driver", Kind.FLAG, "もしもの計算で動かしてよい。", "A what-if may move it.", default=False),
        Field(
            "influence",
            Kind.RECORD,
            "親の式に入らず、影響だけがある。",
            "Not part of its parent's formula, but moves it.",
            table=lambda: INFLUENCE_TABLE,
        ),
        Field("owner", Kind.RECORD, "担当。", "Who answers for it.", table=lambda: OWNER_TABLE),
        Field("target", Kind.RECORD, "目標。", "Its target.", table=lambda: TARGET),
        Field("kra", Kind.TEXT, "重要成果領域（KRA）。", "Key result area it is filed under."),
        Field("impact", Kind.WHOLE, "ゴールへの効き目（1–5）。", "Effect on the goal.", low=1, high=5),
        Field("feasibility", Kind.WHOLE, "実現しやすさ（1–5）。", "How feasible it is to move it.", low=1, high=5),
        Field("control", Kind.WHOLE, "自分たちで動かせる度合い（1–5）。", "How far it is in our hands.", low=1, high=5),
        Field("collapsed", Kind.FLAG, "子を畳んで表示する。", "Drawn without its children.", default=False),
        Field("why_ja", Kind.TEXT, "なぜ効くか（日本語）。", "Why it matters, in Japanese."),
        Field("why_en", Kind.TEXT, "なぜ効くか（英語）。", "Why it matters, in English."),
        Field("note_ja", Kind.TEXT, "覚え書き（日本語）。", "A note in Japanese."),
        Field("note_en", Kind.TEXT, "覚え書き（英語）。", "A note in English."),
        Field("children", Kind.RECORDS, "下のノード。", "Nodes below it.", table=lambda: NODE_TABLE, default=()),
    ),
    _node,
)

TREE_TABLE = Table(
    "tree",
    "一つのツリー。",
    "One tree.",
    (
        Field("id", Kind.TEXT, "ツリーの名前（英数字）。", "Id of the tree.", needed=True),
        Field("ja", Kind.TEXT, "日本語の名前。", "Japanese name.", needed=True),
        Field("en", Kind.TEXT, "英語の名前。", "English name.", needed=True),
        Field("about_ja", Kind.TEXT, "何のツリーか（日本語）。", "What it is about, in Japanese.", needed=True),
        Field("about_en", Kind.TEXT, "何のツリーか（英語）。", "What it is about, in English.", needed=True),
        Field(
            "kind",
            Kind.TEXT,
            "tree（ツリー）か board（チームの3〜5個のKPI）。",
            "`tree`, or `board` for the 3–5 KPIs of a team.",
            options=(TREE, BOARD),
            default=TREE,
        ),
        Field("family", Kind.TEXT, "ひな形の仲間（webinar、ec など）。", "What a template is filed under."),
        Field("phase", Kind.TEXT, "ひな形が合う時期（launch など）。", "The phase a template is for."),
        Field("purpose_ja", Kind.TEXT, "ひな形の目的（日本語）。", "What a template is for, in Japanese."),
        Field("purpose_en", Kind.TEXT, "ひな形の目的（英語）。", "What a template is for, in English."),
        Field("team", Kind.TEXT, "どのチームのゴールか。", "The unit whose goal it is."),
        Field("rank", Kind.WHOLE, "チームのゴールの中の順位。", "Order among the goals of that team.", low=1, high=99),
        Field("goal_ja", Kind.TEXT, "支える会社の目標（日本語）。", "The company goal it serves, in Japanese."),
        Field("goal_en", Kind.TEXT, "支える会社の目標（英語）。", "The company goal it serves, in English."),
        Field("domain", Kind.WORDS, "領域。", "Fields of work.", default=()),
        Field(
            "root", Kind.RECORD, "いちばん上のノード（ゴール）。", "The goal.", needed=True, table=lambda: NODE_TABLE
        ),
        Field(
            "links",
            Kind.RECORDS,
            "ツリーの横の影響。",
            "Influences beside the tree.",
            table=lambda: LINK_TABLE,
            default=(),
        ),
    ),
    _tree,
)
