"""The rules in force in words, to stand beside the numbers they decide."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from keiki.charts.format import Style, number
from keiki.customers.ideal import IdealProfile
from keiki.customers.lifecycle import LifecycleRule
from keiki.errors import RuleUnknown
from keiki.facts import FACTS, value_words
from keiki.facts.vocabulary import vocabulary
from keiki.measures.choices import DEALS, MODEL_WORDS
from keiki.measures.rules import Rules

LEAST_SHARE: Final = 0.0005
"""A smaller share is 0.0% in words."""
WEEKDAYS_JA: Final = "月火水木金土日"
WEEKDAYS_EN: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LENGTHS_JA: Final = {"h": "時間", "d": "日", "w": "週間", "m": "か月", "y": "年"}
LENGTHS_EN: Final = {"h": "hour", "d": "day", "w": "week", "m": "month", "y": "year"}


def rule_words(rules: Rules, subject: str, style: Style) -> str:
    """The rule of a subject (`measures.choices.SUBJECTS`) that is in force, in one or two sentences.

    Raises `RuleUnknown` when there is no subject of that name.

    >>> rule_words(Rules(), "retention", Style("en"))
    'Dormant: no purchase for 365 days and no open contract.'
    """
    if subject not in WORDS:
        raise RuleUnknown(name=subject, known=WORDS)
    return WORDS[subject](rules, style)


def length_words(length: str, style: Style) -> str:
    """A length such as 24m in words.

    >>> length_words("24m", Style("ja")), length_words("1y", Style("en"))
    ('24か月', '1 year')
    """
    count, unit = int(length[:-1]), length[-1]
    if style.japanese:
        return f"{count:,}{LENGTHS_JA[unit]}"
    return f"{count:,} {LENGTHS_EN[unit]}{'' if count == 1 else 's'}"


def _days(count: int, style: Style) -> str:
    return length_words(f"{count}d", style)


def _money(amount: Decimal, style: Style) -> str:
    return number(amount, "currency", style)


def _named(domain: str, values: Iterable[str], style: Style) -> str:
    known = vocabulary(domain)
    names = [known[value].words(style.language) if value in known else value for value in values]
    return ("・" if style.japanese else ", ").join(names)


def _postings(rules: Rules, style: Style) -> str:
    rule = rules.postings
    invoices = _named("invoice_kind", rule.invoice_kinds, style)
    deals = dict(DEALS)[rule.deals].words(style.language)
    if style.japanese:
        orders = "注文と、" if rule.orders else ""
        return f"売上：{orders}請求（{invoices}）。受注した案件：{deals}。"
    orders = "orders and " if rule.orders else ""
    return f"Sales: {orders}invoices ({invoices}). Won deals: {deals}."


def _classes(rules: Rules, style: Style) -> str:
    rule = rules.classes
    line = _money(rule.profit_above, style)
    if style.japanese:
        renewal = "または契約更新1回以上" if rule.renewal else ""
        return (
            f"良い：購入{rule.purchases}回以上{renewal}で、累積利益が{line}を超える。"
            f"悪い：解約または休眠で、累積利益が{line}以下。ほかは判定中。"
        )
    times = "purchase" if rule.purchases == 1 else "purchases"
    renewal = " or a renewed contract" if rule.renewal else ""
    return (
        f"Good: at least {rule.purchases} {times}{renewal}, and a profit so far above {line}. "
        f"Bad: churned or dormant with a profit so far of {line} or less. Others are undetermined."
    )


def _retention(rules: Rules, style: Style) -> str:
    days = _days(rules.retention.dormancy_days, style)
    if style.japanese:
        return f"休眠：{days}購入がなく、有効な契約もない。"
    return f"Dormant: no purchase for {days} and no open contract."


def _repeat(rules: Rules, style: Style) -> str:
    within = length_words(rules.repeat.within, style)
    if style.japanese:
        return f"リピート：初回購入から{within}以内の2回目の購入。"
    return f"Repeat: a second purchase within {within} of the first."


def _rfm(rules: Rules, style: Style) -> str:
    rule = rules.rfm
    names = (("最終購入", "recency"), ("頻度", "frequency"), ("金額", "money"))
    limits = (rule.recency_limits, rule.frequency_limits, rule.amount_limits)
    lookback, counted = length_words(rule.lookback, style), length_words(rule.counted, style)
    own = [
        f"{ja if style.japanese else en} {' / '.join(f'{limit:,g}' for limit in each)}"
        for (ja, en), each in zip(names, limits, strict=True)
        if each is not None
    ]
    if style.japanese:
        cut = f"区切り：{'、'.join(own)}。ほかは5等分。" if own else "それぞれ5等分し、同じ値は同じ段階。"
        return f"直近{lookback}に購入した顧客。頻度と金額は直近{counted}。{cut}"
    cut = f"Limits: {'; '.join(own)}; the rest in fifths." if own else "Each cut into fifths, equal values together."
    return f"Customers with a purchase in the last {lookback}; frequency and money over the last {counted}. {cut}"


def _contracts(rules: Rules, style: Style) -> str:
    days = _days(rules.movements.gap_days, style)
    if style.japanese:
        return f"契約の空白が{days}以内なら、続いているとみなす。"
    return f"A gap of up to {days} between contracts is no interruption."


def _movements(rules: Rules, style: Style) -> str:
    cross = _named("subscription_reason", rules.movements.cross_sell, style)
    up = _named("subscription_reason", rules.movements.upsell, style)
    if style.japanese:
        return f"クロスセル：{cross}。アップセル：{up}。{_contracts(rules, style)}"
    return f"Cross-sell: {cross}. Upsell: {up}. {_contracts(rules, style)}"


def _expansion(rules: Rules, style: Style) -> str:
    line = number(float(rules.expansion_line), "ratio", style)
    if style.japanese:
        return f"目安：既存顧客の拡大が売上の{line}以上。"
    return f"Line to reach: {line} of the revenue from the expansion of existing customers."


def _balance(rules: Rules, style: Style) -> str:
    most, least = (number(float(each), "ratio", style) for each in (rules.balance.most, rules.balance.least))
    if style.japanese:
        return f"新規が訪問者の{most}以上なら多すぎ、{least}以下なら少なすぎ。"
    return f"New visitors are too many from {most} of the visitors on, too few at {least} or less."


def _traffic(rules: Rules, style: Style) -> str:
    weak = number(float(rules.traffic.weak), "ratio", style)
    if style.japanese:
        return f"弱いチャネル：訪問に占める割合が{weak}未満。"
    return f"Weak: a channel with less than {weak} of the visits."


def _leads(rules: Rules, style: Style) -> str:
    limits = rules.leads.bands
    if limits is None:
        if style.japanese:
            return "スコア帯：見ているリードを4等分（Aが上位、最高帯）。"
        return "Bands: quarters of the leads that are looked at, A being the high one."
    a, b, c = (f"{limit:g}" for limit in limits)
    if style.japanese:
        return f"スコア帯：Aは{a}点から、Bは{b}点から、Cは{c}点から、Dはそれ未満。"
    return f"Bands: A from {a} points, B from {b}, C from {c}, D below."


def _keywords(rules: Rules, style: Style) -> str:
    rule = rules.keywords
    if style.japanese:
        brand, problem = (f"{'・'.join(each)}を含む" if each else "語が未設定" for each in (rule.brand, rule.problem))
        return f"指名：{brand}。課題：{problem}。ロングテール：{rule.words}語以上。ほかは一般。"
    brand, problem = (f"has {', '.join(each)}" if each else "no words set" for each in (rule.brand, rule.problem))
    return f"Brand: {brand}. Problem: {problem}. Long tail: {rule.words} words or more. Others are generic."


def _lifetime(rules: Rules, style: Style) -> str:
    months = length_words(f"{rules.lifetime.months}m", style)
    if style.japanese:
        return f"寿命 = 1 ÷ 月次解約率の直近{months}の平均。"
    return f"Lifetime = 1 ÷ the mean monthly churn of the last {months}."


def _profit(rules: Rules, style: Style) -> str:
    acquiring = _named("cost_category", rules.classes.profit.acquisition, style)
    keeping = _named("cost_category", rules.classes.profit.retention_costs, style)
    if style.japanese:
        return f"獲得の費用：{acquiring}。維持の費用：{keeping}。{bearer_words(rules, style)}"
    return f"Costs of acquisition: {acquiring}. Costs of retention: {keeping}. {bearer_words(rules, style)}"


def bearer_words(rules: Rules, style: Style) -> str:
    """Who bears the cost of a channel or campaign, in a sentence."""
    touches = rules.classes.profit.touches
    if touches is None:
        if style.japanese:
            return "チャネルやキャンペーンの費用は、その月に獲得した顧客（顧客データの記録）で等分します。"
        return "The cost of a channel or campaign is shared equally by the customers it acquired in that month."
    model = MODEL_WORDS[touches.model].words(style.language)
    lookback = length_words(touches.lookback, style)
    if style.japanese:
        before = f"獲得前{lookback}の接点の貢献（{model}）"
        return f"チャネルやキャンペーンの費用は、その月に獲得した顧客で、{before}に応じて分けます。"
    return (
        "The cost of a channel or campaign is shared by the customers acquired in that month, by what it earned of the "
        f"touches in the {lookback} before ({model})."
    )


def without_cost_words(share: float, style: Style, *, some: bool = False) -> str:
    """That `share` of sales name no cost of goods, beside the profit they are part of; "" where it rounds to nothing.

    `some`: beside a table that shows no profit at all where no sale names its cost, so that nothing is said then.

    >>> without_cost_words(1.0, Style("en"))
    '100.0% of sales name no cost of goods. They count in full, so profit is at most what is shown.'
    """
    if share < LEAST_SHARE or (some and share == 1):
        return ""
    told = number(share, "ratio", style)
    if style.japanese:
        return f"売上の{told}は原価が未登録です。全額を粗利として数えているため、利益は表示した額が上限です。"
    return f"{told} of sales name no cost of goods. They count in full, so profit is at most what is shown."


def _attribution(rules: Rules, style: Style) -> str:
    rule = rules.attribution
    model = MODEL_WORDS[rule.model].words(style.language)
    lookback = length_words(rule.lookback, style)
    half_life = f"{rule.half_life_days:g}"
    decays = rule.model == "time_decay"
    if style.japanese:
        half = f"、半減期{half_life}日" if decays else ""
        return f"{model}で配分{half}。成果の前{lookback}の接点が対象。"
    half = f", half-life {half_life} days" if decays else ""
    return f"{model}{half}; touches in the {lookback} before a conversion count."


def _sessions(rules: Rules, style: Style) -> str:
    rule = rules.sessions
    goals = _named("event_name", rule.goals, style)
    if style.japanese:
        return f"操作が{rule.gap_minutes}分途切れたら訪問を区切る。成果：{goals}。"
    return f"A visit ends after {rule.gap_minutes} minutes of silence. Goals: {goals}."


def _health(rules: Rules, style: Style) -> str:
    weights, (green, yellow) = rules.health.weights, rules.health.bands
    parts = (f"{weights.usage:g}", f"{weights.support:g}", f"{weights.payment:g}")
    if style.japanese:
        return (
            f"重み：利用{parts[0]}・問い合わせ{parts[1]}・支払い{parts[2]}。青は{green:g}点から、黄は{yellow:g}点から。"
        )
    return (
        f"Weights: usage {parts[0]}, support {parts[1]}, payment {parts[2]}. "
        f"Green from {green:g} points, yellow from {yellow:g}."
    )


def _accounts(rules: Rules, style: Style) -> str:
    rule = rules.accounts
    core, seats = (number(share, "ratio", style) for share in (rule.core_share, rule.seats_share))
    if style.japanese:
        return (
            f"急落：{rule.fall_weeks}週間で{rule.fall:g}点以上の低下。伸びそう：コア機能の利用が席の{core}を超え、"
            f"席の{seats}超を利用中。見込みは{rule.months}か月分。"
        )
    return (
        f"Sharp fall: {rule.fall:g} points or more in {rule.fall_weeks} weeks. May grow: core features on more than "
        f"{core} of the seats, more than {seats} of them in use. Expected profit of {rule.months} months."
    )


def lifecycle_words(rule: LifecycleRule, style: Style) -> str:
    """What brings an account into each stage, in a sentence or two."""
    values, told = _named("stage", rule.first_values, style), _named("event_name", rule.recommends, style)
    core = _core_words(rule, style)
    grown = number(float(rule.growth), "ratio", style) if rule.growth else ""
    if style.japanese:
        renewal = "契約更新、" if rule.renewal else ""
        more = f"月額が過去の最高を{grown}超上回ったとき" if grown else "月額が過去の最高を超えたとき"
        return (
            f"段階：導入はキックオフまたは最初の支払日から。定着は最初の価値（{values}）または{core}の初回利用。"
            f"継続は{core}の{rule.habit_weeks}週の利用、{renewal}または{rule.stayed_months}か月途切れない契約。"
            f"拡大は{more}。推奨は{told}。"
        )
    renewal = ", a renewed contract" if rule.renewal else ""
    weeks, months = length_words(f"{rule.habit_weeks}w", style), length_words(f"{rule.stayed_months}m", style)
    more = f"more than {grown} above the most it ever paid" if grown else "more revenue than ever before"
    return (
        f"Stages: onboarding from the kick-off or the first paid day; adoption with the first value ({values}) or the "
        f"first use of {core}; retention by use of {core} in {weeks}{renewal} or {months} of contracts without an "
        f"interruption; expansion with {more}; advocacy with a recommendation ({told})."
    )


def _core_words(rule: LifecycleRule, style: Style) -> str:
    if rule.core_features:
        return "・".join(rule.core_features) if style.japanese else " or ".join(rule.core_features)
    kinds = [vocabulary("feature_group")[group].words(style.language) for group in rule.core_groups]
    return "・".join(kinds) if style.japanese else f"a {' or '.join(kinds).lower()}"


def _lifecycle(rules: Rules, style: Style) -> str:
    return lifecycle_words(rules.lifecycle, style)


def _activity(rules: Rules, style: Style) -> str:
    held = rules.activity.entitlements
    if not held:
        return "どのプランもすべての機能を使える。" if style.japanese else "Every plan holds every feature."
    plans = (("、" if style.japanese else ", ").join(features) for _name, features in held)
    if style.japanese:
        return "／".join(f"{name}：{features}" for (name, _), features in zip(held, plans, strict=True)) + "。"
    return "; ".join(f"{name}: {features}" for (name, _), features in zip(held, plans, strict=True)) + "."


def _stages(rules: Rules, style: Style) -> str:
    rule = rules.stages
    off = [_day(day, style) for day in rule.days_off]
    if style.japanese:
        days = "・".join(WEEKDAYS_JA[day] for day in rule.working_days)
        holidays = "祝日を除く" if rule.country else "祝日も数える"
        return f"営業日：{days}（{holidays}）。" + (f"休業日：{'、'.join(off)}。" if off else "")
    days = ", ".join(WEEKDAYS_EN[day] for day in rule.working_days)
    holidays = "without public holidays" if rule.country else "public holidays included"
    return f"Business days: {days} ({holidays})." + (f" Days off: {', '.join(off)}." if off else "")


def _day(day: date, style: Style) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if style.japanese else day.isoformat()


def _shop(rules: Rules, style: Style) -> str:
    free, large = rules.free_shipping_line, rules.large_deal
    near = f"{float(rules.free_shipping_band) * 100:g}"
    if style.japanese:
        line = "未設定" if free is None else f"{_money(free, style)}から（前後{near}%を「近く」とみなす）"
        return f"送料無料：{line}。大型案件：{'未設定' if large is None else f'{_money(large, style)}から'}。"
    line = "not set" if free is None else f"from {_money(free, style)} (near means within {near}%)"
    return f"Free shipping: {line}. Large deal: {'not set' if large is None else f'from {_money(large, style)}'}."


def _figures(rules: Rules, style: Style) -> str:
    days = rules.settling_days
    if style.japanese:
        reach = f"期間の終わりから{days}日先" if days else "期間の終わり"
        return f"データが{reach}まで届くと確定、それまでは速報。"
    reach = f"{days} {'day' if days == 1 else 'days'} beyond the end" if days else "the end"
    return f"Final once the data reaches {reach} of the period, provisional until then."


def ideal_words(profile: IdealProfile | None, style: Style) -> str:
    """Which customers fit the ideal one, in a sentence."""
    if profile is None:
        if style.japanese:
            return "理想顧客像はまだありません。合うかどうかは顧客データの記録に従います。"
        return "No profile of the ideal customer is in force: who fits is as the customer data says."
    parts = []
    for trait in profile.traits:
        column = FACTS["customers"].column(trait.attribute)
        name = trait.attribute if column is None else column.ja if style.japanese else column.en
        values = [value_words(trait.attribute, value, style.language) for value in trait.values]
        if style.japanese:
            parts.append(f"{name}が{'・'.join(values)}なら{trait.weight}点")
        else:
            parts.append(f"{trait.weight} points for {name.lower()} {' or '.join(values)}")
    if style.japanese:
        return f"理想顧客像：{'、'.join(parts)}。合計{profile.threshold}点以上で合う。"
    return f"Ideal customer: {', '.join(parts)}; fits from {profile.threshold} points."


WORDS: Final[Mapping[str, Callable[[Rules, Style], str]]] = {
    "postings": _postings,
    "classes": _classes,
    "retention": _retention,
    "repeat": _repeat,
    "rfm": _rfm,
    "contracts": _contracts,
    "movements": _movements,
    "expansion": _expansion,
    "balance": _balance,
    "traffic": _traffic,
    "leads": _leads,
    "keywords": _keywords,
    "lifetime": _lifetime,
    "profit": _profit,
    "attribution": _attribution,
    "sessions": _sessions,
    "health": _health,
    "accounts": _accounts,
    "lifecycle": _lifecycle,
    "activity": _activity,
    "stages": _stages,
    "shop": _shop,
    "figures": _figures,
}
