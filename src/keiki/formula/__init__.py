"""The little language that joins numbers: text to nodes, nodes to numbers, columns, text and MathML.

`parse`, `parse_condition` and `parse_column` read what a person wrote; `show`, `show_condition` and `mathml` write it.
`evaluate` gives a formula's value over `NUMBERS` or over the Ibis `COLUMNS` of a table; `condition` and `holds` say
which rows a condition keeps. `references` are what a formula asks for, `column_names` what a column expression reads,
`condition_columns` what a condition reads.
"""

from __future__ import annotations

from keiki.formula.columns import COLUMNS
from keiki.formula.conditions import Moment, condition, condition_columns, holds
from keiki.formula.evaluate import NUMBERS, column_names, evaluate, references
from keiki.formula.mathml import mathml
from keiki.formula.nodes import (
    AsOf,
    Binary,
    Boolean,
    Both,
    Call,
    Compare,
    Condition,
    Either,
    Formula,
    IsNull,
    Negate,
    Number,
    OneOf,
    Operand,
    Reference,
    Text,
    ThisKpi,
)
from keiki.formula.parse import parse, parse_column, parse_condition
from keiki.formula.show import show, show_condition

__all__ = [
    "COLUMNS",
    "NUMBERS",
    "AsOf",
    "Binary",
    "Boolean",
    "Both",
    "Call",
    "Compare",
    "Condition",
    "Either",
    "Formula",
    "IsNull",
    "Moment",
    "Negate",
    "Number",
    "OneOf",
    "Operand",
    "Reference",
    "Text",
    "ThisKpi",
    "column_names",
    "condition",
    "condition_columns",
    "evaluate",
    "holds",
    "mathml",
    "parse",
    "parse_column",
    "parse_condition",
    "references",
    "show",
    "show_condition",
]
