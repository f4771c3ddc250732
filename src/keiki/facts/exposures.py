"""The fact `exposures`: one row per unit and experiment."""

from __future__ import annotations

from keiki.facts.contract import Fact, Kind, required

EXPOSURES = Fact(
    name="exposures",
    ja="実験割付",
    en="Experiment exposures",
    grain_ja="実験と対象の組み合わせごとに1行",
    grain_en="one row per unit and experiment",
    key=("experiment", "unit_id"),
    time="exposed_at",
    columns=(
        required("experiment", Kind.TEXT, "実験", "Experiment"),
        required("unit_id", Kind.TEXT, "対象ID", "Unit ID"),
        required("variant", Kind.TEXT, "割付群", "Arm", "variant_role"),
        required("exposed_at", Kind.TIMESTAMP, "初回表示日時", "First exposed at"),
    ),
)
