"""How the demo company scores its leads: what they asked for, and the channel they came by."""

from __future__ import annotations

from typing import Final

from keiki.facts.vocabulary import Label
from keiki.journeys.lead_scores import Criterion, LeadRule

CRITERIA: Final = (
    (Label("問い合わせ", "Inquiry"), "kind", ("inquiry",), 40),
    (Label("資料請求", "Document request"), "kind", ("document_request",), 30),
    (Label("イベント参加", "Came to an event"), "kind", ("event",), 20),
    (Label("紹介・自然検索", "Referral or search"), "channel", ("referral", "referral_program", "organic"), 25),
    (Label("メールから", "By e-mail"), "channel", ("email",), 15),
    (Label("SNSから", "By social media"), "channel", ("social",), 5),
)


def lead_rule(language: str) -> LeadRule:
    """The rule with its names in a language."""
    return LeadRule(
        tuple(
            Criterion(name.words(language), attribute, values, points) for name, attribute, values, points in CRITERIA
        )
    )
