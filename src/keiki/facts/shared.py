"""Tables worked out from facts that many questions read: whoever hands out the facts may have one ready."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Concatenate, ParamSpec

import ibis.expr.types as ir

P = ParamSpec("P")
Facts = Mapping[str, ir.Table]


class SharedFacts(Mapping[str, ir.Table]):
    """Facts that know a table worked out from them when it is asked for again."""

    @abstractmethod
    def share(self, name: str, question: str, build: Callable[[], ir.Table], *, wide: bool = False) -> ir.Table:
        """What `build` makes of these facts, row for row, wherever it comes from; `question` says all it depends on.

        `wide`: a question reads few of its columns, and the others take long to work out.
        """


def shared(build: Callable[Concatenate[Facts, P], ir.Table]) -> Callable[Concatenate[Facts, P], ir.Table]:
    """A model whose rows only depend on facts and on records of plain values, and that many questions read.

    It stays what it is, an expression over facts; facts that share their tables may answer with one made before.
    """
    return _handed_out(build, wide=False)


def shared_wide(build: Callable[Concatenate[Facts, P], ir.Table]) -> Callable[Concatenate[Facts, P], ir.Table]:
    """A `shared` model of many columns, of which a question reads few: not worth working out as a whole for one."""
    return _handed_out(build, wide=True)


def _handed_out(
    build: Callable[Concatenate[Facts, P], ir.Table], *, wide: bool
) -> Callable[Concatenate[Facts, P], ir.Table]:
    @wraps(build)
    def table(facts: Facts, /, *args: P.args, **kwargs: P.kwargs) -> ir.Table:
        if not isinstance(facts, SharedFacts):
            return build(facts, *args, **kwargs)
        question = f"{build.__module__}.{build.__qualname__} {args!r} {kwargs!r}"
        return facts.share(build.__name__, question, lambda: build(facts, *args, **kwargs), wide=wide)

    return table
