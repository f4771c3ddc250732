"""A change of the goal, shared among the nodes."""

from __future__ import annotations


def test_explain_shares_the_change_and_the_parts_sum_to_it(shop, tiny):
    told = shop("explain", tiny, "--before", "2026-09", "--after", "2026-10", "--json").json
    assert (told["before"], told["after"], told["change"]) == (4000.0, 6000.0, 2000.0)
    assert [(part["node"], part["contribution"]) for part in told["parts"]] == [
        ("revenue", 2000.0),
        ("orders", 2000.0),
        ("price", 0.0),
    ]
    assert sum(part["contribution"] for part in told["parts"] if part["leaf"]) == told["change"]


def test_explain_tells_it_in_words(shop, tiny):
    answer = shop("explain", tiny, "--before", "2026-09", "--after", "2026-10", language="ja")
    assert answer.code == 0
    assert answer.out.splitlines()[0] == "注文売上：4,000円（2026年9月）→ 6,000円（2026年10月）、+2,000円"


def test_explain_names_a_period_it_cannot_read(shop, tiny):
    answer = shop("explain", tiny, "--before", "September", "--after", "2026-10")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("“September” is not a period.")


def test_explain_by_a_dimension_splits_rate_and_mix(shop, tiny):
    told = shop("explain", "aov", "--before", "2026-09", "--after", "2026-10", "--by", "channel", "--json").json
    assert (told["kpi"], told["before"], told["after"]) == ("aov", 2000.0, 2000.0)
    assert abs(told["rate"] + told["mix"] + told["rest"]) < 1e-9
    answer = shop("explain", tiny, "--before", "2026-09", "--after", "2026-10", "--by", "channel", language="ja")
    assert answer.out.splitlines()[0] == (
        "注文売上は4,000円から6,000円へ2,000円上がりました。最も大きく動いたのはメール（+2,500円）です。"
    )


def test_explain_says_where_lmdi_does_not_apply(shop, tiny):
    from pathlib import Path

    text = Path(tiny).read_text(encoding="utf-8")
    Path("mixed.yaml").write_text(text.replace("orders * price", "orders * price + 0 * orders"), encoding="utf-8")
    answer = shop("explain", "mixed.yaml", "--before", "2026-09", "--after", "2026-10", "--method", "lmdi")
    assert answer.out.splitlines()[-1].startswith("LMDI does not apply to Order revenue")


def test_explain_against_the_targets_of_the_tree(shop, tiny):
    from pathlib import Path

    text = Path(tiny).read_text(encoding="utf-8")
    text = text.replace("kpi: purchases}", "kpi: purchases, target: {value: 60, period: year}}")
    Path("aimed.yaml").write_text(text.replace("kpi: aov}", "kpi: aov, target: {value: 2500}}"), encoding="utf-8")
    told = shop("explain", "aimed.yaml", "--before", "target", "--after", "2026-10", "--json").json
    assert [(row["node"], row["value"], row["wanted"], row["gap"], row["effect"]) for row in told["rows"]] == [
        ("orders", 3, 5, -0.4, -4500.0),
        ("price", 2000.0, 2500, -0.2, -2000.0),
    ]
    answer = shop("explain", "aimed.yaml", "--before", "target", "--after", "2026-10")
    assert "effect on Order revenue" in answer.out
    none = shop("explain", tiny, "--before", "target", "--after", "2026-10", language="ja")
    assert none.out.strip() == "目標の下に、目標値のある項目がありません。"
