"""How much the customers of a business help themselves: its articles, and the topics that have none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import ibis

from keiki.customers.self_help import SelfHelpRule, article_use, topic_tickets
from keiki.engine.business import Business

TOPICS_SHOWN = 5


@dataclass(frozen=True)
class SelfHelp:
    """Articles with views, votes and the tickets of their topic, the most read first; topics that no article is about,
    the most asked first; and the rule.
    """

    articles: tuple[Mapping[str, Any], ...]
    uncovered: tuple[Mapping[str, Any], ...]
    rule: SelfHelpRule


def self_help(business: Business, topics: Mapping[str, str], rule: SelfHelpRule | None = None) -> SelfHelp:
    """What articles (name → topic of tickets) came to in the last days of the data."""
    rule = replace(rule or SelfHelpRule(), zone=business.settings.calendar.zone)
    run, day = business.engine.run, business.today
    asked = topic_tickets(business.facts, day, rule)
    if topics:
        asked = asked.filter(~asked.topic.isin(sorted(set(topics.values()))))
    asked = asked.filter(asked.tickets > 0)
    uncovered = run(asked.order_by([ibis.desc(asked.tickets), asked.topic]).limit(TOPICS_SHOWN)).to_pylist()
    if not topics:
        return SelfHelp((), tuple(uncovered), rule)
    used = article_use(business.facts, topics, day, rule)
    articles = run(used.order_by([ibis.desc(used.views), used.article])).to_pylist()
    return SelfHelp(tuple(articles), tuple(uncovered), rule)
