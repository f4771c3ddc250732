"""A formula as MathML, for a page: fractions as fractions, labels escaped."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from keiki.errors import printable
from keiki.formula.nodes import Binary, Call, Formula, Negate, Number, Reference
from keiki.formula.show import show_brackets, show_number

SIGNS = {"+": "+", "-": "−", "*": "×"}
Label = Callable[[Reference], str]


def mathml(formula: Formula, label: Label = lambda reference: reference.id, beneath: Label = show_brackets) -> str:
    """The formula as a `<math>` element; `label` names a reference. `prev(x)` is x with the index t−1.

    What a reference says in [ ] stands below its label, as `beneath` words it. Every text is escaped.
    """
    return (
        '<math xmlns="http://www.w3.org/1998/Math/MathML" display="block">'
        f"<mrow>{_Writer(label, beneath).part(formula)}</mrow></math>"
    )


class _Writer:
    def __init__(self, label: Label, beneath: Label) -> None:
        self.label = label
        self.beneath = beneath

    def part(self, formula: Formula) -> str:
        match formula:
            case Number(value=value):
                return f"<mn>{show_number(value)}</mn>"
            case Reference():
                return self.reference(formula)
            case Negate(operand=operand):
                inner = self.fenced(operand) if isinstance(operand, Binary | Negate) else self.part(operand)
                return f"<mrow><mo>−</mo>{inner}</mrow>"
            case Binary(op="/", left=left, right=right):
                return _fraction(self.part(left), self.part(right))
            case Binary():
                return self.line(formula)
            case Call(name="prev", arguments=(argument,)):
                return self.before(argument)
            case Call(name="growth", arguments=(argument,)):
                before = self.before(argument)
                return _fraction(f"{self.part(argument)}<mo>−</mo>{before}", before)
            case Call(name=name, arguments=arguments):
                inner = "<mo>,</mo>".join(self.part(argument) for argument in arguments)
                return f"<mrow><mi>{_text(name)}</mi><mo>(</mo>{inner}<mo>)</mo></mrow>"

    def reference(self, reference: Reference) -> str:
        name = f"<mtext>{_text(self.label(reference))}</mtext>"
        brackets = self.beneath(reference)
        return f"<munder>{name}<mtext>{_text(brackets)}</mtext></munder>" if brackets else name

    def line(self, formula: Binary) -> str:
        """A sum or a product; what stands inside is fenced where reading order would change it."""
        left, right = self.part(formula.left), self.part(formula.right)
        if formula.op == "*" and _is_sum(formula.left):
            left = self.fenced(formula.left)
        if isinstance(formula.right, Negate) or _is_sum(formula.right) or _is_product(formula.right, formula.op):
            right = self.fenced(formula.right)
        return f"<mrow>{left}<mo>{SIGNS[formula.op]}</mo>{right}</mrow>"

    def before(self, formula: Formula) -> str:
        plain = isinstance(formula, Number | Reference)
        inner = self.part(formula) if plain else self.fenced(formula)
        return f"<msub><mrow>{inner}</mrow><mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow></msub>"

    def fenced(self, formula: Formula) -> str:
        return f"<mrow><mo>(</mo>{self.part(formula)}<mo>)</mo></mrow>"


def _text(words: str) -> str:
    return escape(printable(words))


def _fraction(above: str, below: str) -> str:
    return f"<mfrac><mrow>{above}</mrow><mrow>{below}</mrow></mfrac>"


def _is_sum(formula: Formula) -> bool:
    return isinstance(formula, Binary) and formula.op in "+-"


def _is_product(formula: Formula, inside: str) -> bool:
    return inside == "*" and isinstance(formula, Binary) and formula.op == "*"
