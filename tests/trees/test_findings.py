"""The words of the checks: both languages say the same, and figures are written as the page wants them."""

from __future__ import annotations

import re
import string

import pytest

from keiki.errors import NothingToMove
from keiki.trees.findings import Figure, Finding, Name, Said, Severity, of_error, wordings, worst_first


@pytest.mark.parametrize("code", sorted(wordings()))
def test_both_languages_speak_of_the_same_things(code: str) -> None:
    words = wordings()[code]
    for first, second in (("en", "ja"), ("do_en", "do_ja")):
        names = [{n for _, n, _, _ in string.Formatter().parse(words.get(key, "")) if n} for key in (first, second)]
        assert names[0] == names[1]
        assert bool(words.get(first)) == bool(words.get(second))
    assert re.search(r"[ぁ-ん]", words["ja"]) or len(words["ja"]) < 12
    assert not re.search(r"[ぁ-んァ-ヶ一-龠]", words["en"] + words.get("do_en", ""))


def test_findings_have_a_severity_and_a_remedy() -> None:
    for words in wordings().values():
        if "severity" in words:
            assert words["severity"] in {s.value for s in Severity}
            assert words["do_en"]


def test_figures_are_written_by_the_page() -> None:
    details = {"node": Name("売上", "Revenue"), "first": Figure(0.5, "ratio"), "second": Figure(1e6, "currency")}
    found = Finding("two_targets", "goal", details)
    assert found.message("en") == "“Revenue” stands twice in the tree with two targets: 50% and 1,000,000."
    assert found.message("ja", lambda value, unit: f"<{value:g} {unit}>") == (
        "「売上」がツリーに2か所あり、目標が<0.5 ratio>と<1e+06 currency>で違います。"
    )
    assert found.remedy("ja") == "同じ数字なので、目標はどちらか1つにしてください。"


def test_list_names_whose_figure_it_is() -> None:
    month = Name("月", "a month")
    needed = (Figure(800_000, "count", Name("訪問", "Visits"), month), Figure(0.05, "ratio", Name("率", "Rate")))
    details = {name: Figure(1.0) for name in ("implied", "target", "shortfall", "share")}
    found = Finding(
        "insufficient", "x", {**details, "node": Name("売上", "R"), "period": Name("", ""), "needed": needed}
    )
    assert "enough: Visits 800,000 a month, Rate 5%." in found.remedy("en")
    assert "届く値：訪問 月800,000、率 5%。" in found.remedy("ja")
    assert found.message("en") == "“R”: the targets below make 1, the target is 1. 1 (1) is missing."


def test_worst_comes_first() -> None:
    found = [Finding("journey_gaps"), Finding("two_targets"), Finding("no_owner")]
    assert [f.severity for f in worst_first(found)] == [Severity.RED, Severity.YELLOW, Severity.INFO]


def test_error_speaks_for_itself() -> None:
    found = of_error(None, NothingToMove(tree="t", tree_ja="t"), Severity.INFO)
    assert (found.code, found.remedy("en")) == ("nothing_to_move", "")
    assert found.words("ja").startswith(": 「t」には")


def test_reason_without_details() -> None:
    assert (Said("no_room").words("en"), Said("no_room").words("ja")) == (
        "no room to improve known",
        "改善の余地は見当たらない",
    )
