"""Lifetime value by formula: each with its basis, when it holds, and why the formulas differ from one another.

Terms are named as the KPIs of the catalogue that measure them; money is per customer, rates are 0 to 1.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from keiki.errors import ChurnIsZero, KeikiError, LtvTermImpossible, LtvTermMissing, UnknownName, ValueGrowsForEver
from keiki.formula import Reference, parse, references
from keiki.formula.evaluate import evaluate

Given = Mapping[str, float | None]
REVENUE, GROSS_PROFIT, NET = "revenue", "gross_profit", "net"
CHURN, GROWTH = "churn_rate_monthly", "revenue_growth_monthly"


@dataclass(frozen=True)
class Term:
    """What a formula is fed with: its unit, the values it may have, and the words of either language."""

    name: str
    unit: str
    en: str
    ja: str
    most: float = math.inf
    least: float = 0.0

    def words(self, language: str) -> str:
        """Its name in `en` or `ja`."""
        return self.ja if language.startswith("ja") else self.en


TERMS: Mapping[str, Term] = {
    term.name: term
    for term in (
        Term("aov", "currency", "Money per purchase", "購入単価"),
        Term("purchase_frequency", "per_year", "Purchases per year", "年間の購入回数"),
        Term("customer_lifetime_years", "years", "Years a customer stays", "継続年数"),
        Term("gross_margin", "ratio", "Gross margin", "粗利率", most=1.0, least=-1.0),
        Term("arpu", "currency", "Monthly revenue per person", "1人あたりの月間売上（ARPU）"),
        Term("arpa", "currency", "Monthly revenue per account", "1契約先あたりの月間売上（ARPA）"),
        Term("monthly_fee", "currency", "Monthly fee", "月額料金"),
        Term(CHURN, "ratio", "Monthly churn", "月次解約率", most=1.0),
        Term("avg_contract_period_months", "months", "Months a contract lasts", "平均契約期間"),
        Term("monthly_discount_rate", "ratio", "Monthly discount rate", "割引率（月次）", most=1.0),
        Term(GROWTH, "ratio", "Monthly growth per account", "既存顧客の売上の月次成長率", most=1.0, least=-1.0),
        Term("cac", "currency", "Acquisition cost per customer, all included", "顧客獲得コスト（CAC・全費用）"),
        Term(
            "retention_cost_per_customer", "currency", "Retention cost per customer a year", "維持コスト（年・1顧客）"
        ),
    )
}


@dataclass(frozen=True)
class LtvFormula:
    """One way to work out a lifetime value.

    Every one of them is money per month × the share of it that is kept × months, less costs: `monthly`, `share`,
    `months` and `costs` are those four. `basis` says whether it tells revenue, gross profit, or what is left after
    the costs of acquiring and keeping.
    """

    id: str
    basis: str
    text: str
    monthly: str
    share: str
    months: str
    en: str
    ja: str
    valid_en: str
    valid_ja: str
    invalid_en: str
    invalid_ja: str
    costs: str = "0"

    @property
    def terms(self) -> tuple[str, ...]:
        """The terms it needs, in the order they are written."""
        asked = {reference.id for reference in references(parse(self.text))}
        return tuple(name for name in TERMS if name in asked)

    def words(self, language: str) -> str:
        """Its name in `en` or `ja`."""
        return self.ja if language.startswith("ja") else self.en

    def valid(self, language: str) -> str:
        """When it holds."""
        return self.valid_ja if language.startswith("ja") else self.valid_en

    def invalid(self, language: str) -> str:
        """When it does not."""
        return self.invalid_ja if language.startswith("ja") else self.invalid_en


FORMULAS: Mapping[str, LtvFormula] = {
    formula.id: formula
    for formula in (
        LtvFormula(
            id="ltv",
            basis=REVENUE,
            text="aov * purchase_frequency * customer_lifetime_years",
            monthly="aov * purchase_frequency / 12",
            share="1",
            months="customer_lifetime_years * 12",
            en="Basic: price × frequency × years",
            ja="基本：購入単価×購入回数×継続年数",
            valid_en="A first idea of what a customer buys in all; comparing segments whose margins are alike.",
            valid_ja="顧客が生涯にいくら買うかの目安。粗利率の近いセグメント同士の比較。",
            invalid_en="Beside acquisition cost: it is revenue, and cost of goods has not been taken off.",
            invalid_ja="獲得コストとの比較。売上なので、原価が引かれていません。",
        ),
        LtvFormula(
            id="ltv_margin",
            basis=GROSS_PROFIT,
            text="aov * gross_margin * purchase_frequency * customer_lifetime_years",
            monthly="aov * purchase_frequency / 12",
            share="gross_margin",
            months="customer_lifetime_years * 12",
            en="With margin: price × margin × frequency × years",
            ja="粗利：購入単価×粗利率×購入回数×継続年数",
            valid_en="Customers who buy when they like, such as those of a shop; beside acquisition cost.",
            valid_ja="好きなときに買う顧客（小売・EC など）。獲得コストとの比較。",
            invalid_en="When frequency falls with age: years × today's frequency then says too much.",
            invalid_ja="年数とともに購入回数が減る場合。今の回数×年数では高く出ます。",
        ),
        LtvFormula(
            id="ltv_churn",
            basis=REVENUE,
            text="arpu / churn_rate_monthly",
            monthly="arpu",
            share="1",
            months="1 / churn_rate_monthly",
            en="By churn: monthly revenue ÷ churn",
            ja="解約率：月間売上÷月次解約率",
            valid_en="Subscriptions whose churn is the same at every age; the revenue they bring.",
            valid_ja="どの時期も解約率が変わらないサブスクリプションの売上。",
            invalid_en="When nobody left in the period, or when new customers leave much more often than old ones.",
            invalid_ja="期間中に解約がない場合。新しい顧客ほど解約しやすい場合。",
        ),
        LtvFormula(
            id="ltv_net",
            basis=NET,
            text="aov * purchase_frequency * customer_lifetime_years"
            " - (cac + retention_cost_per_customer * customer_lifetime_years)",
            monthly="aov * purchase_frequency / 12",
            share="1",
            months="customer_lifetime_years * 12",
            costs="cac + retention_cost_per_customer * customer_lifetime_years",
            en="Net of costs: revenue − acquisition − retention",
            ja="コスト考慮：売上−獲得コスト−維持コスト",
            valid_en="Services without cost of goods: what is left after winning and keeping a customer.",
            valid_ja="原価のないサービスで、獲得と維持の費用を引いた残り。",
            invalid_en="Where goods cost something (it keeps the whole price), or beside CAC, already taken off.",
            invalid_ja="原価がある場合（粗利率100%とみなします）。CAC は引いてあるので、もう一度比べません。",
        ),
        LtvFormula(
            id="ltv_net_margin",
            basis=NET,
            text="aov * gross_margin * purchase_frequency * customer_lifetime_years"
            " - (cac + retention_cost_per_customer * customer_lifetime_years)",
            monthly="aov * purchase_frequency / 12",
            share="gross_margin",
            months="customer_lifetime_years * 12",
            costs="cac + retention_cost_per_customer * customer_lifetime_years",
            en="Profit: gross profit − acquisition − retention",
            ja="利益：粗利−獲得コスト−維持コスト",
            valid_en="Whether a customer pays back: gross profit less all that was spent on winning and keeping it.",
            valid_ja="顧客が費用を回収するか。粗利から獲得と維持の費用を引いた利益。",
            invalid_en="Beside CAC, which it has taken off already.",
            invalid_ja="CAC は引いてあるので、もう一度 CAC と比べません。",
        ),
        LtvFormula(
            id="ltv_arpa",
            basis=GROSS_PROFIT,
            text="arpa * gross_margin * avg_contract_period_months",
            monthly="arpa",
            share="gross_margin",
            months="avg_contract_period_months",
            en="B2B: revenue per account × margin × contract period",
            ja="B2B：ARPA×粗利率×平均契約期間",
            valid_en="Contracts between companies, with a contract period read from how many end (1 ÷ churn).",
            valid_ja="法人契約。契約期間は終わった割合から求めたもの（1÷解約率）を使います。",
            invalid_en="With the mean age of running contracts: they have no length yet, so it is too short.",
            invalid_ja="継続中の契約の平均月数を使う場合。まだ終わっていないので短く出ます。",
        ),
        LtvFormula(
            id="ltv_b2c_subscription",
            basis=GROSS_PROFIT,
            text="monthly_fee * gross_margin / churn_rate_monthly",
            monthly="monthly_fee",
            share="gross_margin",
            months="1 / churn_rate_monthly",
            en="B2C subscription: fee × margin ÷ churn",
            ja="B2C サブスク：月額×粗利率÷解約率",
            valid_en="Consumer subscriptions with one fee and steady churn; beside acquisition cost.",
            valid_ja="月額が決まっていて解約率が安定した個人向けサブスク。獲得コストとの比較。",
            invalid_en="When churn is very low: the value then lies decades ahead; use a discount or a horizon.",
            invalid_ja="解約率がとても低い場合。何十年も先の売上まで数えるので、割引か期限を使います。",
        ),
        LtvFormula(
            id="ltv_discounted",
            basis=GROSS_PROFIT,
            text="arpa * gross_margin * (1 + monthly_discount_rate) / (monthly_discount_rate + churn_rate_monthly)",
            monthly="arpa",
            share="gross_margin",
            months="(1 + monthly_discount_rate) / (monthly_discount_rate + churn_rate_monthly)",
            en="Discounted: in money of today, the first payment now",
            ja="割引現在価値：今日の価値に直す（初回の支払いは今日）",
            valid_en="Long contracts, and comparing with money spent today.",
            valid_ja="長い契約。今日使うお金との比較。",
            invalid_en="Without a discount rate that the business stands by.",
            invalid_ja="割引率を会社として決めていない場合。",
        ),
        LtvFormula(
            id="ltv_expansion",
            basis=GROSS_PROFIT,
            text="arpa * gross_margin / (1 - (1 - churn_rate_monthly) * (1 + revenue_growth_monthly))",
            monthly="arpa",
            share="gross_margin",
            months="1 / (1 - (1 - churn_rate_monthly) * (1 + revenue_growth_monthly))",
            en="With expansion: accounts that stay grow",
            ja="拡大込み：残った契約の売上が伸びる",
            valid_en="Accounts that buy more with time, as long as growth stays below churn.",
            valid_ja="続けるほど売上が伸びる契約。成長率が解約率を下回る間だけ使えます。",
            invalid_en="When growth outweighs churn: the sum has no end, so a horizon is needed.",
            invalid_ja="成長率が解約率を上回る場合。合計に終わりがないので、期限が必要です。",
        ),
    )
}
"""Every formula by id; those with the id of a KPI are that KPI's formula word for word."""


@dataclass(frozen=True)
class LifetimeValue:
    """What a formula gives, in its four parts: `value` = `monthly` × `share` × `months` − `costs`.

    All None where `trouble` says why it cannot be worked out.
    """

    formula: LtvFormula
    value: float | None = None
    monthly: float | None = None
    share: float | None = None
    months: float | None = None
    costs: float | None = None
    trouble: KeikiError | None = None

    @property
    def basis(self) -> str:
        """`revenue`, `gross_profit` or `net`."""
        return self.formula.basis


def lifetime_value(formula: str, given: Given) -> LifetimeValue:
    """The lifetime value by one formula.

    >>> lifetime_value("ltv", {"aov": 10_000, "purchase_frequency": 12, "customer_lifetime_years": 3}).value
    360000.0

    Raises UnknownName, LtvTermMissing, LtvTermImpossible, ChurnIsZero and ValueGrowsForEver.
    """
    if formula not in FORMULAS:
        raise UnknownName(kind="value", name=formula, known=FORMULAS)
    known = FORMULAS[formula]
    values = _checked(known, given)
    monthly, share, months, costs = (_worked(part, values) for part in _parts(known))
    return LifetimeValue(known, _worked(known.text, values), monthly, share, months, costs)


def lifetime_values(given: Given, formulas: Iterable[str] = FORMULAS) -> tuple[LifetimeValue, ...]:
    """Several formulas side by side; one that cannot be worked out says why instead of a value."""
    return tuple(_tried(formula, given) for formula in formulas)


def _tried(formula: str, given: Given) -> LifetimeValue:
    try:
        return lifetime_value(formula, given)
    except (LtvTermMissing, LtvTermImpossible, ChurnIsZero, ValueGrowsForEver) as trouble:
        return LifetimeValue(FORMULAS[formula], trouble=trouble)


def _parts(formula: LtvFormula) -> tuple[str, str, str, str]:
    return formula.monthly, formula.share, formula.months, formula.costs


def _checked(formula: LtvFormula, given: Given) -> dict[str, float]:
    values = {}
    for name in formula.terms:
        term, value = TERMS[name], given.get(name)
        if value is None:
            raise LtvTermMissing(term=term.en, term_ja=term.ja)
        if not term.least <= value <= term.most or math.isinf(value):
            raise LtvTermImpossible(term=term.en, term_ja=term.ja, value=f"{value:g}", bounds=_bounds(term))
        values[name] = float(value)
    if CHURN in values and formula.id != "ltv_discounted" and values[CHURN] == 0:
        raise ChurnIsZero()
    if formula.id == "ltv_discounted" and values[CHURN] + values["monthly_discount_rate"] == 0:
        raise ChurnIsZero()
    if GROWTH in values and (1 - values[CHURN]) * (1 + values[GROWTH]) >= 1:
        raise ValueGrowsForEver(growth=f"{values[GROWTH]:.2%}", churn=f"{values[CHURN]:.2%}")
    return values


def _bounds(term: Term) -> str:
    scale, sign = (100, " %") if term.unit == "ratio" else (1, "")
    if math.isinf(term.most):
        return f"≥ {term.least * scale:g}{sign}"
    return f"{term.least * scale:g}{sign} – {term.most * scale:g}{sign}"


def _worked(text: str, values: Mapping[str, float]) -> float:
    def resolve(reference: Reference, back: int) -> float:
        return values[reference.id]

    found = evaluate(parse(text), resolve)
    return float(found if found is not None else math.nan)


# --- why they differ ---

FACTORS: Mapping[str, tuple[str, str]] = {
    "monthly": ("they take another income a month", "月あたりの金額の取り方が違うため"),
    "share": (
        "one keeps the margin only, the other the whole revenue",
        "粗利だけを数える式と、売上全体を数える式があるため",
    ),
    "months": ("they take another length of stay", "続く長さの求め方が違うため"),
    "costs": ("one takes the costs of acquiring and keeping off", "獲得と維持の費用を引く式があるため"),
}
"""The parts in which two values can differ, and what that means in English and Japanese."""


@dataclass(frozen=True)
class Comparison:
    """Why one lifetime value is another times something: the factors multiply to their ratio before costs.

    `costs` is the money that the first takes off more than the second.
    """

    first: LifetimeValue
    second: LifetimeValue
    monthly: float
    share: float
    months: float
    costs: float

    @property
    def largest(self) -> str:
        """The part that differs most: one of FACTORS."""
        sizes = {name: abs(math.log(factor)) for name, factor in self._factors.items() if factor > 0}
        whole = abs(self.second.value or 1)
        sizes["costs"] = abs(self.costs) / whole
        return max(sizes, key=lambda name: sizes[name])

    @property
    def times(self) -> float | None:
        """How many times the second the first is."""
        return self.first.value / self.second.value if self.first.value is not None and self.second.value else None

    def words(self, language: str) -> str:
        """What the largest difference means, in `en` or `ja`."""
        return FACTORS[self.largest][language.startswith("ja")]

    @property
    def _factors(self) -> dict[str, float]:
        return {"monthly": self.monthly, "share": self.share, "months": self.months}


def compared(first: LifetimeValue, second: LifetimeValue) -> Comparison | None:
    """Why two lifetime values differ; None when either could not be worked out or the second has no size."""
    told = [(a, b) for a, b in ((getattr(first, n), getattr(second, n)) for n in ("monthly", "share", "months"))]
    if any(a is None or not b for a, b in told) or first.costs is None or second.costs is None:
        return None
    monthly, share, months = (a / b for a, b in told)
    return Comparison(first, second, monthly, share, months, first.costs - second.costs)


def spread(found: Iterable[LifetimeValue]) -> Comparison | None:
    """The highest of several values beside the lowest above 0; None where fewer than two are."""
    told = sorted((each for each in found if (each.value or 0) > 0), key=lambda each: each.value or 0)
    return compared(told[-1], told[0]) if len(told) > 1 else None


# --- which formula for which business ---


@dataclass(frozen=True)
class BusinessModel:
    """A kind of business with the formulas that suit it; the first is the one to decide by."""

    id: str
    formulas: tuple[str, ...]
    en: str
    ja: str
    why_en: str
    why_ja: str

    def words(self, language: str) -> str:
        """Its name in `en` or `ja`."""
        return self.ja if language.startswith("ja") else self.en

    def why(self, language: str) -> str:
        """Why these formulas."""
        return self.why_ja if language.startswith("ja") else self.why_en


BUSINESS_MODELS: Mapping[str, BusinessModel] = {
    model.id: model
    for model in (
        BusinessModel(
            "general",
            ("ltv", "ltv_margin"),
            "Shop or one-off sales",
            "一般（小売・EC・都度購入）",
            "Customers buy when they like: price, frequency and years are what can be seen and moved.",
            "好きなときに買う商売。単価・回数・年数が見えて、動かせます。",
        ),
        BusinessModel(
            "margin",
            ("ltv_margin", "ltv"),
            "Goods with a cost",
            "粗利を重視（原価のある商品）",
            "Only the margin can pay for acquisition, so the margin decides.",
            "獲得コストを払えるのは粗利だけなので、粗利で判断します。",
        ),
        BusinessModel(
            "subscription_b2c",
            ("ltv_b2c_subscription", "ltv_churn"),
            "Subscription for consumers",
            "サブスクリプション（個人向け）",
            "One fee and a churn: how long people stay follows from how many leave.",
            "月額と解約率。続く長さは、やめる割合から決まります。",
        ),
        BusinessModel(
            "subscription_b2b",
            ("ltv_arpa", "ltv_discounted", "ltv_expansion", "ltv_churn"),
            "Subscription for companies",
            "サブスクリプション（法人向け・SaaS）",
            "Accounts differ in size, stay long and may grow: period, discount and expansion count.",
            "契約先の大きさが違い、長く続き、伸びることもあります。ARPA・契約期間・割引・拡大で見ます。",
        ),
        BusinessModel(
            "return",
            ("ltv_net_margin", "ltv_net"),
            "Return on what is spent",
            "投資対効果（費用まで見る）",
            "What is left after winning and keeping the customer: whether to spend at all.",
            "獲得と維持の費用を引いた残り。そもそも費用をかけるべきかを判断します。",
        ),
    )
}


# --- what moves it ---


@dataclass(frozen=True)
class Moved:
    """A lifetime value when one term is multiplied by a factor and the others stay."""

    term: Term
    before: float
    after: float
    value_before: float
    value_after: float

    @property
    def change(self) -> float | None:
        """The relative change of the value (0.1 = 10 % of its size more); None from a value of 0."""
        return (self.value_after - self.value_before) / abs(self.value_before) if self.value_before else None


def moved(formula: str, given: Given, term: str, factor: float) -> Moved:
    """What a lifetime value becomes when a term is multiplied, as with a frequency × 1.2.

    >>> customer = {"aov": 10_000, "purchase_frequency": 12, "customer_lifetime_years": 3}
    >>> moved("ltv", customer, "purchase_frequency", 1.2).value_after
    432000.0
    """
    before = lifetime_value(formula, given)
    start = float(given[term] or 0)
    after = lifetime_value(formula, {**given, term: start * factor})
    assert before.value is not None
    assert after.value is not None
    return Moved(TERMS[term], start, start * factor, before.value, after.value)


def drivers(formula: str, given: Given, step: float = 0.1) -> tuple[Moved, ...]:
    """Every term of a formula raised by a share of its size, the one with most effect first: a margin of −20 % by a
    tenth is −18 %.

    A term that cannot be raised that far (a margin above 100 %) is left out.
    """
    found = []
    for term in FORMULAS[formula].terms:
        up = step if (given.get(term) or 0) >= 0 else -step
        try:
            found.append(moved(formula, given, term, 1 + up))
        except (LtvTermImpossible, ValueGrowsForEver):
            continue
    return tuple(sorted(found, key=lambda each: -abs(each.value_after - each.value_before)))
