"""Formulas as MathML that a browser can read and that cannot carry markup."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from tests.formulas import formulas

from keiki.formula import mathml, parse

NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"
ALLOWED = {"math", "mrow", "mfrac", "mn", "mo", "mi", "mtext", "msub", "munder"}


def body(text, **options):
    written = mathml(parse(text), **options)
    start, end = written.index("<mrow>") + len("<mrow>"), written.rindex("</mrow></math>")
    return written[start:end]


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("a / 2", "<mfrac><mrow><mtext>a</mtext></mrow><mrow><mn>2</mn></mrow></mfrac>"),
        ("a * b", "<mrow><mtext>a</mtext><mo>×</mo><mtext>b</mtext></mrow>"),
        (
            "a - (b - c)",
            "<mrow><mtext>a</mtext><mo>−</mo><mrow><mo>(</mo><mrow><mtext>b</mtext><mo>−</mo><mtext>c</mtext></mrow>"
            "<mo>)</mo></mrow></mrow>",
        ),
        (
            "max(a, 0)",
            "<mrow><mi>max</mi><mo>(</mo><mtext>a</mtext><mo>,</mo><mn>0</mn><mo>)</mo></mrow>",
        ),
        (
            "prev(a)",
            "<msub><mrow><mtext>a</mtext></mrow><mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow></msub>",
        ),
        ("a[by b]", "<munder><mtext>a</mtext><mtext>[by b]</mtext></munder>"),
    ],
)
def test_each_part_has_its_element(text, inside):
    assert body(text) == inside


def test_growth_is_a_fraction_of_the_change():
    before = body("prev(a)")
    change = f"<mrow><mtext>a</mtext><mo>−</mo>{before}</mrow>"
    assert body("growth(a)") == f"<mfrac>{change}<mrow>{before}</mrow></mfrac>"


def test_labels_are_escaped():
    hostile = "<script>alert(1)</script>&'\""
    assert body("a", label=lambda reference: hostile) == (
        "<mtext>&lt;script&gt;alert(1)&lt;/script&gt;&amp;&#x27;&quot;</mtext>"
    )
    assert body("a[x = '<b>']") == "<munder><mtext>a</mtext><mtext>[x = &#x27;&lt;b&gt;&#x27;]</mtext></munder>"


@given(formulas)
def test_every_formula_is_well_formed_and_only_mathml(formula):
    root = ElementTree.fromstring(mathml(formula))
    assert {element.tag.removeprefix(NAMESPACE) for element in root.iter()} <= ALLOWED
    assert all(len(fraction) == 2 for fraction in root.iter(f"{NAMESPACE}mfrac"))
