"""Who acted: events of visitors that are known as one customer belong to that customer."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir


def people(events: ir.Table) -> ir.Table:
    """Events with the customer who acted in `person`: named, or the only customer that the visitor ever was."""
    named = events.filter(events.visitor_id.notnull() & events.customer_id.notnull())
    known = named.group_by(known_visitor="visitor_id").aggregate(
        known_customer=named.customer_id.min(), known_customers=named.customer_id.nunique()
    )
    only = known.filter(known.known_customers == 1).drop("known_customers")
    joined = events.left_join(only, events.visitor_id == only.known_visitor)
    person = ibis.coalesce(joined.customer_id, joined.known_customer)
    return joined.mutate(person=person).drop("known_visitor", "known_customer")
