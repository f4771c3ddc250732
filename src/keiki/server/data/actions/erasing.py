"""Writes that erase a customer: from the facts, from every table of the control plane, from files on their way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.db import connection, models, transaction

from keiki.engine.connect import make_compact
from keiki.engine.erasing import TAKEN_OUT, Words, pseudonym
from keiki.engine.erasing import Erased as Erased
from keiki.server.accounts.models import Business, User
from keiki.server.audit.actions import record, take_out
from keiki.server.data.actions import Report, opened
from keiki.server.data.models import Upload
from keiki.server.jobs.actions import enqueue
from keiki.server.jobs.models import Run

ERASE_JOB: Final = "data.erase_customer"
HOUSE: Final = "keiki.server."
LOG: Final = "audit.entry"
"""The log only grows; what it says of a person is taken out by `audit.actions.take_out`."""


@transaction.atomic
def start_erasure(actor: User, business: Business, customer: str, also: Sequence[str] = ()) -> Run:
    """Queue the erasure of a customer. Raises `NoSuchCustomer` for an id that no row names.

    The run holds the id until it is done; the log tells of it then, with the random id only.
    """
    opened(business).business.lake.check_customer(customer)
    return enqueue(ERASE_JOB, actor=actor, business_id=business.id, customer=customer, also=list(also))


def erase_queued(run_id: Any, business_id: str, customer: str, also: Sequence[str], report: Report) -> dict[str, Any]:
    """The queued erasure at work; safe to start again from the beginning, wherever it was stopped."""
    run = Run.objects.select_related("actor").get(pk=run_id)
    done = None
    if customer:
        business = Business.objects.get(pk=business_id)
        done = erase_customer(run.actor, business, customer, also, report, working=run)
    _forget_deleted()
    return {"import_id": done.import_id} if done else {}


def erase_customer(
    actor: User | None,
    business: Business,
    customer: str,
    also: Sequence[str],
    report: Report,
    working: Run | None = None,
) -> Erased:
    """Erase a customer from everything the server keeps of a business; `working` is the run that does it.

    First the tables and files that are found by the person's names, then the facts, which know these names.
    """
    numbers = opened(business).business
    numbers.lake.check_customer(customer)
    words, new = numbers.lake.words_of(customer, also), pseudonym()
    with transaction.atomic():
        for each in _tables():
            each.take_out(business, words, new, working)
        take_out(business.id, words.customer_id, partial(words.replaced, pseudonym=new), new)
    for upload in Upload.objects.filter(business=business, import_id=""):
        upload.forget_file()
    done = numbers.erase(customer, also, lambda part, told: report(part, told.en, told.ja), new=new)
    with transaction.atomic():
        rows = sum(done.rows.values())
        record(actor, ERASE_JOB, business_id=business.id, target=done.pseudonym, new={"rows": rows})
        if working is not None:
            Run.objects.filter(pk=working.pk).update(arguments={"customer": "", "also": []})
    if working is None:
        _forget_deleted()
    return done


def _forget_deleted() -> None:
    """Write the database file anew, so that nothing deleted is left in it; PostgreSQL does so by its own vacuum."""
    if connection.vendor == "sqlite":
        make_compact(Path(connection.settings_dict["NAME"]))


@dataclass(frozen=True)
class _Table:
    """A table that belongs to businesses. `path`: how its rows name theirs; `ids`: fields that hold a customer's id;
    `texts`: what was written about that customer.
    """

    model: type[models.Model]
    path: str
    ids: tuple[str, ...]
    texts: tuple[str, ...]

    def take_out(self, business: Business, words: Words, new: str, working: Run | None) -> None:
        """Rows about the customer lose their words and get the new id; rows of others lose the names in their words."""
        rows = self.model._default_manager.filter(**{self.path: business.pk})
        if working is not None and self.model is Run:
            rows = rows.exclude(pk=working.pk)
        for row in rows.iterator():
            before = {field.attname: getattr(row, field.attname) for field in self._written}
            after = self._after(before, words, new)
            longest = {field.attname: field.max_length for field in self._written}
            changed = {
                name: value[: longest[name]] if isinstance(value, str) else value
                for name, value in after.items()
                if value != before[name]
            }
            if changed:
                self.model._default_manager.filter(pk=row.pk).update(**changed)

    def _after(self, before: dict[str, Any], words: Words, new: str) -> dict[str, Any]:
        if not any(before[name] == words.customer_id for name in self.ids):
            return {name: replaced(value, words, new) for name, value in before.items()}
        emptied = {name: _emptied(before[name]) for name in self.texts}
        named = {name: new for name in self.ids if before[name] == words.customer_id}
        return {name: replaced(value, words, new) for name, value in before.items()} | emptied | named

    @property
    def _written(self) -> list[models.Field[Any, Any]]:
        """The fields in which people or programs write: no choices, no keys, no digests."""
        kinds = (models.CharField, models.TextField, models.JSONField)
        fields = (field for field in self.model._meta.concrete_fields if isinstance(field, kinds))
        return [f for f in fields if not f.choices and not f.primary_key and f.name not in ("digest", "business_id")]


def _emptied(value: Any) -> Any:
    """Nothing of a value, but of the same kind: what had words still says that there were some."""
    return TAKEN_OUT if isinstance(value, str) and value else type(value)()


def replaced(value: Any, words: Words, new: str) -> Any:
    """A text, or the texts within lists and dicts, without the person."""
    if isinstance(value, str):
        return new if value == words.customer_id and words.is_telling else words.replaced(value, new)
    if isinstance(value, list):
        return [replaced(each, words, new) for each in value]
    if isinstance(value, dict):
        return {key: replaced(each, words, new) for key, each in value.items()}
    return value


def _tables() -> Iterator[_Table]:
    """Every table of the house whose rows belong to a business. What holds ids of customers its app declares, as
    `about_customers`: model → (fields of ids, fields of what was written about them).
    """
    for config in apps.get_app_configs():
        if not config.name.startswith(HOUSE) or config.label == "accounts":
            continue
        about = getattr(config, "about_customers", {})
        for model in config.get_models():
            path = _path(model, ())
            if path and model._meta.label_lower != LOG:
                yield _Table(model, path, *about.get(model.__name__, ((), ())))


def _path(model: type[models.Model], seen: Iterable[type[models.Model]]) -> str:
    """The way from a row to its business, as a filter; empty where there is none."""
    known = (*seen, model)
    fields = model._meta.concrete_fields
    if any(field.attname == "business_id" for field in fields):
        return "business_id"
    for field in fields:
        other = field.related_model
        if isinstance(other, type) and other not in known and other.__module__.startswith(HOUSE) and other is not User:
            path = _path(other, known)
            if path:
                return f"{field.name}__{path}"
    return ""
