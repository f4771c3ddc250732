"""What people type into the registers: results of a customer, requests, case studies, referrals, offers, articles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from keiki.server.accounts.models import Business
from keiki.server.success.forms import Day
from keiki.server.success.models import Article, CaseStudy, CustomerResult, Offer, ProductItem, ProductRequest, Referral


class _Register(forms.ModelForm[Any]):
    """A row of a business's register. The row knows its business before it is checked."""

    def __init__(self, business: Business, data: Any = None, *, instance: Any = None, **more: Any) -> None:
        row = instance if instance is not None else self._meta.model(business=business)
        super().__init__(data, instance=row, **more)

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() - {"business"}  # type: ignore[misc,no-any-return]  # for "only once"


class ResultForm(_Register):
    """One number of the customer before and after."""

    class Meta:
        model = CustomerResult
        fields = ("metric", "unit", "before", "before_on", "after", "after_on", "value", "source")
        widgets: ClassVar[dict[str, Any]] = {"before_on": Day(), "after_on": Day()}


class ItemForm(_Register):
    """A product item and its status."""

    class Meta:
        model = ProductItem
        fields = ("name", "status")


class RequestForm(_Register):
    """What a customer asked for."""

    class Meta:
        model = ProductRequest
        fields = ("customer_id", "text", "on", "item")
        widgets: ClassVar[dict[str, Any]] = {"on": Day()}

    def __init__(self, business: Business, data: Any = None, **more: Any) -> None:
        super().__init__(business, data, **more)
        items: Any = self.fields["item"]
        items.queryset = ProductItem.objects.filter(business=business)
        items.empty_label = _("no item yet")


class CaseForm(_Register):
    """A customer who speaks for us."""

    class Meta:
        model = CaseStudy
        fields = ("customer_id", "kind", "title", "status", "asked_on", "published_on")
        widgets: ClassVar[dict[str, Any]] = {"asked_on": Day(), "published_on": Day()}


class ReferralForm(_Register):
    """A referral; `is_won` tells whether the data knows a deal of that id as won."""

    class Meta:
        model = Referral
        fields = ("programme", "referrer", "referred", "on", "status", "reward", "deal")
        widgets: ClassVar[dict[str, Any]] = {"on": Day()}

    def __init__(self, business: Business, is_won: Callable[[str], bool], data: Any = None, **more: Any) -> None:
        super().__init__(business, data, **more)
        self._is_won = is_won

    def clean_deal(self) -> str:
        """Only a deal that was won."""
        deal: str = self.cleaned_data["deal"]
        if deal and not self._is_won(deal):
            raise forms.ValidationError(_("The data knows no won deal of this id."))
        return deal


class OfferForm(_Register):
    """What was offered to a customer whose page is open, why, and what came of it."""

    class Meta:
        model = Offer
        fields = ("product", "reason", "on", "result")
        widgets: ClassVar[dict[str, Any]] = {"on": Day()}


class ArticleForm(_Register):
    """An article and the topic of tickets that it answers."""

    class Meta:
        model = Article
        fields = ("name", "topic", "url")
