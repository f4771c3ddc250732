"""How much customers help themselves: articles that are read and voted on, beside the tickets of their topic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from keiki.customers.postings import Facts
from keiki.journeys.local_time import local_time


@dataclass(frozen=True)
class SelfHelpRule:
    """What counts as reading an article, and over how many days up to a day.

    An event is about the article that its column `content` names. A vote is any event about it with a `reaction`:
    positive says that the article helped, negative that it did not.
    """

    reads: tuple[str, ...] = ("content_view", "page_view")
    days: int = 90
    zone: str = "Asia/Tokyo"


def article_use(facts: Facts, topics: Mapping[str, str], until: date, rule: SelfHelpRule | None = None) -> ir.Table:
    """One row per article of `topics` (article → topic of tickets; at least one).

    Columns: article, topic, views, readers (different people), helpful and unhelpful (votes), tickets (opened about
    the topic in the same days), tickets_before (in as many days before them).
    """
    rule = rule or SelfHelpRule()
    end = (ibis.date(until) + ibis.interval(days=1)).cast("date")
    begin = (end - ibis.interval(days=rule.days)).cast("date")
    events = facts["events"]
    events = events.filter(events.content.isin(list(topics)))
    events = events.mutate(
        day=local_time(events.occurred_at, rule.zone).date(),
        reader=ibis.coalesce(events.visitor_id, events.customer_id),
    )
    events = events.filter((events.day >= begin) & (events.day < end))
    read = events.name.isin(rule.reads)
    used = events.group_by(used="content").aggregate(
        views=events.count(where=read),
        readers=events.reader.nunique(where=read),
        helpful=events.count(where=events.reaction == "positive"),
        unhelpful=events.count(where=events.reaction == "negative"),
    )
    asked = topic_tickets(facts, until, rule).rename(asked_about="topic")
    articles = _articles(topics)
    table = articles.left_join(used, articles.article == used.used)
    table = table.left_join(asked, table.topic == asked.asked_about)
    counts = ("views", "readers", "helpful", "unhelpful", "tickets", "tickets_before")
    return table.select("article", "topic", **{name: ibis.coalesce(table[name], 0).cast("int64") for name in counts})


def topic_tickets(facts: Facts, until: date, rule: SelfHelpRule | None = None) -> ir.Table:
    """One row per topic of tickets: topic, tickets (opened in the days up to `until`), tickets_before (in as many days
    before them).
    """
    rule = rule or SelfHelpRule()
    end = (ibis.date(until) + ibis.interval(days=1)).cast("date")
    begin, earlier = ((end - ibis.interval(days=n * rule.days)).cast("date") for n in (1, 2))
    tickets = facts["tickets"]
    tickets = tickets.filter(tickets.topic.notnull())
    tickets = tickets.mutate(day=local_time(tickets.opened_at, rule.zone).date())
    tickets = tickets.filter((tickets.day >= earlier) & (tickets.day < end))
    return tickets.group_by("topic").aggregate(
        tickets=tickets.count(where=tickets.day >= begin), tickets_before=tickets.count(where=tickets.day < begin)
    )


def _articles(topics: Mapping[str, str]) -> ir.Table:
    """The articles with their topics, written into the query itself so that every engine reads them."""
    place = ibis.range(0, len(topics)).unnest().name("place").as_table()
    nth = place.place.cast("int32")  # the only kind of place that Spark takes
    return place.select(article=ibis.array(list(topics))[nth], topic=ibis.array(list(topics.values()))[nth])
