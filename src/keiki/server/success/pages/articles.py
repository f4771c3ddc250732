"""Help articles on the page of support: who reads them, whether they help, and what is still asked about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from keiki.charts.format import MISSING, Style, number
from keiki.server.accounts.models import Business
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.success.forms.registers import ArticleForm
from keiki.server.success.queries import registers

if TYPE_CHECKING:
    from keiki.engine.self_help import SelfHelp


@dataclass(frozen=True)
class ArticleRow:
    id: int
    name: str
    url: str
    topic: str
    views: str
    readers: str
    votes: str
    share: str
    tickets: str
    before: str
    form: ArticleForm


@dataclass(frozen=True)
class ArticlesPanel:
    """Articles with their numbers, what they mean, and the topics that no article is about."""

    sentence: str
    rule: str
    rows: tuple[ArticleRow, ...]
    uncovered: tuple[tuple[str, str], ...]
    form: ArticleForm
    may_edit: bool


def articles_panel(request: Any, business: Business, forms: Mapping[str, ArticleForm], style: Style) -> ArticlesPanel:
    """The panel; `forms`: those that could not be kept, with what was typed."""
    found = registers.self_help(request.user, business)
    kept = {each.name: each for each in registers.articles(business)}

    def count(value: int) -> str:
        return number(value, "count", style)

    def row(told: Mapping[str, Any]) -> ArticleRow:
        article, votes = kept[told["article"]], told["helpful"] + told["unhelpful"]
        prefix = f"article{article.pk}"
        return ArticleRow(
            article.pk,
            article.name,
            article.url,
            article.topic,
            count(told["views"]),
            count(told["readers"]),
            _("{helpful} of {votes}").format(helpful=count(told["helpful"]), votes=count(votes)) if votes else MISSING,
            number(told["helpful"] / votes, "ratio", style) if votes else MISSING,
            count(told["tickets"]),
            count(told["tickets_before"]),
            forms.get(prefix) or ArticleForm(business, instance=article, prefix=prefix),
        )

    return ArticlesPanel(
        _sentence(found, style),
        _(
            "The last {days} days of the data. A view is an event content_view or page_view that names the article in "
            "the column content; a vote is an event about it whose reaction is positive (it helped) or negative."
        ).format(days=found.rule.days),
        tuple(row(told) for told in found.articles),
        tuple((told["topic"], count(told["tickets"])) for told in found.uncovered),
        forms.get("article0") or ArticleForm(business, prefix="article0"),
        allows(request.membership.role, EDIT),
    )


def _sentence(found: SelfHelp, style: Style) -> str:
    told = ""
    if found.articles:
        views, helpful, votes = (
            sum(each[name] for each in found.articles for name in names)
            for names in (("views",), ("helpful",), ("helpful", "unhelpful"))
        )
        told = _("Articles were read {views} times; {share} of {votes} votes say that they helped.").format(
            views=number(views, "count", style),
            share=number(helpful / votes, "ratio", style) if votes else MISSING,
            votes=number(votes, "count", style),
        )
    if not found.uncovered:
        return told or _("No ticket has a topic, and no article is written down yet.")
    first = found.uncovered[0]
    lacking = _("Most asked without an article: {topic}, {count} tickets.").format(
        topic=first["topic"], count=number(first["tickets"], "count", style)
    )
    return f"{told}{'' if style.japanese or not told else ' '}{lacking}"
