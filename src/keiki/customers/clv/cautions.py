"""What to know before believing a forecast: a code with its figures, in words of either language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from keiki.customers.clv.grouped import History

FEWEST_CUSTOMERS = 100
FEWEST_REPEATERS = 30
MANY_ONE_TIME = 0.5
DEPENDENT = 0.3
"""Below or beyond these a forecast comes with a caution; the correlation is the one between repeat customers."""

WORDS = {
    "one_time_buyers": (
        "{share:.0%} of the customers bought once. When they are gone can hardly be told from their data.",
        "顧客の{share:.0%}は1回しか購入していません。いつ離れたのかは、データからはほとんど分かりません。",
    ),
    "never_repeated_counts_as_alive": (
        "This model takes every customer who bought once ({customers}) for alive, however long ago it was. "
        "MBG/NBD lets them fade.",
        "このモデルは、1回だけ購入した顧客（{customers}人）を、何年たっても離れていないとみなします。"
        "MBG/NBD なら次第に下がります。",
    ),
    "not_identifiable": (
        "The data does not settle {parameters}: quite different values explain it equally well. "
        "Forecasts near the observed span hold; do not read the parameters or P(alive) one by one.",
        "このデータだけでは {parameters} が定まりません。かなり違う値でも同じくらい当てはまります。"
        "観測期間に近い予測は使えますが、パラメーターや個々の生存確率は読み取らないでください。",
    ),
    "value_depends_on_frequency": (
        "Money per purchase goes with how often customers buy (correlation {correlation:+.2f}); "
        "Gamma-Gamma assumes that it does not.",
        "購入頻度と1回あたりの金額に関係があります（相関 {correlation:+.2f}）。Gamma-Gamma は無関係と仮定しています。",
    ),
    "too_few_customers": (
        "Few customers: {customers}, with a repeat purchase {repeaters}. Take the numbers as a rough guide.",
        "顧客は{customers}人、うちリピート購入は{repeaters}人だけです。数値はおおよその目安です。",
    ),
    "too_few_contracts": (
        "Few contracts: {customers}, ended {lost}. Take the numbers as a rough guide.",
        "契約は{customers}件、うち終了は{lost}件だけです。数値はおおよその目安です。",
    ),
    "no_mean_value": (
        "Money differs so much between customers that their mean cannot be told (q = {q:.2f}, at least 1 is needed).",
        "顧客ごとの金額の差が大きすぎて、平均を推定できません（q = {q:.2f}。1より大きい必要があります）。",
    ),
    "nothing_seen": (
        "Everybody came on the last day of the data: what follows has not been seen. Do not use these numbers.",
        "全員がデータの最終日に初めて購入しています。その後の行動はまだ分かりません。この数値は使わないでください。",
    ),
    "not_converged": (
        "The search for the best values ended early. Do not use these numbers.",
        "最もよく合う値が見つかる前に計算が止まりました。この数値は使わないでください。",
    ),
}
"""Every caution by its code: English, Japanese."""


@dataclass(frozen=True)
class Caution:
    """Something that limits what a forecast is worth."""

    code: str
    details: Mapping[str, float | int | str] = field(default_factory=dict)

    def words(self, language: str) -> str:
        """The sentence in `en` or `ja`.

        >>> Caution("too_few_contracts", {"customers": 12, "lost": 3}).words("en")
        'Few contracts: 12, ended 3. Take the numbers as a rough guide.'
        """
        english, japanese = WORDS[self.code]
        return (japanese if language.startswith("ja") else english).format(**self.details)


def cautions_of(history: History) -> tuple[Caution, ...]:
    """What the customers themselves say about a forecast of any model."""
    found = []
    size, repeaters = history.size, history.repeaters
    if size < FEWEST_CUSTOMERS or repeaters < FEWEST_REPEATERS:
        found.append(Caution("too_few_customers", {"customers": size, "repeaters": repeaters}))
    if size and 1 - repeaters / size > MANY_ONE_TIME:
        found.append(Caution("one_time_buyers", {"share": 1 - repeaters / size}))
    return tuple(found)
