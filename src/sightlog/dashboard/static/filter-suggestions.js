// What the filter box offers for what is typed: values of all fields at first, then comparisons and values of one.

const MOST_FIELDS = 40;
const MOST_VALUES = 12;
const SIGNS = { "=": "", ":": "", "!=": "not", ">": "gt", ">=": "gte", "<": "lt", "<=": "lte", "~": "contains" };
const READS_AS_VALUE = /^(-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?|true|false|".*)$/;

/** Suggestions for a text, with the field and comparison chosen before, if any. */
export function suggestions(fields, field, comparison, text) {
  const typed = text.trim();
  return field ? ofField(field, comparison, typed) : ofAll(fields, typed);
}

function ofAll(fields, typed) {
  const written = comparisonIn(fields, typed);
  if (written) return [written];
  const named = fields.filter((field) => holds(field.label, typed)).slice(0, MOST_FIELDS);
  const found = named.map((field) => ({ group: field.group, words: field.label, field, comparison: "" }));
  if (!typed) return found;
  const values = fields.flatMap((field) => field.values
    .filter(([, words]) => holds(words, typed))
    .map(([value, words, count]) => ({ group: "Values", words: `${field.label} is ${words}`, count, address: adding(field.name, "", value) })));
  values.sort((one, other) => (other.count ?? 0) - (one.count ?? 0));
  return [...found.map((one) => ({ ...one, group: "Fields" })), ...values.slice(0, MOST_VALUES)];
}

function ofField(field, comparison, typed) {
  const isText = comparison === "contains" || comparison === "starts";
  const offers = isText ? [] : field.values.filter(([, words]) => holds(words, typed)).slice(0, 2 * MOST_VALUES);
  const values = offers.map(([value, words, count]) => ({ group: "Values", words, count, address: adding(field.name, comparison, value) }));
  const own = [];
  if (typed && field.takesOthers && !offers.some(([, words]) => words === typed)) {
    own.push({ group: "What you typed", words: `“${typed}”`, address: adding(field.name, comparison, textOf(field, comparison, typed)) });
  }
  const others = field.comparisons.filter(([operator, words]) => operator !== comparison && (holds(words, typed) || !typed));
  const more = others.map(([operator, words]) => {
    const [name, presence] = operator.split(":");
    const step = presence ? { address: adding(field.name, name, presence) } : { field, comparison: operator };
    return { group: "Compare otherwise", words: `${field.label} ${words} …`, ...step };
  });
  return [...values, ...own, ...more];
}

/** `temperature > 70`, written out. */
function comparisonIn(fields, typed) {
  const parts = /^(.+?)\s*(!=|>=|<=|=|:|>|<|~)\s*(.+)$/.exec(typed);
  const field = parts && fields.find((one) => one.label.toLowerCase() === parts[1].toLowerCase());
  const comparison = SIGNS[parts?.[2]];
  if (!field || !field.comparisons.some(([operator]) => operator === comparison)) return null;
  const known = field.values.find(([, words]) => words === parts[3]);
  const value = known ? known[0] : textOf(field, comparison, parts[3]);
  return { group: "What you typed", words: typed, address: adding(field.name, comparison, value) };
}

/** As the address has it: text in quotes where it would read as another type, and the field never has that. */
function textOf(field, comparison, typed) {
  if (!/^[mi]\./.test(field.name) || comparison === "contains" || comparison === "starts") return typed;
  const found = READS_AS_VALUE.exec(typed);
  if (!found) return typed;
  const type = typed === "true" || typed === "false" ? "boolean" : typed.startsWith('"') ? "string" : "number";
  return field.types.includes(type) ? typed : JSON.stringify(typed);
}

/** The address of the page with one filter more; a value beside others of its comparison means either. */
function adding(name, comparison, value) {
  const parameter = comparison ? `${name}.${comparison}` : name;
  return (url) => {
    const isOne = !["", "not"].includes(comparison) || ["outcome", "warnings"].includes(name);
    if (isOne) url.searchParams.set(parameter, value);
    else if (!url.searchParams.getAll(parameter).includes(value)) url.searchParams.append(parameter, value);
    url.searchParams.delete("cursor");
    return url.href;
  };
}

function holds(words, typed) {
  return words.toLowerCase().includes(typed.toLowerCase());
}
