"""`keiki customers …`: tables for people, JSON for programs."""

from __future__ import annotations

import json

import pytest

from keiki.cli.main import run
from keiki.customers.ltv_formulas import FORMULAS


def test_cohorts_show_who_is_there_at_every_age(shop):
    answer = shop("customers", "cohorts", "--last", "3")
    assert answer.code == 0
    assert answer.lines[0] == ["Began", "customers", "0", "1"]
    assert answer.lines[-1][:3] == ["Average", "of", "customers"]


def test_cohorts_for_a_program_carry_rule_and_average(shop):
    (table,) = shop("customers", "cohorts", "--last", "3", "--value", "customers", "--json").json
    assert table["rule"]["start"] == "order"
    assert table["cohorts"][0]["customers"] == table["cohorts"][0]["values"][0]
    assert len(table["average"]) == max(len(row["values"]) for row in table["cohorts"])


def test_cohorts_name_a_value_that_is_none(shop):
    answer = shop("customers", "cohorts", "--value", "joy", language="ja")
    assert answer.code == 2
    assert "joy" in answer.err


def test_survival_without_contracts_says_so(shop):
    answer = shop("customers", "survival")
    assert answer.lines == [["There", "is", "nobody", "to", "follow", "yet."]]


def test_survival_of_buyers_comes_with_its_band(shop):
    answer = shop("customers", "survival", "--of", "purchase", "--unit", "day", "--dormant-after", "10", "--json").json
    (curve,) = answer["curves"]
    assert curve["steps"][0]["at_risk"] == curve["size"]
    assert answer["test"] is None
    assert answer["dormancy_days"] == 10
    told = shop("customers", "survival", "--of", "purchase").out
    assert "A life ends with 365 days without a purchase." in told


CONTRACTS = """subscription_id,customer_id,mrr,valid_from,valid_to
S1,C1,1000,2026-08-01,
S2,C1,500,2026-10-05,
S3,C2,700,2026-08-01,2026-10-20
"""


def test_movements_lead_from_start_to_end(own_shop, tmp_path):
    (tmp_path / "contracts.csv").write_text(CONTRACTS)
    assert own_shop("import", tmp_path / "contracts.csv", "--fact", "subscriptions").code == 0
    answer = own_shop("customers", "movements", "-p", "2026-10")
    assert [line[-1] for line in answer.lines[2:]][:4] == ["¥1,700", "¥0", "¥0", "¥500"]
    assert ["End", "¥1,500"] in answer.lines
    assert ["GRR", "58.8%"] in answer.lines
    assert "Start and movements give the end in every period." in answer.out


def test_movements_tell_why_published_rules_differ(own_shop, tmp_path):
    (tmp_path / "contracts.csv").write_text(CONTRACTS)
    own_shop("import", tmp_path / "contracts.csv", "--fact", "subscriptions")
    (row,) = own_shop("customers", "movements", "-p", "2026-10", "--against", "chargebee", "--json").json
    assert (row["reason"], row["customers"]) == ("several_contracts", 1)
    assert (row["left"]["expansion"], row["right"]["new"]) == ("500.0000", "500.0000")
    answer = own_shop("customers", "movements", "-p", "2026-10", "--against", "chartmogul", language="ja")
    assert answer.out.strip() == "どちらの規則でも、すべての動きが同じになります。"
    assert own_shop("customers", "movements", "--rules", "mine").code == 2


def test_rfm_shows_segments_and_lists_the_customers_of_one(shop):
    answer = shop("customers", "rfm", "-p", "2026-10", "--json").json
    assert sum(each["customers"] for each in answer["segments"]) == 3
    assert sum(each["customers"] for each in answer["scores"]) == 3
    names = [each["segment"] for each in answer["segments"] if each["customers"]]
    listed = [shop("customers", "rfm", "-p", "2026-10", "--segment", name, "--json").json for name in names]
    assert sorted(each["customer_id"] for rows in listed for each in rows) == ["C1", "C2", "C3"]
    nobody = next(each["segment"] for each in answer["segments"] if not each["customers"])
    assert shop("customers", "rfm", "-p", "2026-10", "--segment", nobody, "--json").json == []
    assert shop("customers", "rfm", "--segment", "best").code == 2
    assert shop("customers", "rfm", "-p", "2026-10", language="ja").lines[1][0] == "人数"


def test_forecast_tells_total_model_and_customers(shop):
    answer = shop("customers", "forecast", "--top", "3")
    assert answer.code == 0
    assert answer.lines[0][:4] == ["3", "customers,", "next", "12"]
    told = shop("customers", "forecast", "--top", "3", "--months", "6", "--json").json
    assert (told["customers"], len(told["top"])) == (3, 3)
    assert told["model"] in {"BG/NBD", "MBG/NBD", "Pareto/NBD"}
    assert "Few customers: 3" in " ".join(told["cautions"])


def test_repeat_shows_every_definition_with_its_window(shop):
    answer = shop("customers", "repeat", "-p", "2026-09", "--windows", "10d,40d", "--json").json
    rates = {(each["definition"], each["window"]): each["base"] for each in answer["rates"]}
    assert {window for name, window in rates if name == "repeat_purchase_rate"} == {"10d", "40d"}
    assert answer["interval"]["count"] == 2
    assert [row["orders"] for row in answer["by_order"]] == [3, 2]
    shown = shop("customers", "repeat", "-p", "2026-09", language="ja")
    assert shown.code == 0
    assert "購入間隔" in shown.out


PAID = """subscription_id,customer_id,plan,mrr,valid_from,valid_to
T1,D1,basic,1000,2025-08-01,
T2,D2,basic,700,2026-10-01,
"""


def accounts_by_stage(shop):
    return {stage: each["accounts"] for stage, each in shop("customers", "lifecycle", "--json").json.items()}


def test_lifecycle_counts_every_paying_account_once(own_shop, tmp_path):
    before = accounts_by_stage(own_shop)
    (tmp_path / "contracts.csv").write_text(PAID)
    assert own_shop("import", tmp_path / "contracts.csv", "--fact", "subscriptions").code == 0
    after = accounts_by_stage(own_shop)
    assert {stage: after[stage] - before[stage] for stage in after if after[stage] != before[stage]} == {
        "onboarding": 1,
        "retention": 1,
    }
    assert ["Stage", "Accounts", "Per", "month"] in own_shop("customers", "lifecycle").lines


def test_health_says_when_the_score_cannot_be_judged(shop):
    assert "The score cannot be judged yet." in shop("customers", "health").out


INVOICES = """invoice_id,customer_id,issued_on,due_on,paid_on,amount
I1,D1,2026-10-01,2026-10-10,,900
I2,D1,2026-10-01,2026-10-10,2026-10-09,800
"""


def test_alerts_name_the_unpaid_invoice_and_not_the_one_that_was_paid(own_shop, tmp_path):
    assert "Nothing needs anybody now." in own_shop("customers", "alerts").out
    for name, rows in (("subscriptions", PAID), ("invoices", INVOICES)):
        (tmp_path / f"{name}.csv").write_text(rows)
        assert own_shop("import", tmp_path / f"{name}.csv", "--fact", name).code == 0
    told = own_shop("customers", "alerts", "--json").json
    unpaid = [row for row in told if row["kind"] == "unpaid"]
    assert [(row["subject"], row["customer_id"], row["on_day"]) for row in unpaid] == [("I1", "D1", "2026-10-11")]
    assert "Unpaid" in own_shop("customers", "alerts").out


RENEWING = """subscription_id,customer_id,plan,mrr,valid_from,valid_to,term_months,renewal_on
T1,D1,basic,1000,2025-08-01,,12,2026-11-20
T2,D2,basic,700,2026-10-01,,,
"""
ANSWERS = """response_id,kind,answered_at,score,customer_id
R1,ces,2026-10-05 12:00,6,C1
R2,ces,2026-10-05 12:00,4,C2
R3,ces,2026-10-05 12:00,2,C3
"""


def test_accounts_renewals_and_voices_are_printed_in_words(own_shop, tmp_path):
    assert "Nobody has answered in the last twelve months." in own_shop("customers", "voices").out
    assert "No contract is due within 90 days." in own_shop("customers", "renewals").out
    assert "No account is on this list." in own_shop("customers", "accounts", "--search", "D1").out
    for name, rows in (("subscriptions", RENEWING), ("surveys", ANSWERS)):
        (tmp_path / f"{name}.csv").write_text(rows)
        assert own_shop("import", tmp_path / f"{name}.csv", "--fact", name).code == 0
    listed = own_shop("customers", "accounts", "--search", "D1")
    assert listed.lines[-1] == ["1", "of", "1", "accounts."]
    assert [line[:2] for line in listed.lines if line[0].startswith("D")] == [["D1", "Retention"]]
    due = own_shop("customers", "renewals")
    assert ["2026-11-20", "D1", "T1", "¥1,000", "12", "¥12,000"] in due.lines
    assert due.lines[-1] == ["Due", "within", "90", "days:", "1,", "worth", "¥12,000", "together."]
    told = own_shop("customers", "voices", language="ja").lines
    assert [line[:4] for line in told if line[0] == "顧客努力"] == [
        ["顧客努力", "手間がかかった", "1", "2.0"],
        ["顧客努力", "どちらともいえない", "1", "4.0"],
        ["顧客努力", "簡単だった", "1", "6.0"],
    ]


def test_account_tells_stages_and_what_happened(own_shop, tmp_path):
    (tmp_path / "contracts.csv").write_text(PAID)
    own_shop("import", tmp_path / "contracts.csv", "--fact", "subscriptions")
    found = own_shop("customers", "account", "D1", "--json").json
    assert [row["stage"] for row in found["account"]["stages"]] == ["onboarding", "adoption", "retention"]
    assert [row["kind"] for row in found["story"]] == ["contract"]
    assert own_shop("customers", "account", "nobody").code == 2


COSTS = """spent_on,amount,category,department
2026-10-01,6000,ad_spend,marketing
2026-10-01,3000,sales,field_sales
"""
PEOPLE = """customer_id,acquired_on
C1,2026-09-05
C2,2026-09-20
C3,2026-10-31
"""


def test_lifetime_value_stands_beside_the_cost_of_winning_a_customer_or_says_what_is_missing(own_shop, tmp_path):
    for name, rows in (("costs", COSTS), ("customers", PEOPLE)):
        (tmp_path / f"{name}.csv").write_text(rows)
        assert own_shop("import", tmp_path / f"{name}.csv", "--fact", name).code == 0
    told = own_shop("customers", "ltv", "--on", "2026-10-15", "--json").json
    assert (told["cac"], told["terms"]["aov"]) == (9000, 2000)
    assert all((row["value"] is None) == bool(row["trouble"]) for row in told["values"])
    answer = own_shop("customers", "ltv", "--on", "2026-10-15")
    assert answer.lines[1][-1] == "¥9,000."


def alone(tmp_path, capsys, *words):
    """A command where there is no business at all."""
    capsys.readouterr()
    code = run([*words, "-b", str(tmp_path / "nowhere")])
    return code, capsys.readouterr()


VECTORS = [
    (["aov=10,000", "purchase_frequency=12", "customer_lifetime_years=3"], "ltv", "revenue", 360_000),
    (
        ["aov=20000", "gross_margin=50%", "purchase_frequency=12", "customer_lifetime_years=3"],
        "ltv_margin",
        "gross_profit",
        360_000,
    ),
    (["arpu=10000", "churn_rate_monthly=0.1"], "ltv_churn", "revenue", 100_000),
    (
        [
            *("aov=10000", "purchase_frequency=12", "customer_lifetime_years=3"),
            *("cac=¥50,000", "retention_cost_per_customer=5,000"),
        ],
        "ltv_net",
        "net",
        295_000,
    ),
    (["arpa=1000", "gross_margin=0.8", "avg_contract_period_months=36"], "ltv_arpa", "gross_profit", 28_800),
    (
        ["monthly_fee=1,000円", "gross_margin=80％", "churn_rate_monthly=5%"],
        "ltv_b2c_subscription",
        "gross_profit",
        16_000,
    ),
]


@pytest.mark.parametrize(("numbers", "formula", "basis", "value"), VECTORS)
def test_lifetime_value_of_typed_numbers_needs_no_business(tmp_path, capsys, numbers, formula, basis, value):
    code, out = alone(tmp_path, capsys, "customers", "ltv", *numbers, "--json")
    told = json.loads(out.out)
    values = {row["formula"]: row for row in told["values"]}
    assert (code, told["period"], len(values)) == (0, None, len(FORMULAS))
    assert (values[formula]["basis"], values[formula]["value"]) == (basis, pytest.approx(value))
    assert all((row["value"] is None) == bool(row["trouble"]) for row in values.values())
    assert all(row["valid"] and row["invalid"] for row in values.values())
    assert not (tmp_path / "nowhere").exists()


def test_typed_costs_give_cac_by_each_name_and_the_ratio_by_the_strict_rule(tmp_path, capsys):
    numbers = ["arpa=1000", "gross_margin=0.8", "avg_contract_period_months=36", "visitors=5000"]
    numbers += ["marketing=100,000", "sales=92,000", "customers=20人"]
    for strict, healthy in (((), True), (("--strict",), False)):
        _code, out = alone(tmp_path, capsys, "customers", "ltv", *numbers, *strict, "--json")
        told = json.loads(out.out)
        assert (told["cac"], told["acquisition"]["marketing_only"]) == (9600, 5000)
        assert told["acquisition"]["per_new_visitor"] == 20
        (row,) = [each for each in told["values"] if each["value"] is not None]
        assert (row["to_cac"], row["healthy"], row["payback_months"], row["cac_ceiling"]) == (3, healthy, 12, 9600)


def test_formulas_stand_side_by_side_with_why_they_differ(tmp_path, capsys):
    numbers = ["aov=20000", "gross_margin=50%", "purchase_frequency=12", "customer_lifetime_years=3"]
    _code, out = alone(tmp_path, capsys, "customers", "ltv", *numbers)
    assert "From ¥360,000 to ¥720,000: 2.0 times, mostly because one keeps the margin only" in out.out
    assert "With margin: price × margin × frequency × years. Holds: " in " ".join(out.out.split())
    assert "“Monthly fee” is missing." in " ".join(out.out.split())


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("marginn=1", "gross_margin"),
        ("aov", "aov=10000"),
        ("aov=many", "“many” is no number."),
        ("gross_margin=¥100", "the unit here is per cent"),
        ("sales=-5", "-5 cannot be a cost"),
    ],
)
def test_number_that_cannot_be_is_refused_with_what_to_write(tmp_path, capsys, number, words):
    code, out = alone(tmp_path, capsys, "customers", "ltv", number)
    assert code == 2
    assert words in " ".join(out.err.split())


def test_typed_number_stands_in_front_of_the_own_one_when_own_ones_are_asked_for(own_shop):
    own = own_shop("customers", "ltv", "--on", "2026-10-15", "--json").json
    alone_ = own_shop("customers", "ltv", "customer_lifetime_years=2", "--json").json
    both = own_shop("customers", "ltv", "customer_lifetime_years=2", "--own", "--on", "2026-10-15", "--json").json
    assert (alone_["period"], alone_["terms"]["aov"]) == (None, None)
    assert (both["period"], both["terms"]["aov"]) == (own["period"], own["terms"]["aov"])
    assert both["terms"]["customer_lifetime_years"] == 2
    assert both["values"][0]["value"] == pytest.approx(2 * own["terms"]["aov"] * own["terms"]["purchase_frequency"])


EARNED = """order_id,customer_id,ordered_at,amount,gross_profit
X1,C1,2026-10-05 10:00,1000,500
"""
SPANS = """subscription_id,customer_id,mrr,valid_from,valid_to
S8,C1,1000,2026-08-01,
S9,C2,1000,2026-08-01,2026-10-10
"""


def test_only_a_lifetime_value_of_gross_profit_stands_beside_the_cost(own_shop, tmp_path):
    for name, rows in (("costs", COSTS), ("customers", PEOPLE), ("orders", EARNED), ("subscriptions", SPANS)):
        (tmp_path / f"{name}.csv").write_text(rows)
        assert own_shop("import", tmp_path / f"{name}.csv", "--fact", name).code == 0
    told = own_shop("customers", "ltv", "--on", "2026-10-15", "--json").json
    values = {row["formula"]: row for row in told["values"] if row["value"] is not None}
    revenue, profit = values["ltv_churn"], values["ltv_b2c_subscription"]
    assert (revenue["basis"], revenue["to_cac"], revenue["cac_ceiling"]) == ("revenue", None, None)
    assert profit["to_cac"] == pytest.approx(profit["value"] / 9000)
    assert profit["cac_ceiling"] == pytest.approx(profit["value"] / 3)
    assert profit["payback_months"] == pytest.approx(9000 / (1000 * told["terms"]["gross_margin"]))


def test_import_tells_what_no_rate_converts(own_shop, tmp_path):
    (tmp_path / "spans.csv").write_text(
        SPANS.replace("valid_to", "valid_to,currency").replace("2026-10-10", "2026-10-10,USD")
    )
    answer = own_shop("import", tmp_path / "spans.csv", "--fact", "subscriptions")
    assert "Subscriptions: USD 1,000.00 (1 row): no rate on its day" in answer.out
    answer = own_shop("customers", "movements", "--last", "1")
    assert "USD 1,000.00" in answer.out


def test_repeat_tells_who_fell_silent(shop):
    assert "3 active, 0 silent for 365 days or more" in shop("customers", "repeat").out


def test_quality_tells_good_and_bad_revenue_with_its_rule(shop):
    told = shop("customers", "quality", "--grain", "month", "--json").json
    *before, september, october = told["periods"]
    assert {each["revenue"] for each in before} <= {"0"}
    assert (september["revenue"], october["revenue"], october["new"]) == ("4000.0000", "6000.0000", "2000.0000")
    assert sum(told["customers"].values()) == 3
    assert "Good: at least 2 purchases" in shop("customers", "quality").out


def test_places_of_fewer_than_five_customers_are_left_out(shop):
    assert "Left out, as fewer than 5 customers: 1." in shop("customers", "quality", "--by", "channel").out


def test_ideal_says_when_nothing_sets_good_customers_apart(shop):
    assert "Nothing sets good customers apart from the others." in shop("customers", "ideal").out
    assert shop("customers", "ideal", "--json").json["profile"] is None


LISTED = """customer_id,acquired_on,industry,name,email
C1,2026-09-05,food,Aoi,aoi@example.jp
C2,2026-09-20,mining,Ken,ken@example.jp
C3,2026-10-31,food,Mio,
"""


def test_profile_of_a_folder_is_kept_in_its_settings_and_the_lists_follow(own_shop, tmp_path):
    (tmp_path / "customers.csv").write_text(LISTED)
    assert own_shop("import", tmp_path / "customers.csv", "--fact", "customers").code == 0
    none = own_shop("customers", "contacts", "nurture")
    assert (none.code, "No profile of the ideal customer is in force" in none.err) == (2, True)
    assert own_shop("customers", "keep-ideal", "learned").code == 2  # nothing stands out in three customers
    (tmp_path / "bad.yaml").write_text("traits: [industry]")
    assert own_shop("customers", "keep-ideal", tmp_path / "bad.yaml").code == 2
    assert own_shop("customers", "keep-ideal", tmp_path / "nowhere.yaml").code == 2
    assert own_shop("customers", "ideal", "--json").json["in_force"] is None
    (tmp_path / "ideal.yaml").write_text("traits: {industry: {values: [food], weight: 100}}")
    kept = own_shop("customers", "keep-ideal", tmp_path / "ideal.yaml", language="ja")
    assert kept.out.strip() == "理想顧客像：業種がfoodなら100点。合計60点以上で合う。"
    told = own_shop("customers", "ideal", "--json").json
    assert told["in_force"] == {"threshold": 60, "traits": {"industry": {"values": ["food"], "weight": 100}}}
    assert (told["totals"]["customers_in"], told["totals"]["customers_out"]) == (2, 1)
    assert own_shop("customers", "contacts", "nurture", "-o", tmp_path / "nurture.csv").code == 0
    assert (tmp_path / "nurture.csv").read_text("utf-8-sig").splitlines() == [
        "customer_id,name,email,acquired_on,score",
        "C1,Aoi,aoi@example.jp,2026-09-05,100",
        "C3,Mio,,2026-10-31,100",
    ]
    assert own_shop("customers", "contacts", "everybody").code == 2
