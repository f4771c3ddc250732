"""Values entered from the command line, with and without evidence."""

from __future__ import annotations


def test_value_without_evidence_is_taken_and_marked(half_year):
    kept = half_year("values", "enter", "page_load_time", "2.5", "--period", "2026-08", "--evidence", "Run 41")
    bare = half_year("values", "enter", "page_load_time", "2.4", "--period", "2026-09")
    assert (kept.out, bare.out) == (
        "page_load_time, Aug 2026: 2.5\n",
        "page_load_time, Sep 2026: 2.4 (no evidence)\n",
    )
    listed = half_year("values", "list", "page_load_time", "--json").json
    assert [(each["day"], each["value"], each["evidence"], each["unproved"]) for each in listed] == [
        ("2026-09-01", 2.4, "", True),
        ("2026-08-01", 2.5, "Run 41", False),
    ]
    table = half_year("values", "list", "page_load_time", language="ja")
    assert "根拠なし" in table.out
    wrong = half_year("values", "enter", "page_lod_time", "2.5", "--period", "2026-08")
    assert (wrong.code, "page_load_time" in wrong.err) == (2, True)
