"""The fact `invoices`: one row per invoice."""

from __future__ import annotations

from keiki.facts.contract import Fact, Kind, core, extra, required

INVOICES = Fact(
    name="invoices",
    ja="請求",
    en="Invoices",
    grain_ja="請求書1通につき1行",
    grain_en="one row per invoice",
    key=("invoice_id",),
    time="issued_on",
    columns=(
        required("invoice_id", Kind.TEXT, "請求書ID", "Invoice ID"),
        required("customer_id", Kind.TEXT, "顧客ID", "Customer ID"),
        required("issued_on", Kind.DATE, "発行日", "Issued on"),
        core("due_on", Kind.DATE, "支払期日", "Due on"),
        core("paid_on", Kind.DATE, "入金日", "Paid on"),
        required("amount", Kind.MONEY, "請求額（税抜）", "Amount, net of tax"),
        core("kind", Kind.TEXT, "請求の種類", "Invoice kind", "invoice_kind"),
        extra("gross_profit", Kind.MONEY, "粗利", "Gross profit"),
        extra("product", Kind.TEXT, "商品・サービス", "Product"),
        extra("channel", Kind.TEXT, "チャネル", "Channel", "channel"),
        extra("project", Kind.TEXT, "プロジェクト", "Project"),
    ),
)
