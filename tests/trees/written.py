"""Any document that can be written, made by hypothesis."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from keiki.periods import Grain
from keiki.trees.bundle import Bundle, KpiTarget
from keiki.trees.document import STRENGTHS, Influence, Link, NodeDocument, Owner, TreeDocument
from keiki.trees.kpi_document import BenchmarkDocument, EarlierDocument, KpiDocument
from keiki.trees.targets import SHAPES, Step, Target

words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12).filter(
    lambda text: text.strip() == text
)
maybe = st.none() | words
numbers = st.floats(allow_nan=False, allow_infinity=False)
days = st.dates(date(1900, 1, 1), date(2200, 12, 31))
spans = st.sampled_from(["3m", "90d", "2w", "1y"])
ratings = st.none() | st.integers(1, 5)
signs = st.sampled_from([1, -1])
lags = st.integers(0, 24)
steps = st.builds(Step, numbers, by=days) | st.builds(Step, numbers, within=spans)
series = st.dictionaries(days, numbers, min_size=1, max_size=3).map(lambda found: tuple(sorted(found.items())))


@st.composite
def targets(draw: st.DrawFn) -> Target:
    band = draw(st.booleans())
    low, high = sorted((draw(numbers), draw(numbers)))
    since, by = sorted((draw(days), draw(days)))
    within = draw(st.none() | spans)
    return Target(
        value=draw(st.none() | numbers) if band else draw(numbers),
        compare="between" if band else draw(st.sampled_from([None, "at_least", "at_most"])),
        low=low if band else None,
        high=high if band else None,
        period=draw(st.none() | st.sampled_from(Grain)),
        start=draw(st.none() | numbers),
        since=draw(st.none() | st.just(since)),
        by=draw(st.none() | st.just(by)) if within is None else None,
        within=within,
        steps=tuple(draw(st.lists(steps, max_size=2))),
        shape=draw(st.sampled_from(SHAPES)),
        months=draw(series),
        note_ja=draw(maybe),
        note_en=draw(maybe),
    )


@st.composite
def trees(draw: st.DrawFn, tree_id: str | None = None) -> TreeDocument:
    ids: list[str] = []

    def node(depth: int) -> NodeDocument:
        name = f"n{len(ids)}"
        ids.append(name)
        children = tuple(node(depth + 1) for _ in range(draw(st.integers(0, 2 if depth < 3 else 0))))
        return NodeDocument(
            id=name,
            kpi=draw(maybe),
            ja=draw(maybe),
            en=draw(maybe),
            level=draw(st.sampled_from([None, "kgi", "ksf", "kpi", "detail"])),
            formula=draw(maybe),
            where=draw(maybe),
            driver=draw(st.booleans()),
            influence=draw(st.none() | st.builds(Influence, signs, lags)),
            why_ja=draw(maybe),
            why_en=draw(maybe),
            children=children,
            owner=draw(st.none() | st.builds(Owner, maybe, maybe)),
            target=draw(st.none() | targets()),
            kra=draw(maybe),
            collapsed=draw(st.booleans()),
            impact=draw(ratings),
            feasibility=draw(ratings),
            control=draw(ratings),
            note_ja=draw(maybe),
            note_en=draw(maybe),
        )

    root = node(0)
    pairs = [(one, other) for one in ids for other in ids if one != other]
    ends = draw(st.lists(st.sampled_from(pairs), max_size=2, unique=True)) if pairs else []
    strengths = st.sampled_from([None, *STRENGTHS])
    return TreeDocument(
        *(tree_id or draw(words), draw(words), draw(words), draw(words), draw(words), root),
        kind=draw(st.sampled_from(["tree", "board"])),
        team=draw(maybe),
        rank=draw(st.none() | st.integers(1, 9)),
        goal_ja=draw(maybe),
        goal_en=draw(maybe),
        domain=tuple(draw(st.lists(words, max_size=2))),
        links=tuple(
            Link(one, other, draw(signs), draw(lags), draw(strengths), draw(maybe), draw(maybe)) for one, other in ends
        ),
        family=draw(maybe),
        phase=draw(maybe),
        purpose_ja=draw(maybe),
        purpose_en=draw(maybe),
    )


@st.composite
def kpis(draw: st.DrawFn, kpi_id: str) -> KpiDocument:
    formulas = st.sampled_from(["n_orders", "sum_order_revenue / n_orders", "n_orders[channel = 'paid']"])
    pairs = st.dictionaries(st.sampled_from(["within", "at"]), words, max_size=2).map(
        lambda p: tuple(sorted(p.items()))
    )
    return KpiDocument(
        *(kpi_id, draw(words), draw(words), draw(words), draw(words), draw(formulas)),
        unit=draw(st.sampled_from(["count", "currency", "ratio"])),
        direction=draw(st.sampled_from(["higher", "lower", "neutral"])),
        cadence=tuple(draw(st.lists(st.sampled_from(["daily", "monthly"]), max_size=2))),
        domain=tuple(draw(st.lists(words, max_size=2))),
        journey_stage=draw(st.none() | st.just("purchase")),
        department=tuple(draw(st.lists(st.sampled_from(["marketing", "finance"]), max_size=1))),
        params=draw(pairs),
        base=draw(maybe),
        pairs_with=tuple(draw(st.lists(words, max_size=2))),
        benchmarks=tuple(
            draw(st.lists(st.builds(BenchmarkDocument, words, words, words, words, st.none() | numbers), max_size=1))
        ),
        version=draw(st.integers(1, 9)),
        since=draw(st.none() | days),
        reason=draw(maybe),
        earlier=tuple(
            draw(st.lists(st.builds(EarlierDocument, st.integers(1, 9), formulas, st.none() | days), max_size=1))
        ),
        data_source=draw(maybe),
        retired=draw(st.none() | days),
    )


@st.composite
def bundles(draw: st.DrawFn) -> Bundle:
    names = draw(st.lists(st.sampled_from(["a", "b", "c"]), max_size=2, unique=True))
    own = draw(st.lists(st.sampled_from(["x", "y", "z"]), max_size=2, unique=True))
    of_kpis = st.builds(KpiTarget, targets(), words, st.none() | st.just("channel = 'paid'"))
    of_nodes = st.builds(KpiTarget, targets(), tree=words, node=words)
    return Bundle(
        tuple(draw(trees(name)) for name in names),
        tuple(draw(kpis(name)) for name in own),
        tuple(draw(st.lists(of_kpis | of_nodes, max_size=2))),
    )
