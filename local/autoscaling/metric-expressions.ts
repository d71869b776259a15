/** A number, a list of them, or no data. */
export type MetricValue = number | readonly (number | undefined)[] | undefined;

/** Values of other queries by id; a query that is not there throws. */
export type Lookup = (id: string) => MetricValue;

/**
 * CloudWatch's metric math on single readings: + - * / ^, comparisons, AND OR, lists, IF, FILL, MIN, MAX, SUM, AVG,
 * CEIL, FLOOR, ABS. What has no data gives none, and so does a division by zero. Throws SyntaxError.
 */
export const evaluateExpression = (text: string, lookup: Lookup): MetricValue => {
  const tokens = tokenize(text);
  const parser = new Parser(tokens, lookup);
  const value = parser.expression();
  parser.end();
  return value;
};

const tokenize = (text: string): string[] => {
  const tokens: string[] = [];
  const pattern = /\s*(\d+(?:\.\d+)?|[a-zA-Z]\w*|&&|\|\||[<>=!]=|[-+*/^(),[\]<>])/y;
  let at = 0;
  while (at < text.trimEnd().length) {
    pattern.lastIndex = at;
    const token = pattern.exec(text)?.[1];
    if (token === undefined) throw new SyntaxError(`the expression cannot be read from '${text.slice(at, at + 20)}'`);
    tokens.push(token);
    at = pattern.lastIndex;
  }
  return tokens;
};

type Binary = (a: number, b: number) => number;

/** By how tightly they bind, loosest first. */
const LEVELS: readonly Readonly<Record<string, Binary>>[] = [
  { OR: (a, b) => Number(a !== 0 || b !== 0), '||': (a, b) => Number(a !== 0 || b !== 0) },
  { AND: (a, b) => Number(a !== 0 && b !== 0), '&&': (a, b) => Number(a !== 0 && b !== 0) },
  {
    '<': (a, b) => Number(a < b),
    '<=': (a, b) => Number(a <= b),
    '>': (a, b) => Number(a > b),
    '>=': (a, b) => Number(a >= b),
    '==': (a, b) => Number(a === b),
    '!=': (a, b) => Number(a !== b),
  },
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  { '*': (a, b) => a * b, '/': (a, b) => a / b },
  { '^': (a, b) => a ** b },
];

const FUNCTIONS: Readonly<Record<string, (args: readonly MetricValue[]) => MetricValue>> = {
  IF: ([condition, then, otherwise]) => (condition === undefined ? undefined : condition !== 0 ? then : otherwise),
  FILL: ([value, filler]) => (Array.isArray(value) ? value.map((one) => one ?? filler) : (value ?? filler)),
  MIN: ([list]) => overList(list, (numbers) => Math.min(...numbers)),
  MAX: ([list]) => overList(list, (numbers) => Math.max(...numbers)),
  SUM: ([list]) => overList(list, sum),
  AVG: ([list]) => overList(list, (numbers) => sum(numbers) / numbers.length),
  CEIL: ([value]) => each(value, Math.ceil),
  FLOOR: ([value]) => each(value, Math.floor),
  ABS: ([value]) => each(value, Math.abs),
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

const overList = (value: MetricValue, fn: (numbers: readonly number[]) => number): number | undefined => {
  const list = (Array.isArray(value) ? value : [value]) as readonly (number | undefined)[];
  const numbers = list.filter((one) => one !== undefined);
  return numbers.length === 0 ? undefined : fn(numbers);
};

const each = (value: MetricValue, fn: (number: number) => number): MetricValue => {
  const one = (number: number | undefined) => (number === undefined ? undefined : fn(number));
  return typeof value === 'object' ? value.map(one) : one(value);
};

const combine = (fn: Binary, a: MetricValue, b: MetricValue): MetricValue => {
  if (typeof a === 'object' || typeof b === 'object')
    throw new SyntaxError('a list can only be given to a function such as SUM');
  if (a === undefined || b === undefined) return undefined;
  const value = fn(a, b);
  return Number.isFinite(value) ? value : undefined;
};

class Parser {
  readonly #tokens: string[];
  readonly #lookup: Lookup;

  constructor(tokens: string[], lookup: Lookup) {
    this.#tokens = tokens;
    this.#lookup = lookup;
  }

  expression(level = 0): MetricValue {
    const operators = LEVELS[level];
    if (!operators) return this.#unary();
    let value = this.expression(level + 1);
    for (;;) {
      const token = this.#tokens[0] ?? '';
      const fn = Object.hasOwn(operators, token) ? operators[token] : undefined;
      if (!fn) return value;
      this.#tokens.shift();
      value = combine(fn, value, this.expression(level + 1));
    }
  }

  end(): void {
    if (this.#tokens.length > 0) throw new SyntaxError(`'${this.#tokens[0]}' is not expected`);
  }

  #unary(): MetricValue {
    const token = this.#tokens.shift();
    if (token === undefined) throw new SyntaxError('the expression ends too early');
    if (token === '-') return each(this.#unary(), (number) => -number);
    if (token === '(') {
      const value = this.expression();
      this.#take(')');
      return value;
    }
    if (token === '[') return this.#list(']').map((one) => (typeof one === 'object' ? undefined : one));
    if (/^\d/.test(token)) return Number(token);
    if (this.#tokens[0] !== '(') return this.#lookup(token);
    const fn = Object.hasOwn(FUNCTIONS, token) ? FUNCTIONS[token] : undefined;
    if (!fn) throw new SyntaxError(`the local cloud does not have the function ${token}`);
    this.#tokens.shift();
    return fn(this.#list(')'));
  }

  #list(close: string): MetricValue[] {
    const values = [this.expression()];
    while (this.#tokens[0] === ',') {
      this.#tokens.shift();
      values.push(this.expression());
    }
    this.#take(close);
    return values;
  }

  #take(token: string): void {
    const next = this.#tokens.shift();
    if (next !== token) throw new SyntaxError(`'${token}' is missing${next === undefined ? '' : ` before '${next}'`}`);
  }
}
