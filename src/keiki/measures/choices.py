"""What a business may decide about the rules of its models: every value with its type, its limits and its words.

In `business.yaml` they stand under `rules`, by subject; whatever is not named follows the default:

    rules:
      classes: {purchases: 3, profit_above: 5000}
      retention: {dormancy_days: 180}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Protocol

from keiki.customers.profit import ACQUIRING
from keiki.errors import RuleImpossible, RuleUnknown
from keiki.facts.vocabulary import Label, vocabulary
from keiki.insight.balance import BalanceRule
from keiki.journeys.attribution import MODELS as ATTRIBUTION_MODELS

Values = Mapping[str, Mapping[str, Any]]
"""Subject → name → value."""


class Kind(Protocol):
    """What a value may be."""

    @property
    def allowed(self) -> Label:
        """The values it may be, in words."""

    def read(self, value: Any) -> Any:
        """The value as models want it, from what stands in a file; ValueError when it cannot be."""

    def plain(self, value: Any) -> Any:
        """The value as it stands in a file."""


@dataclass(frozen=True)
class Whole:
    """A whole number between two others."""

    least: int
    most: int

    @property
    def allowed(self) -> Label:
        return Label(f"{self.least}〜{self.most:,}の整数", f"a whole number from {self.least} to {self.most:,}")

    def read(self, value: Any) -> int:
        number = _number(value)
        if number != int(number) or not self.least <= number <= self.most:
            raise ValueError(value)
        return int(number)

    def plain(self, value: Any) -> int:
        return int(value)


@dataclass(frozen=True)
class Number:
    """A number between two others, such as a share or a weight."""

    least: float
    most: float

    @property
    def allowed(self) -> Label:
        return Label(f"{self.least:g}〜{self.most:g}の数", f"a number from {self.least:g} to {self.most:g}")

    def read(self, value: Any) -> float:
        number = _number(value)
        if not self.least <= number <= self.most:
            raise ValueError(value)
        return float(number)

    def plain(self, value: Any) -> float:
        return float(value)


@dataclass(frozen=True)
class Share(Number):
    """A part of the whole, from 0 to 1; exact, and written in per cent on pages."""

    least: float = 0
    most: float = 1

    def read(self, value: Any) -> Decimal:  # type: ignore[override]  # exact, for money is multiplied by it
        super().read(value)
        return _number(value)


@dataclass(frozen=True)
class Amount:
    """An amount of money in the currency of the business."""

    least: Decimal | None = Decimal(0)

    @property
    def allowed(self) -> Label:
        if self.least is None:
            return Label("金額", "an amount")
        return Label(f"{self.least:f}以上の金額", f"an amount of {self.least:f} or more")

    def read(self, value: Any) -> Decimal:
        number = _number(value)
        if (self.least is not None and number < self.least) or abs(number) >= 10**14:
            raise ValueError(value)
        return number

    def plain(self, value: Any) -> str:
        return f"{value:f}"


@dataclass(frozen=True)
class Flag:
    """Yes or no."""

    @property
    def allowed(self) -> Label:
        return Label("true、false", "true, false")

    def read(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise ValueError(value)
        return value

    def plain(self, value: Any) -> bool:
        return bool(value)


@dataclass(frozen=True)
class OneOf:
    """One of some names."""

    options: tuple[tuple[str, Label], ...]

    @property
    def allowed(self) -> Label:
        names = [name for name, _label in self.options]
        return Label("、".join(names), ", ".join(names))

    def read(self, value: Any) -> str:
        if value not in dict(self.options):
            raise ValueError(value)
        return str(value)

    def plain(self, value: Any) -> str:
        return str(value)


@dataclass(frozen=True)
class Several:
    """Some of the values of a vocabulary, or of one scope of it, at least one."""

    domain: str
    scope: str | None = None

    @property
    def options(self) -> tuple[tuple[str, Label], ...]:
        return tuple(vocabulary(self.domain, self.scope).items())

    @property
    def allowed(self) -> Label:
        names = [name for name, _label in self.options]
        return Label("、".join(names), ", ".join(names))

    def read(self, value: Any) -> tuple[str, ...]:
        known = vocabulary(self.domain, self.scope)
        if not isinstance(value, list | tuple) or not value or any(one not in known for one in value):
            raise ValueError(value)
        return tuple(name for name in known if name in value)

    def plain(self, value: Any) -> list[str]:
        return list(value)


@dataclass(frozen=True)
class Length:
    """A length of time in words such as 60d, 8w, 6m or 1y."""

    allowed: Label = Label("30d、8w、24m、1yのような長さ", "a length such as 30d, 8w, 24m or 1y")

    def read(self, value: Any) -> str:
        if re.fullmatch(r"[1-9]\d{0,3}[dwmy]", str(value).strip()) is None:
            raise ValueError(value)
        return str(value).strip()

    def plain(self, value: Any) -> str:
        return str(value)


@dataclass(frozen=True)
class Limits:
    """Numbers that only rise or only fall, best first; nothing means that there are none."""

    count: int
    rising: bool
    least: float = 0
    may_be_none: bool = True

    @property
    def allowed(self) -> Label:
        ja, en = ("小さい", "smallest") if self.rising else ("大きい", "largest")
        parts = "quintiles" if self.count == 4 else "quarters"
        said = Label(f"（空欄は{self.count + 1}等分）", f", or nothing for {parts}")
        nothing = said if self.may_be_none else Label("", "")
        return Label(f"{ja}順の{self.count}個の数{nothing.ja}", f"{self.count} numbers, the {en} first{nothing.en}")

    def read(self, value: Any) -> tuple[float, ...] | None:
        if value is None and self.may_be_none:
            return None
        if not isinstance(value, list | tuple) or len(value) != self.count:
            raise ValueError(value)
        numbers = tuple(float(_number(one)) for one in value)
        ordered = sorted(set(numbers), reverse=not self.rising)
        if list(numbers) != ordered or min(numbers) < self.least:
            raise ValueError(value)
        return numbers

    def plain(self, value: Any) -> list[float] | None:
        return None if value is None else list(value)


@dataclass(frozen=True)
class Weekdays:
    """Some days of the week, Monday being 0; at least one."""

    allowed: Label = Label("0（月曜）〜6（日曜）のうち1つ以上", "one or more of 0 (Monday) to 6 (Sunday)")

    def read(self, value: Any) -> tuple[int, ...]:
        if not isinstance(value, list | tuple) or not value or any(_number(one) not in range(7) for one in value):
            raise ValueError(value)
        return tuple(sorted({int(one) for one in value}))

    def plain(self, value: Any) -> list[int]:
        return list(value)


@dataclass(frozen=True)
class Words:
    """Words that a text may hold, such as names of the business; none at all, too."""

    allowed: Label = Label("語の並び（200個まで）", "words, up to 200")

    def read(self, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list | tuple) or len(value) > 200:
            raise ValueError(value)
        if not all(isinstance(one, str) and one.strip() and len(one) <= 80 for one in value):
            raise ValueError(value)
        return tuple(dict.fromkeys(value))

    def plain(self, value: Any) -> list[str]:
        return list(value)


@dataclass(frozen=True)
class Days:
    """Some days of the calendar."""

    allowed: Label = Label("2026-12-29のような日付", "dates such as 2026-12-29")

    def read(self, value: Any) -> tuple[date, ...]:
        if not isinstance(value, list | tuple) or len(value) > 1000:
            raise ValueError(value)
        return tuple(sorted({one if type(one) is date else date.fromisoformat(str(one)) for one in value}))

    def plain(self, value: Any) -> list[str]:
        return [day.isoformat() for day in value]


@dataclass(frozen=True)
class Holdings:
    """Names, each with the names it holds."""

    allowed: Label = Label("「プラン: 機能、機能」の並び", "plans, each with a list of features")

    def read(self, value: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
        if not isinstance(value, Mapping):
            raise ValueError(value)
        found = []
        for name, held in value.items():
            if not isinstance(held, list | tuple) or not all(isinstance(one, str) and one for one in held):
                raise ValueError(value)
            found.append((str(name), tuple(held)))
        return tuple(found)

    def plain(self, value: Any) -> dict[str, list[str]]:
        return {name: list(held) for name, held in value}


def _number(value: Any) -> Decimal:
    if isinstance(value, bool):
        raise ValueError(value)
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError(value) from error
    if not number.is_finite():
        raise ValueError(value)
    return number


@dataclass(frozen=True)
class Choice:
    """One value that a business may set; `name` is the field of the rule it goes to."""

    subject: str
    name: str
    kind: Kind
    label: Label
    note: Label = Label("", "")


@dataclass(frozen=True)
class Subject:
    """What a handful of choices is about."""

    name: str
    label: Label
    about: Label


SUBJECTS: Final = (
    Subject(
        "postings",
        Label("売上の計上", "What counts as a sale"),
        Label(
            "どのデータを売上・広告費として計上するか。二重に数えないための決まりです。",
            "Which data is posted as sales and as advertising cost, so that nothing is counted twice.",
        ),
    ),
    Subject(
        "classes",
        Label("良い売上・悪い売上", "Good and bad revenue"),
        Label(
            "顧客を「良い」とみなす条件。すべての良い売上・悪い売上の数字に効きます。",
            "When a customer counts as good. Every number of good and bad revenue follows it.",
        ),
    ),
    Subject(
        "retention",
        Label("休眠", "Dormancy"),
        Label("どれだけ買わなければ休眠とみなすか。", "How long without a purchase makes a customer dormant."),
    ),
    Subject(
        "repeat",
        Label("リピート", "Repeat purchases"),
        Label(
            "初回購入のあと、いつまでをリピートに数えるか。", "How long after the first purchase a second one counts."
        ),
    ),
    Subject(
        "rfm",
        Label("RFM", "RFM"),
        Label(
            "誰を、どんな区切りで5段階に分けるか。空欄の区切りは5等分になります。",
            "Who is classed, and by which limits. Without limits each class holds a fifth.",
        ),
    ),
    Subject(
        "contracts",
        Label("契約のつなぎ目", "Gaps between contracts"),
        Label(
            "何日以内の空白なら、続いている契約とみなすか。",
            "How many days between two spans are no interruption of a contract.",
        ),
    ),
    Subject(
        "movements",
        Label("MRRの動き", "MRR movements"),
        Label(
            "契約の変更理由のうち、どれをクロスセル・アップセルに数えるか。",
            "Which reasons of a change count as cross-sell and which as upsell.",
        ),
    ),
    Subject(
        "expansion",
        Label("拡大の目安", "Expansion"),
        Label(
            "売上のうち、既存顧客の拡大がどれだけあればよいとみなすか。",
            "Which share of the revenue should come from the expansion of existing customers.",
        ),
    ),
    Subject(
        "balance",
        Label("新規とリピートの割合", "New and repeat visitors"),
        Label(
            "訪問者のうち新規がどこまで増えたら多すぎ、どこまで減ったら少なすぎとみなすか。",
            "From which share new visitors are too many, and down to which they are too few.",
        ),
    ),
    Subject(
        "traffic",
        Label("流入の偏り", "Mix of channels"),
        Label(
            "訪問に占める割合がどれだけ小さければ、弱いチャネルとみなすか。",
            "Below which share of the visits a channel is called weak.",
        ),
    ),
    Subject(
        "keywords",
        Label("検索キーワードの種類", "Kinds of search keywords"),
        Label(
            "どの語を含む検索を指名・課題とみなし、何語からロングテールとみなすか。",
            "Which words make a search one for the brand or for a problem, and how many words a long tail has.",
        ),
    ),
    Subject(
        "leads",
        Label("リードのスコア帯", "Bands of lead scores"),
        Label(
            "何点からA・B・Cとみなすか。空欄なら、見ているリードを4等分します。",
            "From which score a lead is in band A, B or C. Without limits each band holds a quarter of the leads.",
        ),
    ),
    Subject(
        "lifetime",
        Label("顧客寿命", "Customer lifetime"),
        Label("解約率を何か月の平均で読むか。", "Over how many months the churn behind a lifetime is averaged."),
    ),
    Subject(
        "profit",
        Label("顧客にかける費用", "Costs charged to customers"),
        Label(
            "どの費目を獲得・維持の費用とし、だれに割り当てるか。良い売上・悪い売上にも効きます。",
            "Which costs are those of acquiring and of keeping customers, and who bears them. Good and bad revenue "
            "follow it, too.",
        ),
    ),
    Subject(
        "attribution",
        Label("貢献の配分", "Attribution"),
        Label(
            "成果を、その前の接点にどう配分するか。施策の費用対効果に効きます。",
            "How a conversion is shared among the touches before it. Returns on campaigns follow it.",
        ),
    ),
    Subject(
        "sessions",
        Label("訪問と成果", "Visits and goals"),
        Label(
            "どこで訪問を区切り、どの行動を成果に数えるか。CVR・直帰率に効きます。",
            "What ends a visit, and which events are goals. Conversion and bounce rates follow it.",
        ),
    ),
    Subject(
        "health",
        Label("ヘルススコア", "Health score"),
        Label(
            "利用・問い合わせ・支払いの重みと、青・黄の境目。",
            "The weights of usage, support and payment, and where green and yellow begin.",
        ),
    ),
    Subject(
        "accounts",
        Label("取引先の一覧", "Lists of accounts"),
        Label(
            "どこからスコアの急落、伸びそうな取引先とみなすか。見込みは何か月分で数えるか。",
            "From where a score fell sharply and an account may grow, and how many months of profit are expected.",
        ),
    ),
    Subject(
        "lifecycle",
        Label("取引先の段階", "Stages of accounts"),
        Label(
            "導入・定着・継続・拡大・推奨のそれぞれに、何をもって進んだとみなすか。",
            "What brings an account into adoption, retention, expansion and advocacy.",
        ),
    ),
    Subject(
        "activity",
        Label("使える機能", "Features of plans"),
        Label(
            "プランごとに使える機能。書かれていないプランはすべて使えるものとします。",
            "Which features a plan holds. A plan not named holds all.",
        ),
    ),
    Subject(
        "stages",
        Label("営業日", "Business days"),
        Label("所要日数を数えるときの営業日。", "The days that count when a time is given in business days."),
    ),
    Subject(
        "shop",
        Label("金額の線引き", "Lines of amounts"),
        Label(
            "送料無料になる金額と、大型とみなす案件の金額。空欄なら、それらのKPIは計測されません。",
            "From which amount shipping is free and a deal is large. While empty, those KPIs stay unmeasured.",
        ),
    ),
    Subject(
        "figures",
        Label("速報と確定", "Provisional and final"),
        Label(
            "期間が終わってから、データが何日先まで届けば数字を「確定」とするか。それまでは「速報」と表示します。",
            "How far beyond a period the data has to reach until its numbers are final, no longer provisional.",
        ),
    ),
)

DEALS: Final = (
    ("otherwise", Label("注文も請求もないときだけ", "only without orders and invoices")),
    ("always", Label("いつも計上する", "always")),
    ("never", Label("計上しない", "never")),
)
MODEL_WORDS: Final = {
    "last": Label("最後の接点", "Last touch"),
    "first": Label("最初の接点", "First touch"),
    "linear": Label("均等", "Linear"),
    "time_decay": Label("時間減衰", "Time decay"),
    "position_based": Label("接点ベース（40-20-40）", "Position based (40-20-40)"),
}
SHARED_BY: Final = {
    ACQUIRING: Label("顧客に記録された獲得元（均等）", "Who it acquired by the customer's row, equally"),
    **{
        name: Label(f"獲得までの接点：{MODEL_WORDS[name].ja}", f"Touches before acquisition: {MODEL_WORDS[name].en}")
        for name in ATTRIBUTION_MODELS
    },
}

CHOICES: Final = (
    Choice("postings", "orders", Flag(), Label("注文を売上に計上する", "Post orders as sales")),
    Choice(
        "postings", "invoice_kinds", Several("invoice_kind"), Label("売上に計上する請求", "Invoices posted as sales")
    ),
    Choice("postings", "deals", OneOf(DEALS), Label("受注した案件を売上に計上する", "Post won deals as sales")),
    Choice(
        "postings", "ad_kinds", Several("media_kind"), Label("広告費に数える媒体", "Media posted as advertising cost")
    ),
    Choice(
        "postings",
        "untagged_ad_spend_covers_all",
        Flag(),
        Label(
            "媒体名のない広告費は、その月の全媒体分とみなす",
            "Booked advertising without a platform stands for all of them",
        ),
    ),
    Choice(
        "classes",
        "purchases",
        Whole(1, 100),
        Label("良い顧客の購入回数（以上）", "Purchases of a good customer, at least"),
    ),
    Choice("classes", "renewal", Flag(), Label("契約更新1回でもよい", "One renewed contract is enough, too")),
    Choice(
        "classes",
        "profit_above",
        Amount(None),
        Label("良い顧客の累積利益（超）", "Profit of a good customer so far, above"),
    ),
    Choice(
        "retention", "dormancy_days", Whole(1, 3650), Label("休眠とみなす日数", "Days without a purchase until dormant")
    ),
    Choice("repeat", "within", Length(), Label("初回購入からの期間", "Time after the first purchase")),
    Choice("rfm", "lookback", Length(), Label("対象にする期間", "Who bought within")),
    Choice("rfm", "counted", Length(), Label("頻度と金額を数える期間", "Frequency and money are counted over")),
    Choice(
        "rfm",
        "recency_limits",
        Limits(4, rising=True),
        Label("最終購入からの日数の区切り", "Limits of days since the last purchase"),
    ),
    Choice("rfm", "frequency_limits", Limits(4, rising=False), Label("購入回数の区切り", "Limits of purchases")),
    Choice("rfm", "amount_limits", Limits(4, rising=False), Label("購入金額の区切り", "Limits of money")),
    Choice(
        "contracts", "gap_days", Whole(0, 366), Label("続いているとみなす空白の日数", "Days that are no interruption")
    ),
    Choice(
        "movements", "cross_sell", Several("subscription_reason"), Label("クロスセルの理由", "Reasons of cross-sell")
    ),
    Choice("movements", "upsell", Several("subscription_reason"), Label("アップセルの理由", "Reasons of upsell")),
    Choice("expansion", "line", Share(0.01), Label("拡大の割合の目安", "Share of expansion to reach")),
    Choice("balance", "most", Share(), Label("新規が多すぎる割合", "Share of new visitors that is too large")),
    Choice("balance", "least", Share(), Label("新規が少なすぎる割合", "Share of new visitors that is too small")),
    Choice("traffic", "weak", Share(), Label("弱いチャネルの割合（未満）", "Share of a weak channel, below")),
    Choice("keywords", "brand", Words(), Label("指名とみなす語（社名・商品名）", "Words of the brand")),
    Choice("keywords", "problem", Words(), Label("課題とみなす語", "Words of a problem")),
    Choice("keywords", "words", Whole(2, 10), Label("ロングテールの語数（以上）", "Words of a long tail, at least")),
    Choice("leads", "bands", Limits(3, rising=False), Label("A・B・Cの下限", "Where A, B and C begin")),
    Choice("lifetime", "months", Whole(1, 60), Label("平均する月数", "Months averaged")),
    Choice("profit", "acquisition", Several("cost_category"), Label("獲得の費用", "Costs of acquisition")),
    Choice("profit", "retention_costs", Several("cost_category"), Label("維持の費用", "Costs of retention")),
    Choice(
        "profit",
        "shared_by",
        OneOf(tuple(SHARED_BY.items())),
        Label("チャネル・キャンペーンの費用の割り当て", "Who bears the cost of a channel or campaign"),
        Label(
            "接点で分けるときの期間と半減期は「貢献の配分」に従います。",
            "Look-back and half-life of touches are those of Attribution.",
        ),
    ),
    Choice(
        "attribution",
        "model",
        OneOf(tuple((name, MODEL_WORDS.get(name, Label(name, name))) for name in ATTRIBUTION_MODELS)),
        Label("配分モデル", "Model"),
    ),
    Choice("attribution", "lookback", Length(), Label("さかのぼる期間", "Look-back")),
    Choice(
        "attribution",
        "half_life_days",
        Number(0.5, 365),
        Label("半減期（日）", "Half-life in days"),
        Label("時間減衰のときだけ使います。", "Used by time decay only."),
    ),
    Choice("sessions", "gap_minutes", Whole(1, 1440), Label("訪問を区切る分数", "Minutes of silence that end a visit")),
    Choice(
        "sessions",
        "new_visitor_days",
        Whole(1, 3650),
        Label("再び新規とみなす日数", "Days after which a visitor is new again"),
    ),
    Choice("sessions", "goals", Several("event_name"), Label("成果に数える行動", "Events that are goals")),
    Choice("health", "usage", Number(0, 100), Label("利用の重み", "Weight of usage")),
    Choice("health", "support", Number(0, 100), Label("問い合わせの重み", "Weight of support")),
    Choice("health", "payment", Number(0, 100), Label("支払いの重み", "Weight of payment")),
    Choice(
        "health",
        "bands",
        Limits(2, rising=False, may_be_none=False),
        Label("青と黄の境目", "Where green and yellow begin"),
    ),
    Choice("health", "drop", Share(), Label("利用が0点になる減り方", "Fall of usage that gives nothing")),
    Choice("health", "usage_days", Whole(7, 366), Label("利用を数える日数", "Days over which usage is counted")),
    Choice("accounts", "fall", Number(1, 100), Label("急落とみなす低下（点）", "Points of a sharp fall")),
    Choice("accounts", "fall_weeks", Whole(1, 26), Label("低下を比べる週数", "Weeks of a sharp fall")),
    Choice(
        "accounts",
        "core_share",
        Share(),
        Label("伸びそうな取引先のコア機能の利用（超）", "Core use that may grow, above"),
    ),
    Choice(
        "accounts",
        "seats_share",
        Share(),
        Label("伸びそうな取引先の席の利用（超）", "Seats in use that may grow, above"),
    ),
    Choice("accounts", "months", Whole(1, 60), Label("見込みを数える月数", "Months of expected profit")),
    Choice(
        "lifecycle",
        "first_values",
        Several("stage", "onboarding"),
        Label("定着：最初の価値とみなす導入の段階", "Adoption: steps of onboarding that are the first value"),
    ),
    Choice(
        "lifecycle",
        "core_groups",
        Several("feature_group"),
        Label("定着：コア機能とみなす機能の種類", "Adoption: kinds of features that are core"),
        Label(
            "機能の一覧でコアに選んだ機能があれば、そちらに従います。",
            "Features marked as core in the list of features go before it.",
        ),
    ),
    Choice(
        "lifecycle",
        "habit_weeks",
        Whole(1, 52),
        Label("継続：コア機能を使った週数", "Retention: weeks of core use"),
    ),
    Choice("lifecycle", "renewal", Flag(), Label("継続：契約更新でもよい", "Retention: a renewed contract, too")),
    Choice(
        "lifecycle",
        "stayed_months",
        Whole(1, 120),
        Label("継続：途切れない契約の月数", "Retention: months of contracts without an interruption"),
    ),
    Choice(
        "lifecycle",
        "growth",
        Share(),
        Label("拡大：それまでの最高額からの伸び（超）", "Expansion: growth above the most ever paid, more than"),
    ),
    Choice(
        "lifecycle",
        "recommends",
        Several("event_name"),
        Label("推奨：推奨とみなす行動", "Advocacy: events that are a recommendation"),
    ),
    Choice("activity", "entitlements", Holdings(), Label("プランと機能", "Plans and features")),
    Choice("stages", "working_days", Weekdays(), Label("営業する曜日", "Working days of the week")),
    Choice("stages", "holidays_off", Flag(), Label("祝日を休みとする", "Public holidays are days off")),
    Choice("stages", "days_off", Days(), Label("そのほかの休業日", "Other days off")),
    Choice("shop", "free_shipping_line", Amount(), Label("送料無料になる金額", "Shipping is free from")),
    Choice("shop", "free_shipping_band", Share(), Label("送料無料の近くとみなす幅", "Near the line means within")),
    Choice("shop", "large_deal", Amount(), Label("大型案件の金額（以上）", "A deal is large from")),
    Choice("figures", "settling_days", Whole(0, 92), Label("確定までの日数", "Days until numbers are final")),
)


def choices_of(subject: str) -> tuple[Choice, ...]:
    """The choices of one subject; `RuleUnknown` when there is none of that name."""
    found = tuple(one for one in CHOICES if one.subject == subject)
    if not found:
        raise RuleUnknown(name=subject, known=[each.name for each in SUBJECTS])
    return found


def read_choices(values: Any) -> dict[str, dict[str, Any]]:
    """A business's own values, typed and within their limits, from what stands in a file or a form.

    Raises `RuleUnknown` with the nearest name for a name nobody declared, `RuleImpossible` for a value that cannot be.

    >>> read_choices({"classes": {"purchases": "3"}})
    {'classes': {'purchases': 3}}
    """
    if not isinstance(values, Mapping) or not all(isinstance(each, Mapping) for each in values.values()):
        example = "classes: {purchases: 3}"
        raise RuleImpossible(
            subject="rules", field="rules", value=str(values)[:80], options=example, options_ja=example
        )
    found: dict[str, dict[str, Any]] = {}
    for subject, given in values.items():
        known = {one.name: one for one in choices_of(str(subject))}
        for name, value in given.items():
            if name not in known:
                raise RuleUnknown(name=f"{subject}.{name}", known=[f"{subject}.{each}" for each in known])
            found.setdefault(str(subject), {})[str(name)] = read_choice(known[name], value)
    _agree(found)
    return found


APART: Final = (("movements", "cross_sell", "upsell"), ("profit", "acquisition", "retention_costs"))
"""Lists that must share nothing, else one amount would count as both."""


def _agree(found: Values) -> None:
    """Values that each can be, but not together, raise `RuleImpossible`."""
    for subject, one, other in APART:
        shared = set(found.get(subject, {}).get(one, ())) & set(found.get(subject, {}).get(other, ()))
        if shared:
            ja, en = f"{one} と重ならない値", f"values that are not in {one}, too"
            raise RuleImpossible(
                subject=f"rules: {subject}", field=other, value=", ".join(sorted(shared)), options=en, options_ja=ja
            )
    usual, sides = BalanceRule(), found.get("balance", {})
    least, most = sides.get("least", usual.least), sides.get("most", usual.most)
    if least >= most:
        ja, en = f"{most:%}より小さい値", f"less than {most:%}"
        raise RuleImpossible(subject="rules: balance", field="least", value=str(least), options=en, options_ja=ja)
    health = found.get("health", {})
    if all(health.get(part) == 0 for part in ("usage", "support", "payment")):
        ja, en = "3つの重みのうち少なくとも1つは0より大きい値", "at least one of the three weights above 0"
        raise RuleImpossible(subject="rules: health", field="usage", value="0", options=en, options_ja=ja)


def read_choice(choice: Choice, value: Any) -> Any:
    """One value, typed and within its limits; `RuleImpossible` when it cannot be."""
    try:
        return choice.kind.read(value)
    except (ValueError, TypeError) as error:
        allowed = choice.kind.allowed
        raise RuleImpossible(
            subject=f"rules: {choice.subject}",
            field=choice.name,
            value=str(value)[:80],
            options=allowed.en,
            options_ja=allowed.ja,
        ) from error


def plain_choices(values: Values) -> dict[str, dict[str, Any]]:
    """Typed values as they stand in `business.yaml`."""
    kinds = {(one.subject, one.name): one.kind for one in CHOICES}
    return {
        subject: {name: kinds[subject, name].plain(value) for name, value in given.items()}
        for subject, given in values.items()
    }
