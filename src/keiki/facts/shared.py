"""Tables worked out from facts that many questions read: whoever hands out the facts may have one ready."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Hashable, Mapping
from functools import wraps
from typing import TypeVar

import ibis.expr.types as ir

R = TypeVar("R", bound=Hashable)
Build = Callable[[Mapping[str, ir.Table], R | None], ir.Table]


class SharedFacts(Mapping[str, ir.Table]):
    """Facts that know a table worked out from them when it is asked for again."""

    @abstractmethod
    def share(self, build: Build[R], rule: R | None) -> ir.Table:
        """What `build` makes of these facts by a rule, row for row, wherever it comes from."""


def shared(build: Build[R]) -> Build[R]:
    """A model whose rows only depend on facts and a rule, and are asked for by many others.

    It stays what it is, an expression over facts; facts that share their tables may answer with one made before.
    """

    @wraps(build)
    def table(facts: Mapping[str, ir.Table], rule: R | None = None) -> ir.Table:
        return facts.share(build, rule) if isinstance(facts, SharedFacts) else build(facts, rule)

    return table
