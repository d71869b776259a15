/** What a JSONata expression of a state machine reads, and the shape of what it makes. */
import jsonata from 'jsonata';
import { ANY, meet, merge, objectOf, type Shape, VALUE } from './shapes.ts';

/** What an expression can read where it stands. */
export interface Scope {
  /** Of `$states`: `input`, `result`, `errorOutput`, `context`, as far as they are there. */
  readonly states: Shape;
  readonly variables: Readonly<Record<string, { readonly shape: Shape; readonly maybe: boolean }>>;
}

interface Node {
  readonly type: string;
  readonly value?: unknown;
  readonly steps?: readonly Node[];
  readonly expressions?: readonly Node[];
  readonly lhs?: readonly (readonly [Node, Node])[] | Node;
  readonly rhs?: Node;
  readonly condition?: Node;
  readonly then?: Node;
  readonly else?: Node;
  readonly procedure?: Node;
  readonly arguments?: readonly Node[];
  readonly body?: Node;
  readonly predicate?: readonly { readonly expr: Node }[];
  readonly expr?: Node;
}

/** JSONata's own functions, which take what is there; others read nothing of the machine's. */
const GUARDS = new Set(['exists']);

/** Reads one expression; `report` is told each reference to what is not there. */
export const readExpression = (text: string, scope: Scope, report: (what: string) => void): Shape => {
  const local = new Set<string>();

  const field = (shape: Shape, name: string, path: string, guarded: boolean): Shape => {
    if (shape.kind === 'any') return ANY;
    const found = shape.kind === 'object' ? shape.fields[name] : undefined;
    if (found) return found.shape;
    if (!guarded) report(`${path} is made by no state before it`);
    return ANY;
  };

  const path = (steps: readonly Node[], guarded: boolean): Shape => {
    const [first, ...rest] = steps as [Node, ...Node[]];
    let shape = read(first, guarded);
    let name = first.type === 'variable' ? `$${String(first.value)}` : '…';
    for (const step of rest) {
      if (step.type !== 'name') {
        read(step, guarded);
        return ANY;
      }
      name += `.${String(step.value)}`;
      shape = field(shape, String(step.value), name, guarded);
      for (const { expr } of step.predicate ?? []) read(expr, true);
      if (step.predicate) shape = ANY;
    }
    return shape;
  };

  const variable = (name: string, guarded: boolean): Shape => {
    if (name === 'states') return scope.states;
    if (name === '' || local.has(name)) return ANY;
    const found = scope.variables[name];
    if (!found && !guarded) report(`$${name} is assigned by no state before it`);
    if (found?.maybe && !guarded) report(`$${name} is not assigned on every way here`);
    return found?.shape ?? ANY;
  };

  const call = (node: Node, guarded: boolean): Shape => {
    const name = String(node.procedure?.value ?? '');
    const given = (node.arguments ?? []).map((each) => read(each, guarded || GUARDS.has(name)));
    if (name === 'merge' && node.arguments?.[0]?.type === 'unary' && node.arguments[0].value === '[')
      return merge((node.arguments[0].expressions ?? []).map((each) => read(each, true)));
    return given.length >= 0 && ['string', 'number', 'sum', 'min', 'max', 'floor', 'count', 'exists'].includes(name)
      ? VALUE
      : ANY;
  };

  const read = (node: Node, guarded: boolean): Shape => {
    switch (node.type) {
      case 'path':
        return path(node.steps ?? [], guarded);
      case 'variable': {
        const shape = variable(String(node.value), guarded);
        for (const { expr } of node.predicate ?? []) read(expr, true);
        return node.predicate ? ANY : shape;
      }
      case 'condition': {
        read(node.condition as Node, guarded);
        // What a branch reads is there as its condition says.
        const branches = [node.then, node.else].flatMap((each) => (each ? [read(each, true)] : []));
        return branches.reduce(meet);
      }
      case 'block': {
        const shapes = (node.expressions ?? []).map((each) => read(each, guarded));
        return shapes.at(-1) ?? ANY;
      }
      case 'bind':
        local.add(String((node.lhs as Node).value));
        return read(node.rhs as Node, guarded);
      case 'function':
      case 'partial':
        return call(node, guarded);
      case 'lambda':
        return ANY;
      case 'unary':
        if (node.value === '{')
          return objectOf(
            Object.fromEntries(
              (node.lhs as readonly (readonly [Node, Node])[]).map(([key, value]) => [
                String(key.value),
                read(value, guarded),
              ]),
            ),
          );
        for (const each of node.expressions ?? []) read(each, guarded);
        return ANY;
      case 'binary':
        read(node.lhs as Node, guarded);
        read(node.rhs as Node, guarded);
        return VALUE;
      case 'string':
      case 'number':
      case 'value':
        return VALUE;
      default:
        return ANY;
    }
  };
  return read(jsonata(text).ast() as unknown as Node, false);
};

/** A JSON value with expressions in it, as states have them: `{% … %}` is one, all else stands for itself. */
export const readTemplate = (value: unknown, scope: Scope, report: (what: string) => void): Shape => {
  if (typeof value === 'string') {
    const [, text] = /^\{%([\s\S]*)%\}$/.exec(value.trim()) ?? [];
    return text === undefined ? VALUE : readExpression(text, scope, report);
  }
  if (Array.isArray(value)) {
    for (const each of value) readTemplate(each, scope, report);
    return ANY;
  }
  if (!value || typeof value !== 'object') return VALUE;
  return objectOf(
    Object.fromEntries(Object.entries(value).map(([key, each]) => [key, readTemplate(each, scope, report)])),
  );
};
