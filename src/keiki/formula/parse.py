"""Text to formula: a recursive-descent parser of the language, with the place of every mistake."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeVar

from keiki.errors import FormulaError
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
from keiki.formula.tokens import Sort, Token, tokens

MAX_DEPTH = 40

RESERVED = frozenset({"and", "or", "in", "is", "not", "null", "true", "false", "as_of", "this_kpi"})
"""Words of the language; no measure, KPI or column can be called so."""

FUNCTIONS = {"prev": 1, "growth": 1, "min": None, "max": None, "coalesce": None, "sum": None}
"""Functions over numbers with how many arguments they take; None: one or more."""

COLUMN_FUNCTIONS = {"hours": 2, "min": None, "max": None, "coalesce": None, "sum": None}
"""Functions over the columns of a row."""

COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">="})

Part = Condition | Operand


def parse(text: str, known: Collection[str] | None = None) -> Formula:
    """The formula a person wrote, such as `n_orders[channel = 'paid'] / prev(n_orders)`.

    With `known`, every id outside [ ] must be one of them, and a misspelt one gets the nearest suggested.
    Raises FormulaError with the place of the mistake.
    """
    return _whole(text, known, columns=False, read=_Parser.formula)


def parse_condition(text: str, known: Collection[str] | None = None) -> Condition:
    """The condition a person wrote, such as `status = 'completed' and score >= 9`; `known` are the columns."""
    return _whole(text, known, columns=True, read=_Parser.condition)


def parse_column(text: str, known: Collection[str] | None = None) -> Formula:
    """A column or arithmetic on columns, such as `views * length_seconds` or `hours(opened_at, resolved_at)`."""
    return _whole(text, known, columns=True, read=_Parser.formula)


Read = TypeVar("Read")


def _whole(text: str, known: Collection[str] | None, *, columns: bool, read: Callable[[_Parser], Read]) -> Read:
    parser = _Parser(text, known, columns=columns)
    found = read(parser)
    parser.finish()
    return found


def reserved(token: Token) -> bool:
    """Whether a word belongs to the language, in small letters or capitals."""
    return token.word.lower() in RESERVED


class _Parser:
    """One reading of one text. `columns` is true where names are columns: in a condition, in a column expression."""

    def __init__(self, text: str, known: Collection[str] | None, *, columns: bool) -> None:
        self.text = text
        self.known = known
        self.columns = columns
        self.tokens = tokens(text)
        self.index = 0
        self.depth = 0
        if self.next.sort is Sort.END:
            raise self.error("empty", self.next.at)

    # --- whole texts ---

    def formula(self) -> Formula:
        at = self.next
        return self.number(self.sum(), at)

    def condition(self) -> Condition:
        at = self.next
        return self.truth(self.either(), at)

    def finish(self) -> None:
        if self.next.sort is not Sort.END:
            raise self.expected("an operator or the end", "演算子か式の終わり")

    # --- from the loosest to the tightest ---

    def either(self) -> Part:
        at, left = self.next, self.both()
        while self.word("or"):
            other = self.next
            left = Either(self.truth(left, at), self.truth(self.both(), other))
        return left

    def both(self) -> Part:
        at, left = self.next, self.comparison()
        while self.word("and"):
            other = self.next
            left = Both(self.truth(left, at), self.truth(self.comparison(), other))
        return left

    def comparison(self) -> Part:
        at, left = self.next, self.sum()
        sign = self.next
        if sign.sort is Sort.SIGN and sign.word in COMPARISONS:
            self.index += 1
            return Compare(sign.word, self.value(left, at), self.operand(), sign.at)
        if self.word("in"):
            return OneOf(self.value(left, at), self.options(), sign.at)
        if self.word("is"):
            negated = self.word("not")
            if not self.word("null"):
                raise self.expected("“null”" if negated else "“null” or “not null”", "null")
            return IsNull(self.value(left, at), negated, sign.at)
        return left

    def options(self) -> tuple[Operand, ...]:
        self.need("(")
        return tuple(self.listed(self.operand))

    def operand(self) -> Operand:
        at = self.next
        return self.value(self.sum(), at)

    def sum(self) -> Part:
        at, left = self.next, self.product()
        while sign := self.sign("+", "-"):
            other = self.next
            left = Binary(sign.word, self.number(left, at), self.number(self.product(), other), sign.at)
        return left

    def product(self) -> Part:
        at, left = self.next, self.unary()
        while sign := self.sign("*", "/"):
            other = self.next
            left = Binary(sign.word, self.number(left, at), self.number(self.unary(), other), sign.at)
        return left

    def unary(self) -> Part:
        sign = self.sign("-")
        if not sign:
            return self.primary()
        at = self.next
        self.deeper(sign)
        operand = Negate(self.number(self.unary(), at), sign.at)
        self.depth -= 1
        return operand

    def primary(self) -> Part:
        token = self.next
        match token.sort:
            case Sort.NUMBER:
                self.index += 1
                return Number(float(token.word), token.at)
            case Sort.TEXT if self.columns:
                self.index += 1
                return Text(token.word, token.at)
            case Sort.NAME:
                return self.named(token)
            case Sort.AMOUNT:
                raise self.error("number", token.at, found=token.word)
        if not self.sign("("):
            raise self.expected("a value", "値")
        self.deeper(token)
        inner = self.either() if self.columns else self.sum()
        self.need(")")
        self.depth -= 1
        return inner

    # --- names ---

    def named(self, token: Token) -> Part:
        self.index += 1
        if reserved(token):
            return self.constant(token)
        if self.sign("("):
            return self.call(token)
        if self.known is not None and token.word not in self.known:
            raise self.error("unknown", token.at, found=token.word, known=self.known)
        if not self.sign("["):
            return Reference(token.word, at=token.at)
        if self.columns:
            raise self.error("column_brackets", token.at)
        return self.narrowed(token)

    def constant(self, token: Token) -> Operand:
        if self.columns:
            match token.word.lower():
                case "true" | "false":
                    return Boolean(token.word.lower() == "true", token.at)
                case "as_of":
                    return AsOf(token.at)
                case "this_kpi":
                    return ThisKpi(token.at)
        self.index -= 1
        raise self.expected("a value", "値")

    def call(self, token: Token) -> Call:
        functions: dict[str, int | None] = COLUMN_FUNCTIONS if self.columns else FUNCTIONS
        if token.word not in functions:
            here = token.word in FUNCTIONS or token.word in COLUMN_FUNCTIONS
            raise self.error("function_here" if here else "function", token.at, found=token.word, known=functions)
        self.deeper(token)
        arguments = tuple(self.listed(self.formula))
        self.depth -= 1
        wanted = functions[token.word]
        if wanted is not None and len(arguments) != wanted:
            raise self.arguments(token, wanted, len(arguments))
        return Call(token.word, arguments, token.at)

    def narrowed(self, token: Token) -> Reference:
        """`condition; by column, column; param: value` up to the closing bracket, in any order."""
        self.deeper(token)
        where: Condition | None = None
        by: tuple[str, ...] = ()
        params: dict[str, str] = {}
        while True:
            first, second = self.next, self.tokens[min(self.index + 1, len(self.tokens) - 1)]
            if first.sort is Sort.NAME and second.sort is Sort.SIGN and second.word == ":":
                self.once(first.word in params, first)
                params[first.word] = self.parameter()
            elif first.word == "by" and second.sort is Sort.NAME and not reserved(second):
                self.once(bool(by), first)
                by = self.columns_named()
            else:
                again, where = where is not None, self.inner_condition()
                self.once(again, first)
            if self.sign("]"):
                break
            if not self.sign(";"):
                raise self.expected("“;” or “]”", "「;」か「]」")
        self.depth -= 1
        return Reference(token.word, where, by, tuple(params.items()), token.at)

    def inner_condition(self) -> Condition:
        outside = self.columns, self.known
        self.columns, self.known = True, None
        found = self.condition()
        self.columns, self.known = outside
        return found

    def parameter(self) -> str:
        self.index += 2
        token = self.next
        if token.sort not in (Sort.NAME, Sort.AMOUNT, Sort.NUMBER, Sort.TEXT):
            raise self.expected("a value such as 12m", "12m のような値")
        self.index += 1
        return token.word

    def columns_named(self) -> tuple[str, ...]:
        names: list[str] = []
        while not names or self.sign(","):
            self.index += not names  # the word “by”
            if self.next.sort is not Sort.NAME or reserved(self.next):
                raise self.expected("a column", "列")
            self.once(self.next.word in names, self.next)
            names.append(self.next.word)
            self.index += 1
        return tuple(names)

    # --- tokens ---

    @property
    def next(self) -> Token:
        return self.tokens[self.index]

    def sign(self, *words: str) -> Token | None:
        token = self.next
        if token.sort is Sort.SIGN and token.word in words:
            self.index += 1
            return token
        return None

    def word(self, word: str) -> bool:
        found = self.next.sort is Sort.NAME and self.next.word.lower() == word
        self.index += found
        return found

    def need(self, word: str) -> None:
        if not self.sign(word):
            raise self.expected(f"“{word}”", f"「{word}」")

    def listed(self, read: Callable[[], Read]) -> list[Read]:
        """What stands between an opening parenthesis, already read, and the closing one, by commas."""
        found = [read()]
        while self.sign(","):
            found.append(read())
        self.need(")")
        return found

    # --- what may stand where ---

    def number(self, part: Part, at: Token) -> Formula:
        if isinstance(part, Formula):
            return part
        raise self.error("not_number", at.at, found=self.typed(at))

    def value(self, part: Part, at: Token) -> Operand:
        if not isinstance(part, Condition):
            return part
        raise self.error("not_value", at.at, found=self.typed(at))

    def truth(self, part: Part, at: Token) -> Condition:
        if isinstance(part, Condition):
            return part
        raise self.error("not_condition", at.at, found=self.typed(at))

    def typed(self, first: Token) -> str:
        """The text from a token up to the next one to read."""
        return self.text[first.at : self.next.at].strip()[:60]

    def once(self, again: bool, token: Token) -> None:
        if again:
            raise self.error("twice", token.at, found=token.word)

    def deeper(self, token: Token) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error("too_deep", token.at, limit=MAX_DEPTH)

    def arguments(self, token: Token, wanted: int, count: int) -> FormulaError:
        words = "one argument" if wanted == 1 else f"{wanted} arguments"
        return self.error("arguments", token.at, found=token.word, wanted=words, wanted_ja=f"{wanted}個", count=count)

    def expected(self, wanted: str, wanted_ja: str) -> FormulaError:
        token = self.next
        end = token.sort is Sort.END
        typed = self.text[token.at : token.at + max(1, len(token.word))][:40]
        return self.error(
            "expected",
            token.at,
            wanted=wanted,
            wanted_ja=wanted_ja,
            found="the end" if end else f"“{typed}”",
            found_ja="式の終わり" if end else f"「{typed}」",
        )

    def error(self, reason: str, place: int, *, known: Collection[str] = (), **details: object) -> FormulaError:
        return FormulaError(reason=reason, text=self.text, place=place, known=known, **details)
