"""Trees in the terminal and as JSON."""

from __future__ import annotations

from keiki.catalogue.load import load_catalogue


def test_tree_without_a_name_lists_the_trees(shop):
    listed = {tree["id"]: tree for tree in shop("tree", "--json").json}
    assert list(listed) == sorted(load_catalogue().templates)
    assert listed["ec_basics"] == {"id": "ec_basics", "ja": "ECの基本指標", "en": "Online shop basics", "nodes": 5}


def test_tree_draws_values_and_changes(shop, tiny):
    answer = shop("tree", tiny, "--period", "2026-10")
    assert answer.code == 0
    assert answer.out.splitlines() == [
        "Oct 2026, changes against Sep 2026",
        "Order revenue  ¥6,000  +50.0%",
        "├── × Completed purchases  3  +50.0%",
        "└── × Average order value  ¥2,000  ±0.0%",
    ]


def test_tree_gives_nodes_as_json(shop, tiny):
    period = shop("tree", tiny, "--period", "2026-10", "--json").json["periods"][0]
    assert (period["start"], period["end"]) == ("2026-10-01", "2026-11-01")
    assert [(node["id"], node["value"], node["before"]) for node in period["nodes"]] == [
        ("revenue", 6000.0, 4000.0),
        ("orders", 3.0, 2.0),
        ("price", 2000.0, 2000.0),
    ]


def test_tree_names_a_file_that_is_not_there(shop):
    answer = shop("tree", "none.yaml")
    assert answer.code == 2
    assert answer.err.startswith("The tree none.yaml cannot be read: ")
