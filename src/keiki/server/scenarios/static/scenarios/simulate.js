// What would happen: the same rules as keiki/trees/simulate.py, in the browser. NaN stands for undefined.

const finite = (value) => (Number.isFinite(value) ? value : NaN);
const divide = (left, right) => (right === 0 ? NaN : left / right);
const known = (values) => values.filter((value) => !Number.isNaN(value));
const least = (pick) => (...values) => (known(values).length ? pick(...known(values)) : NaN);

const OPERATIONS = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "/": divide,
  negate: (value) => -value,
  prev: (value) => value,
  growth: (value) => divide(value - value, value),
  min: least(Math.min),
  max: least(Math.max),
  sum: (...values) => (known(values).length ? known(values).reduce((total, value) => total + value, 0) : NaN),
  coalesce: (...values) => known(values)[0] ?? NaN,
};

/** A formula as a function of a lookup; the lookup takes an id and gives a number. */
function compiled(formula) {
  if (typeof formula === "number") return () => formula;
  if (typeof formula === "string") return (of) => of(formula);
  const [name, ...parts] = formula;
  const operate = OPERATIONS[name];
  const inner = parts.map(compiled);
  return (of) => operate(...inner.map((part) => part(of)));
}

/** What a formula adds up, with the signs. */
function terms(formula, sign = 1) {
  if (Array.isArray(formula)) {
    const [name, left, right] = formula;
    if (name === "+") return [...terms(left, sign), ...terms(right, sign)];
    if (name === "-") return [...terms(left, sign), ...terms(right, -sign)];
    if (name === "negate") return terms(left, -sign);
  }
  return [{ sign, worth: compiled(formula) }];
}

function factors(formula, found = new Set()) {
  if (typeof formula === "string") found.add(formula);
  else if (Array.isArray(formula)) formula.slice(1).forEach((part) => factors(part, found));
  return found;
}

/** Makes a model of `portable()` ready: formulas compiled once, values as numbers. */
export function prepare(model) {
  const nodes = new Map();
  for (const node of model.nodes) {
    const told = node.formula === null ? null : compiled(node.formula);
    const parts = told ? terms(node.formula) : [];
    nodes.set(node.id, { ...node, before: node.value ?? NaN, told, parts, factors: factors(node.formula) });
  }
  const tellers = new Map();
  for (const node of nodes.values()) {
    if (node.twin !== null && node.told && !tellers.has(node.twin)) tellers.set(node.twin, node);
  }
  const before = (id) => nodes.get(id).before;
  for (const node of nodes.values()) for (const part of node.parts) part.was = finite(part.worth(before));
  return { root: model.root, nodes, tellers };
}

/** A driver's value after a move: {how: "to" | "relative" | "plus", amount}. */
export function applied(move, value) {
  if (move.how === "to") return move.amount;
  return move.how === "relative" ? value * (1 + move.amount) : value + move.amount;
}

/** Every node's value (id → number, NaN when undefined) after the moves (id of a driver → move). */
export function simulate(model, moves) {
  const { nodes, tellers } = model;
  const moved = new Map();
  const twins = new Map();
  const above = new Set();
  for (const [id, move] of Object.entries(moves)) {
    const node = nodes.get(id);
    if (!node?.driver) throw new Error(`${id} cannot be moved`);
    moved.set(id, applied(move, node.before));
    if (node.twin !== null) twins.set(node.twin, id);
    for (let at = node.parent; at !== null; at = nodes.get(at).parent) above.add(at);
  }
  const values = new Map();
  const open = new Set();
  const value = (id) => {
    if (values.has(id)) return values.get(id);
    const node = nodes.get(id);
    if (open.has(id)) return node.before;
    open.add(id);
    values.set(id, workOut(node));
    open.delete(id);
    return values.get(id);
  };
  const workOut = (node) => {
    const mover = moved.has(node.id) ? node.id : node.twin === null ? undefined : twins.get(node.twin);
    if (mover !== undefined) return moved.get(mover);
    if (node.told && (!node.driver || above.has(node.id))) return toldAgain(node);
    const teller = node.twin === null || node.driver ? undefined : tellers.get(node.twin);
    return teller && teller !== node ? value(teller.id) : node.before;
  };
  const toldAgain = (node) => {
    for (const child of node.factors) value(child);
    if (Number.isNaN(node.before)) return finite(node.told(value));
    let moved = 0;
    for (const { sign, worth, was } of node.parts) {
      const then = finite(worth(value));
      if (!Object.is(then, was) && then !== was) moved += sign * (Number.isNaN(was) ? then : then - was);
    }
    return finite(node.before + moved);
  };
  for (const id of nodes.keys()) value(id);
  return values;
}
