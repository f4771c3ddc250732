// A number as people type it: the same rules as amount_of in scenarios/forms.py and ill_fitting in keiki/trees/stated.py.

const COUNTED = ["count", "items", "per_year", "number", "distribution"];
const SIGNS = [
  [/[¥$€£円]|\byen\b|\d\s*(?:yen|jpy|usd)/i, ["currency"]],
  [/%|パーセント|percent/i, ["ratio"]],
  [/[件人回]/, COUNTED],
  [/点/, [...COUNTED, "score", "points"]],
  [/日/, [...COUNTED, "days", "business_days"]],
  [/分/, [...COUNTED, "minutes"]],
  [/時間/, [...COUNTED, "hours"]],
];
const SCALES = { 千: 1e3, 万: 1e4, 億: 1e8 };

/** Whether a typed text carries no sign of another unit. */
export function fits(text, unit) {
  const typed = text.normalize("NFKC");
  return SIGNS.every(([sign, units]) => !sign.test(typed) || units.includes(unit));
}

/** A typed text as a value of that unit; NaN when it is no number, or carries the sign of another unit. */
export function valueOf(text, unit) {
  if (!fits(text, unit)) return NaN;
  const plain = text.normalize("NFKC").trim().replaceAll(",", "").replaceAll("\u2212", "-")
    .replace(/[%円回人件点日 ]+$/, "").replace(/^[¥$€£ ]+/, "");
  const scale = SCALES[plain.at(-1)];
  const digits = scale ? plain.slice(0, -1) : plain;
  const value = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(digits) ? Number(digits) * (scale ?? 1) : NaN;
  return unit === "ratio" ? value / 100 : value;
}
