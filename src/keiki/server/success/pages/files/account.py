"""The panels of one customer as files: its numbers, timeline, health, stages, onboarding, plan, reviews, offers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from keiki.charts.files_out import Flow
from keiki.charts.rule_words import rule_words
from keiki.measures.told import NOTHING
from keiki.server.customers.pages.files.panel import Asking, Column, PanelFile, Table
from keiki.server.kpis import queries as door
from keiki.server.success import queries
from keiki.server.success.forms import read_kind
from keiki.server.success.pages import proof_words, stage_words, word
from keiki.server.success.pages.account import entry_words, kind_words
from keiki.server.success.queries import registers

if TYPE_CHECKING:
    from keiki.charts.files_out import Cell
    from keiki.engine.customer_success import Account, Row


def numbers(asking: Asking, found: Account) -> PanelFile:
    """What the cards at the top of the page say, and what it rests on."""
    book, listed = found.book or {}, found.listed or {}
    plan = queries.written(asking.business, found.customer_id).plan
    rows: tuple[tuple[str, Cell, str], ...] = (
        (_("Per month"), book.get("mrr"), "currency"),
        (_("Contract plan"), book.get("plan"), ""),
        (_("Seats"), book.get("seats"), "count"),
        (_("Seats in use"), book.get("active"), "count"),
        (_("Health"), book.get("score"), "score"),
        (_("Stage"), stage_words(book.get("stage")), ""),
        (_("Since"), book.get("stage_since"), ""),
        (_("Chance to leave"), book.get("chance"), "ratio"),
        (_("Expected loss"), book.get("loss"), "currency"),
        (_("Expected extra profit"), book.get("gain"), "currency"),
        (_("Profit so far"), found.profit, "currency"),
        (_("Lifetime value wanted"), None if plan is None else plan.ltv_target, "currency"),
        (_("Customer since"), found.acquired_on, ""),
        (_("Acquisition channel"), word("channel", listed.get("acquisition_channel")), ""),
        (_("Customer segment"), listed.get("segment"), ""),
    )
    table = Table(
        (Column(_("Number")), Column(_("Value"))),
        [(name, value) for name, value, _unit in rows],
        tuple(unit for _name, _value, unit in rows),
    )
    return _file(found, _("Numbers"), table)


def story(asking: Asking, found: Account) -> PanelFile:
    """Everything that happened, or everything of the kind in the address."""
    kind, customer = read_kind(asking.request.GET), found.customer_id
    counts = queries.story(asking.user, asking.business, customer, kind, 1).counts
    columns = (
        *(Column(_("Day")), Column(_("Kind of entry")), Column(_("What happened")), Column(_("Detail"))),
        *(Column(_("Times"), "count"), Column(_("Amount"), "currency"), Column(_("Score"), "score")),
    )

    def row(each: Row) -> tuple[Cell, ...]:
        return (each["on_day"], *entry_words(each), each["number"], each["amount"], each["score"])

    entries = Flow(lambda: (row(each) for each in queries.every_entry(asking.user, asking.business, customer, kind)))
    return PanelFile(
        _name(found, _("What happened")),
        Table(
            (Column(_("Kind of entry")), Column(_("Entries"), "count")),
            [(kind_words(name), count) for name, count in counts.items() if kind in ("", name)],
        ),
        Table(columns, entries),
        ((_("Customer"), customer), (_("Kind of entry"), kind_words(kind) if kind else _("All entries"))),
        flowing=counts.get(kind, 0) if kind else sum(counts.values()),
    )


def health(asking: Asking, found: Account) -> PanelFile:
    """The score at the end of each week with its parts; a part that is not known is empty and left out of the score."""
    columns = (
        *(Column(_("Day")), Column(_("Health"), "score"), Column(_("Product use"), "ratio")),
        *(Column(_("Inquiries"), "ratio"), Column(_("Payment"), "ratio")),
    )
    names = ("day", "score", "usage", "support", "payment")
    rows = [tuple(each[name] for name in names) for each in found.scores]
    rules = door.answered(asking.user, asking.business, "rules in force", lambda numbers: numbers.rules, tells=NOTHING)
    return _file(found, _("Health"), Table(columns, rows), rule_words(rules, "health", asking.style))


def stages(asking: Asking, found: Account) -> PanelFile:
    """The stages in the order of their days, from the data and by hand."""
    told = queries.stage_history(found, queries.written(asking.business, found.customer_id).changes)
    columns = (Column(_("Stage")), Column(_("Since")), Column(_("Why")), Column(_("Set by hand")), Column(_("now")))
    rows = [
        (
            *(stage_words(row["stage"]), row["on"], proof_words(row["reason"])),
            *("" if row["by"] is None else str(row["by"]), row["current"]),
        )
        for row in told
    ]
    return _file(found, _("Stages"), Table(columns, rows))


def onboarding(asking: Asking, found: Account) -> PanelFile:
    """Every step with whose it is, until when, and when it was done."""
    steps = queries.steps_of(queries.written(asking.business, found.customer_id).steps)
    columns = (Column(_("Onboarding step")), Column(_("Responsible")), Column(_("Due")), Column(_("Done")))
    rows = [(str(each.get_step_display()), each.owner, each.due, each.done) for each in steps]
    return _file(found, _("Onboarding"), Table(columns, rows))


def plan(asking: Asking, found: Account) -> PanelFile:
    """What is agreed with the customer: every metric with its target, due day and the day it was reached."""
    agreed = queries.written(asking.business, found.customer_id).plan
    columns = (Column(_("Metric")), Column(_("Target")), Column(_("Due by")), Column(_("Reached on")))
    metrics = agreed.metrics if agreed is not None else []
    rows = [(each["name"], each["target"], each["by"], each.get("reached") or "") for each in metrics]
    return _file(found, _("Success plan"), Table(columns, rows), agreed.purpose if agreed is not None else "")


def reviews(asking: Asking, found: Account) -> PanelFile:
    """The newest reviews with what they came to."""
    held = queries.written(asking.business, found.customer_id).reviews
    columns = (
        *(Column(_("Held on")), Column(_("Who was there")), Column(_("Results"))),
        *(Column(_("Agreed")), Column(_("Next review"))),
    )
    rows = [(each.held_on, each.attendees, each.results, each.agreed, each.next_on) for each in held]
    return _file(found, _("Reviews"), Table(columns, rows))


def offers(asking: Asking, found: Account) -> PanelFile:
    """What was offered to the customer, why, and what came of it."""
    columns = (
        Column(_("Day")),
        Column(_("Product offered")),
        Column(_("Why it fits this customer")),
        Column(_("Result")),
    )
    told = registers.offers(asking.business, found.customer_id)
    rows = [(each.on, each.product, each.reason, str(each.get_result_display())) for each in told]
    return _file(found, _("Offers"), Table(columns, rows))


def _name(found: Account, panel: str) -> str:
    return f"{found.customer_id} — {panel}"


def _file(found: Account, name: str, table: Table, rule: str = "") -> PanelFile:
    return PanelFile(_name(found, name), table, None, ((_("Customer"), found.customer_id),), (rule,))


PANELS: Final[Mapping[str, Callable[[Asking, Account], PanelFile]]] = {
    "numbers": numbers,
    "story": story,
    "health": health,
    "stages": stages,
    "onboarding": onboarding,
    "plan": plan,
    "reviews": reviews,
    "offers": offers,
}
