"""`keiki customers …`: its verbs, one file each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typer

from keiki.cli import (
    accounts,
    cohorts,
    contracts,
    forecast,
    history,
    ideal,
    lifetime_value,
    movements,
    occasions,
    quality,
    repeat,
    rfm,
    success,
    survival,
    whole,
)
from keiki.cli.words import say

HELP = say("What customers are worth: who stays, who comes back.", "顧客の価値。誰が残り、誰が戻ってくるか。")

VERBS: dict[str, tuple[str, Callable[..., None]]] = {
    "whole": (whole.HELP, whole.whole),
    "cohorts": (cohorts.HELP, cohorts.cohorts),
    "repeat": (repeat.HELP, repeat.repeat),
    "rfm": (rfm.HELP, rfm.rfm),
    "movements": (movements.HELP, movements.movements),
    "history": (history.HELP, history.history),
    "forecast": (forecast.HELP, forecast.forecast),
    "occasions": (occasions.HELP, occasions.occasions),
    "contracts": (contracts.HELP, contracts.contracts),
    "survival": (survival.HELP, survival.survival),
    "ltv": (lifetime_value.HELP, lifetime_value.ltv),
    "quality": (quality.HELP, quality.quality),
    "ideal": (ideal.HELP, ideal.ideal),
    "accounts": (accounts.ACCOUNTS, accounts.accounts),
    "renewals": (accounts.RENEWALS, accounts.renewals),
    "voices": (accounts.VOICES, accounts.voices),
    "keep-ideal": (ideal.KEEP, ideal.keep_ideal),
    "withdraw-ideal": (ideal.WITHDRAW, ideal.withdraw_ideal),
    "exceptions": (ideal.EXCEPTIONS, ideal.exceptions),
    "contacts": (ideal.CONTACTS, ideal.contacts),
    "health": (success.HEALTH, success.health),
    "success": (success.SUCCESS, success.success),
    "alerts": (success.ALERT_HELP, success.alerts),
    "lifecycle": (success.LIFECYCLE, success.lifecycle),
    "account": (success.ACCOUNT, success.account),
}
"""Every verb with its help and what it does, in the order of the help."""


def add_customers(app: typer.Typer, verb: type[Any], verbs: type[Any]) -> None:
    """Hang the verbs under `keiki customers`."""
    group = typer.Typer(
        cls=verbs, help=HELP, no_args_is_help=True, context_settings={"help_option_names": ["--help", "-h"]}
    )
    for name, (text, run) in VERBS.items():
        group.command(name, cls=verb, help=text)(run)
    app.add_typer(group, name="customers")
