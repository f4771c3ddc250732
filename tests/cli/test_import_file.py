"""Files become facts; what cannot be read is told row by row."""

from __future__ import annotations

from pathlib import Path

BROKEN = """order_id,customer_id,ordered_at,amount
A1,C1,2026-09-05,1000
A2,C2,2026-09-31,3000
A3,C3,2026-10-02,=1+1
"""


def test_import_tells_what_came_in_and_knows_a_file_again(keiki):
    Path("orders.csv").write_text(BROKEN.replace("31,3", "30,3").replace("=1+1", "500"), encoding="utf-8")
    first = keiki("import", "orders.csv")
    assert (first.code, first.err) == (0, "")
    assert first.lines[-1] == ["Orders", "3", "0", "0", "0", "0"]
    again = keiki("import", "orders.csv", language="ja")
    assert again.code == 0
    assert again.out == "orders.csv は取り込み済みです。何も変わっていません。\n"


def test_import_lists_what_it_cannot_read_and_writes_it_harmless(keiki):
    Path("orders.csv").write_text(BROKEN, encoding="utf-8")
    answer = keiki("import", "orders.csv", "--fact", "orders", "--rejected", "left.csv", "--json")
    assert answer.code == 1
    assert [(part["fact"], part["added"], part["rejected"]) for part in answer.json["parts"]] == [("orders", 1, 2)]
    assert [(c["row"], c["column"], c["value"], c["reason"]) for c in answer.json["rejected"]] == [
        (2, "ordered_at", "2026-09-31", "impossible_date"),
        (3, "amount", "=1+1", "not_a_number"),
    ]
    assert Path("left.csv").read_text(encoding="utf-8-sig").splitlines() == [
        "fact,row,column,value,reason",
        "orders,2,ordered_at,2026-09-31,there is no such date or time",
        "orders,3,amount,'=1+1,this is not a number",
    ]


def test_import_follows_a_mapping_file(keiki):
    Path("sales.csv").write_text("no,who,day,yen\n1,C1,2026-09-05,1000\n", encoding="utf-8")
    rules = "{order_id: 'no', customer_id: who, ordered_at: day, amount: yen}"
    Path("mapping.yaml").write_text(f"fact: orders\nrules: {rules}\n", encoding="utf-8")
    answer = keiki("import", "sales.csv", "--mapping", "mapping.yaml")
    assert (answer.code, answer.lines[-1]) == (0, ["Orders", "1", "0", "0", "0", "0"])


def test_import_names_a_mapping_it_cannot_read(keiki):
    answer = keiki("import", "sales.csv", "--mapping", "mapping.yaml")
    assert answer.code == 2
    assert answer.err.startswith("The mapping mapping.yaml cannot be read: ")


def test_import_names_a_file_that_is_not_there(keiki):
    answer = keiki("import", "nowhere.csv")
    assert (answer.code, answer.out) == (2, "")
    assert "nowhere.csv" in answer.err
