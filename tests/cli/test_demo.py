"""The demo company in a folder."""

from __future__ import annotations


def test_demo_fills_a_folder_once_and_can_be_measured(keiki):
    first = keiki("demo", "--months", "18")
    assert (first.code, first.err) == (0, "")
    assert first.out == "Minato Coffee is ready in keiki-data.\nLook around: keiki tree ec\n"
    before = keiki("measure", "order_revenue", "--json").json
    assert [row["value"] > 0 for row in before["rows"]] == [True] * 6
    assert keiki("demo", "--months", "18", language="ja").out.splitlines()[0] == "みなと珈琲は keiki-data にあります。"
    assert keiki("measure", "order_revenue", "--json").json == before


def test_demo_does_not_mix_with_other_data(shop, made_shop):
    answer = shop("demo")
    assert answer.code == 2
    assert answer.err == (
        f"{made_shop} holds another business with data; nothing was changed. "
        "Choose an empty folder: --business FOLDER\n"
    )
