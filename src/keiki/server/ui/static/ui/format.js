// The one number format in the browser: the same rules as keiki/charts/format.py, on exact decimals.

const MISSING = "—";
const MINUS = "\u2212";
const SCALES = {
  ja: [["兆", 12], ["億", 8], ["万", 4]],
  en: [["T", 12], ["B", 9], ["M", 6]],
};
const FIXED = {
  ja: { thousand: ["千", 3], man: ["万", 4], million: ["百万", 6], oku: ["億", 8] },
  en: { thousand: ["K", 3], man: ["K", 3], million: ["M", 6], oku: ["M", 6] },
};
const CURRENCIES = { JPY: ["円", "¥"], USD: ["ドル", "$"], EUR: ["ユーロ", "€"], GBP: ["ポンド", "£"] };
const WITHOUT_CENTS = new Set(["JPY", "KRW", "VND", "CLP"]);
const UNIT_WORDS = {
  score: ["点", "", ""],
  items: ["点", " item", " items"],
  rank: ["位", "", ""],
  per_year: ["回/年", " per year", " per year"],
  seconds: ["秒", " s", " s"],
  minutes: ["分", " min", " min"],
  hours: ["時間", " h", " h"],
  days: ["日", " day", " days"],
  business_days: ["営業日", " business day", " business days"],
  months: ["か月", " month", " months"],
  years: ["年", " year", " years"],
};
const ABSOLUTE_CHANGE = new Set(["ratio", "points", "score", "rank"]);

// An exact decimal: whole * 10^-places, never negative; the sign is kept apart.
function decimal(value) {
  const [mantissa, exponent] = String(Math.abs(value)).split("e");
  const [whole, part = ""] = mantissa.split(".");
  return shifted({ whole: BigInt(whole + part), places: part.length }, Number(exponent ?? 0));
}

/** Times ten to the power of `by`. */
function shifted(amount, by) {
  const places = amount.places - by;
  return places >= 0 ? { ...amount, places } : { whole: amount.whole * 10n ** BigInt(-places), places: 0 };
}

/** Half-up to some places, as a whole number of 10^-places. */
function rounded(amount, places) {
  if (amount.places <= places) return amount.whole * 10n ** BigInt(places - amount.places);
  const step = 10n ** BigInt(amount.places - places);
  return (2n * amount.whole + step) / (2n * step);
}

function fixed(amount, places) {
  const digits = rounded(amount, places).toString().padStart(places + 1, "0");
  const whole = digits.slice(0, digits.length - places).replace(/\B(?=(\d{3})+$)/g, ",");
  return places ? `${whole}.${digits.slice(-places)}` : whole;
}

const roundsBelow = (amount, limit, places) => rounded(amount, places) < BigInt(limit) * 10n ** BigInt(places);
const trim = (figure) => (figure.includes(".") ? figure.replace(/0+$/, "").replace(/\.$/, "") : figure);
const isWhole = (amount) => amount.whole % 10n ** BigInt(amount.places) === 0n;
const isZero = (figure) => !/[1-9]/.test(figure);

function three(amount) {
  if (roundsBelow(amount, 10, 2)) return fixed(amount, 2);
  return roundsBelow(amount, 100, 1) ? fixed(amount, 1) : fixed(amount, 0);
}

function shortened(amount, style) {
  if (roundsBelow(amount, 1_000_000, 0)) return null;
  for (const [word, power] of SCALES[style.language]) {
    if (word === "万") return [fixed(shifted(amount, -power), 0), word];
    const step = power - (style.language === "ja" ? 4 : 3);
    if (rounded(shifted(amount, -step), 0) * 10n ** BigInt(step) >= 10n ** BigInt(power)) {
      return [three(shifted(amount, -power)), word];
    }
  }
  return [fixed(amount, 0), ""];
}

function smallMoney(amount, style) {
  if (WITHOUT_CENTS.has(style.currency)) return roundsBelow(amount, 100, 1) ? trim(fixed(amount, 1)) : fixed(amount, 0);
  return fixed(amount, roundsBelow(amount, 10_000, 2) ? 2 : 0);
}

function withCurrency(figure, scale, style) {
  const [ja, en] = CURRENCIES[style.currency] ?? [style.currency, `${style.currency} `];
  return style.language === "ja" ? ["", figure, scale + ja] : [en, figure, scale];
}

function money(amount, style) {
  if (style.money === "yen") return withCurrency(smallMoney(amount, style), "", style);
  if (style.money !== "auto") {
    const [word, power] = FIXED[style.language][style.money];
    const scaled = shifted(amount, -power);
    const large = scaled.whole >= 10n ** BigInt(scaled.places);
    return large ? withCurrency(three(scaled), word, style) : withCurrency(smallMoney(amount, style), "", style);
  }
  const short = shortened(amount, style);
  return short ? withCurrency(...short, style) : withCurrency(smallMoney(amount, style), "", style);
}

function unitWord(figure, unit, style, counter) {
  const [ja, one, many] = UNIT_WORDS[unit] ?? ["", "", ""];
  if (style.language === "ja") return ja || counter;
  return figure === "1" ? one : many;
}

function plain(amount, unit, style, counter) {
  const short = unit === "count" || unit === "number" ? shortened(amount, style) : null;
  if (short) return ["", short[0], short[1] + (style.language === "ja" ? counter : "")];
  const figure =
    unit === "score" || unit === "points" ? fixed(amount, 1) : isWhole(amount) ? fixed(amount, 0) : three(amount);
  return ["", figure, unitWord(figure, unit, style, counter)];
}

function percent(amount) {
  const size = shifted(amount, 2);
  return fixed(size, roundsBelow(size, 10, 2) ? 2 : 1);
}

/** A value as people read it. `style`: {language: "ja" | "en", currency, money}; a share comes as 0-1. */
export function number(value, unit, style, counter = "") {
  if (!Number.isFinite(value)) return MISSING;
  const amount = decimal(value);
  const piece =
    unit === "currency" ? money(amount, style)
    : unit === "ratio" ? ["", percent(amount), "%"]
    : plain(amount, unit, style, counter);
  const sign = value < 0 && !isZero(piece[1]) ? MINUS : "";
  return sign + piece.join("");
}

const signed = (figure, gap, after) => `${isZero(figure) ? "±" : gap > 0 ? "+" : MINUS}${figure}${after}`;

/** The exact difference of two finite numbers: its sign and its size. */
function gapOf(after, before) {
  const [left, right] = [decimal(after), decimal(before)];
  const places = Math.max(left.places, right.places);
  const whole = (amount, value) => amount.whole * 10n ** BigInt(places - amount.places) * (value < 0 ? -1n : 1n);
  const gap = whole(left, after) - whole(right, before);
  return { sign: gap > 0n ? 1 : gap < 0n ? -1 : 0, size: { whole: gap < 0n ? -gap : gap, places } };
}

/** The signed distance between two values in their own unit; of two shares in pt. */
export function difference(after, before, unit, style) {
  if (!Number.isFinite(after) || !Number.isFinite(before)) return MISSING;
  const gap = gapOf(after, before);
  if (unit === "ratio") {
    const size = shifted(gap.size, 2);
    return signed(fixed(size, roundsBelow(size, 1, 2) ? 2 : 1), gap.sign, "pt");
  }
  const piece = unit === "currency" ? money(gap.size, style) : plain(gap.size, unit, style, "");
  const text = piece.join("");
  return signed(text, gap.sign, "");
}

/** How a value moved, as shown beside it: in per cent, of shares in pt, of scores in points. */
export function change(after, before, unit, style) {
  if (ABSOLUTE_CHANGE.has(unit)) return difference(after, before, unit === "ratio" ? "ratio" : "points", style);
  if (!Number.isFinite(after) || !Number.isFinite(before) || before === 0) return MISSING;
  const gap = gapOf(after, before);
  const base = decimal(before);
  const places = 30;
  const power = places + 2 + base.places - gap.size.places;
  const over = power >= 0 ? gap.size.whole * 10n ** BigInt(power) : gap.size.whole / 10n ** BigInt(-power);
  const size = { whole: over / base.whole, places };
  return signed(fixed(size, size.whole >= 1000n * 10n ** BigInt(places) ? 0 : 1), gap.sign, "%");
}
