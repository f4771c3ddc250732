"""What single customers are expected to bring, worked out where their rows lie: a model is fitted to a few groups, and
its answer for each group is joined back.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

BINS = 400
"""Steps per factor e in which money per purchase is put together for a fit: each is a quarter of a per cent."""
KEYS = ("frequency", "recency", "age")
ANSWERS = (*KEYS, "alive", "expected", "base", "slope")
"""What a model says of the customers of one group: chance to be there, purchases ahead, and what those are worth."""


def grouped_values(table: ir.Table) -> ir.Table:
    """The rows of `history.history` that are equal in frequency, recency and age, counted together.

    Columns: frequency, recency, age, customers, values (the sum of their money per repeat purchase; 0 without one).
    """
    return table.group_by(*KEYS).aggregate(
        customers=table.count(), values=ibis.coalesce(table.mean_value.sum(), 0.0).cast("float64")
    )


def grouped_spending(table: ir.Table) -> ir.Table:
    """Repeat customers by how often they bought and what they spend per purchase, in steps of a quarter of a per cent.

    Columns: frequency, mean_value (the mean of the step), customers. Who got everything free is left out.
    """
    told = table.filter((table.frequency > 0) & (table.mean_value > 0))
    told = told.mutate(step=(told.mean_value.ln() * BINS).round().cast("int64"))
    found = told.group_by("frequency", "step").aggregate(mean_value=told.mean_value.mean(), customers=told.count())
    return found.drop("step")


def valued_customers(table: ir.Table, answers: ir.Table) -> ir.Table:
    """The rows of `history.history` with what a model says of them; `answers` has the columns of ANSWERS.

    The worth of a customer is `base` + `slope` × money per repeat purchase of its own, since what a customer is
    expected to spend is drawn towards the mean of all in a straight line. Columns: customer_id, first_on, last_on,
    frequency, mean_value, alive (0 to 1), expected (purchases), worth.
    """
    told = answers.rename({f"of_{key}": key for key in KEYS})
    same = [table[key].cast("float64") == told[f"of_{key}"] for key in KEYS]
    joined = table.inner_join(told, same)
    worth = joined.base + joined.slope * ibis.coalesce(joined.mean_value, 0.0)
    return joined.select(
        "customer_id", "first_on", "last_on", "frequency", "mean_value", "alive", "expected", worth=worth
    )
