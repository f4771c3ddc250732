"""Keiki: which numbers matter, what moved them, what customers are worth. This is what a notebook imports.

>>> import keiki
>>> from datetime import date
>>> keiki.Calendar(zone="Asia/Tokyo", fiscal_start=4).period(keiki.Grain.QUARTER, date(2026, 10, 1)).start
datetime.date(2026, 10, 1)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keiki.errors import KeikiError
from keiki.lens import Lens
from keiki.periods import Calendar, Grain, Period

if TYPE_CHECKING:
    from keiki.catalogue.load import Catalogue, load_catalogue
    from keiki.customers.clv.choose import choose as choose_model
    from keiki.customers.clv.contracts import Contracts
    from keiki.customers.clv.grouped import History
    from keiki.customers.cohort_table import TableRule as CohortTableRule
    from keiki.customers.ideal import IdealProfile, Trait
    from keiki.customers.lives import LifeRule
    from keiki.customers.ltv_formulas import lifetime_value, lifetime_values
    from keiki.engine.account_alerts import alerts_of, weekly_scores
    from keiki.engine.budget_basis import budget_basis
    from keiki.engine.business import Business
    from keiki.engine.business import open_business as open
    from keiki.engine.channels import attribution_models, search_keywords, traffic_of
    from keiki.engine.cohort_table import cohort_table
    from keiki.engine.contract_forecast import contract_forecast
    from keiki.engine.customer_forecast import customer_forecast
    from keiki.engine.customer_history import customer_history, history_page
    from keiki.engine.customer_quality import crossed_curves, places, profit_curves, quality_report
    from keiki.engine.customer_success import (
        account,
        account_list,
        account_totals,
        customer_story,
        customer_voices,
        health_back_test,
        onboarding,
        outlook_of,
        product_use,
        renewals_due,
        success_as_profit_centre,
        ticket_report,
    )
    from keiki.engine.customers_called import find_customers
    from keiki.engine.entered_values import enter_values, entered_values
    from keiki.engine.gross_margin import gross_margin
    from keiki.engine.ideal_customers import fit_totals, learned_profile
    from keiki.engine.insight import change_of, drivers, expectation, experiments
    from keiki.engine.joined import accounts_joined
    from keiki.engine.leads import best_leads, lead_spreads
    from keiki.engine.left_out import left_out
    from keiki.engine.lifetime_value import customer_worths, own_terms, own_value
    from keiki.engine.measured import Measured, TreeReading
    from keiki.engine.occasion_forecast import occasion_forecast
    from keiki.engine.rates import read_rates, save_rates
    from keiki.engine.recurring import recurring, recurring_differences
    from keiki.engine.repeat import loyal_migration, repeat, return_reason_change
    from keiki.engine.reviewed import review_on_data, ways_on_data
    from keiki.engine.rfm_segments import (
        every_addressable,
        every_member,
        rfm_segments,
        segment_customers,
        segment_reach,
    )
    from keiki.engine.settings import Settings
    from keiki.engine.side_effects import side_effects
    from keiki.engine.success_summary import success_summary
    from keiki.engine.survival import survival
    from keiki.engine.together import together
    from keiki.engine.whole_revenue import whole_revenue
    from keiki.engine.worked import worked_kpi
    from keiki.facts.mapping import Mapping, Rule
    from keiki.formula import parse, show
    from keiki.journeys.lead_scores import Criterion, LeadRule
    from keiki.trees.bundle import Bundle, read_bundle, write_bundle
    from keiki.trees.consistency import consistency
    from keiki.trees.decompose import decompositions
    from keiki.trees.diff import diff
    from keiki.trees.document import TreeDocument
    from keiki.trees.explain import explain_change
    from keiki.trees.explanation import Explanation
    from keiki.trees.priority import priorities
    from keiki.trees.review import review
    from keiki.trees.simulate import simulate
    from keiki.trees.targets import Target
    from keiki.trees.what_if import WhatIf

LATER = {
    "Bundle": "keiki.trees.bundle:Bundle",
    "Business": "keiki.engine.business:Business",
    "Catalogue": "keiki.catalogue.load:Catalogue",
    "CohortTableRule": "keiki.customers.cohort_table:TableRule",
    "Contracts": "keiki.customers.clv.contracts:Contracts",
    "Criterion": "keiki.journeys.lead_scores:Criterion",
    "Explanation": "keiki.trees.explanation:Explanation",
    "History": "keiki.customers.clv.grouped:History",
    "LeadRule": "keiki.journeys.lead_scores:LeadRule",
    "LifeRule": "keiki.customers.lives:LifeRule",
    "IdealProfile": "keiki.customers.ideal:IdealProfile",
    "Mapping": "keiki.facts.mapping:Mapping",
    "Measured": "keiki.engine.measured:Measured",
    "Rule": "keiki.facts.mapping:Rule",
    "Settings": "keiki.engine.settings:Settings",
    "Target": "keiki.trees.targets:Target",
    "Trait": "keiki.customers.ideal:Trait",
    "TreeDocument": "keiki.trees.document:TreeDocument",
    "TreeReading": "keiki.engine.measured:TreeReading",
    "WhatIf": "keiki.trees.what_if:WhatIf",
    "account": "keiki.engine.customer_success:account",
    "account_list": "keiki.engine.customer_success:account_list",
    "accounts_joined": "keiki.engine.joined:accounts_joined",
    "account_totals": "keiki.engine.customer_success:account_totals",
    "alerts_of": "keiki.engine.account_alerts:alerts_of",
    "attribution_models": "keiki.engine.channels:attribution_models",
    "best_leads": "keiki.engine.leads:best_leads",
    "budget_basis": "keiki.engine.budget_basis:budget_basis",
    "change_of": "keiki.engine.insight:change_of",
    "choose_model": "keiki.customers.clv.choose:choose",
    "cohort_table": "keiki.engine.cohort_table:cohort_table",
    "consistency": "keiki.trees.consistency:consistency",
    "contract_forecast": "keiki.engine.contract_forecast:contract_forecast",
    "crossed_curves": "keiki.engine.customer_quality:crossed_curves",
    "customer_forecast": "keiki.engine.customer_forecast:customer_forecast",
    "customer_history": "keiki.engine.customer_history:customer_history",
    "history_page": "keiki.engine.customer_history:history_page",
    "find_customers": "keiki.engine.customers_called:find_customers",
    "customer_story": "keiki.engine.customer_success:customer_story",
    "customer_voices": "keiki.engine.customer_success:customer_voices",
    "customer_worths": "keiki.engine.lifetime_value:customer_worths",
    "decompositions": "keiki.trees.decompose:decompositions",
    "diff": "keiki.trees.diff:diff",
    "drivers": "keiki.engine.insight:drivers",
    "enter_values": "keiki.engine.entered_values:enter_values",
    "entered_values": "keiki.engine.entered_values:entered_values",
    "every_addressable": "keiki.engine.rfm_segments:every_addressable",
    "every_member": "keiki.engine.rfm_segments:every_member",
    "expectation": "keiki.engine.insight:expectation",
    "experiments": "keiki.engine.insight:experiments",
    "explain_change": "keiki.trees.explain:explain_change",
    "health_back_test": "keiki.engine.customer_success:health_back_test",
    "fit_totals": "keiki.engine.ideal_customers:fit_totals",
    "learned_profile": "keiki.engine.ideal_customers:learned_profile",
    "lead_spreads": "keiki.engine.leads:lead_spreads",
    "gross_margin": "keiki.engine.gross_margin:gross_margin",
    "left_out": "keiki.engine.left_out:left_out",
    "lifetime_value": "keiki.customers.ltv_formulas:lifetime_value",
    "lifetime_values": "keiki.customers.ltv_formulas:lifetime_values",
    "load_catalogue": "keiki.catalogue.load:load_catalogue",
    "onboarding": "keiki.engine.customer_success:onboarding",
    "open": "keiki.engine.business:open_business",
    "outlook_of": "keiki.engine.customer_success:outlook_of",
    "occasion_forecast": "keiki.engine.occasion_forecast:occasion_forecast",
    "own_terms": "keiki.engine.lifetime_value:own_terms",
    "own_value": "keiki.engine.lifetime_value:own_value",
    "parse": "keiki.formula:parse",
    "places": "keiki.engine.customer_quality:places",
    "priorities": "keiki.trees.priority:priorities",
    "product_use": "keiki.engine.customer_success:product_use",
    "profit_curves": "keiki.engine.customer_quality:profit_curves",
    "quality_report": "keiki.engine.customer_quality:quality_report",
    "read_rates": "keiki.engine.rates:read_rates",
    "save_rates": "keiki.engine.rates:save_rates",
    "read_bundle": "keiki.trees.bundle:read_bundle",
    "recurring": "keiki.engine.recurring:recurring",
    "recurring_differences": "keiki.engine.recurring:recurring_differences",
    "renewals_due": "keiki.engine.customer_success:renewals_due",
    "review": "keiki.trees.review:review",
    "review_on_data": "keiki.engine.reviewed:review_on_data",
    "loyal_migration": "keiki.engine.repeat:loyal_migration",
    "repeat": "keiki.engine.repeat:repeat",
    "return_reason_change": "keiki.engine.repeat:return_reason_change",
    "rfm_segments": "keiki.engine.rfm_segments:rfm_segments",
    "search_keywords": "keiki.engine.channels:search_keywords",
    "segment_customers": "keiki.engine.rfm_segments:segment_customers",
    "segment_reach": "keiki.engine.rfm_segments:segment_reach",
    "show": "keiki.formula:show",
    "side_effects": "keiki.engine.side_effects:side_effects",
    "simulate": "keiki.trees.simulate:simulate",
    "success_as_profit_centre": "keiki.engine.customer_success:success_as_profit_centre",
    "success_summary": "keiki.engine.success_summary:success_summary",
    "survival": "keiki.engine.survival:survival",
    "ticket_report": "keiki.engine.customer_success:ticket_report",
    "ways_on_data": "keiki.engine.reviewed:ways_on_data",
    "weekly_scores": "keiki.engine.account_alerts:weekly_scores",
    "together": "keiki.engine.together:together",
    "traffic_of": "keiki.engine.channels:traffic_of",
    "whole_revenue": "keiki.engine.whole_revenue:whole_revenue",
    "worked_kpi": "keiki.engine.worked:worked_kpi",
    "write_bundle": "keiki.trees.bundle:write_bundle",
}
"""Names whose modules bring databases with them; imported when first used, so that `import keiki` is quick."""

__all__ = [
    "Bundle",
    "Business",
    "Calendar",
    "Catalogue",
    "CohortTableRule",
    "Contracts",
    "Criterion",
    "Explanation",
    "Grain",
    "History",
    "IdealProfile",
    "KeikiError",
    "LeadRule",
    "Lens",
    "LifeRule",
    "Mapping",
    "Measured",
    "Period",
    "Rule",
    "Settings",
    "Target",
    "Trait",
    "TreeDocument",
    "TreeReading",
    "WhatIf",
    "account",
    "account_list",
    "account_totals",
    "accounts_joined",
    "alerts_of",
    "attribution_models",
    "best_leads",
    "budget_basis",
    "change_of",
    "choose_model",
    "cohort_table",
    "consistency",
    "contract_forecast",
    "crossed_curves",
    "customer_forecast",
    "customer_history",
    "customer_story",
    "customer_voices",
    "customer_worths",
    "decompositions",
    "diff",
    "drivers",
    "enter_values",
    "entered_values",
    "every_addressable",
    "every_member",
    "expectation",
    "experiments",
    "explain_change",
    "find_customers",
    "fit_totals",
    "gross_margin",
    "health_back_test",
    "history_page",
    "lead_spreads",
    "learned_profile",
    "left_out",
    "lifetime_value",
    "lifetime_values",
    "load_catalogue",
    "loyal_migration",
    "occasion_forecast",
    "onboarding",
    "open",
    "outlook_of",
    "own_terms",
    "own_value",
    "parse",
    "places",
    "priorities",
    "product_use",
    "profit_curves",
    "quality_report",
    "read_bundle",
    "read_rates",
    "recurring",
    "recurring_differences",
    "renewals_due",
    "repeat",
    "return_reason_change",
    "review",
    "review_on_data",
    "rfm_segments",
    "save_rates",
    "search_keywords",
    "segment_customers",
    "segment_reach",
    "show",
    "side_effects",
    "simulate",
    "success_as_profit_centre",
    "success_summary",
    "survival",
    "ticket_report",
    "together",
    "traffic_of",
    "ways_on_data",
    "weekly_scores",
    "whole_revenue",
    "worked_kpi",
    "write_bundle",
]


def __getattr__(name: str) -> Any:
    if name not in LATER:
        raise AttributeError(f"module 'keiki' has no attribute {name!r}")
    from importlib import import_module

    module, _, attribute = LATER[name].partition(":")
    found = getattr(import_module(module), attribute)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *LATER})
