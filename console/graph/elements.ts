/** A drawing with its colours, as nodes and edges of React Flow. Pure. */
import type { Edge, Node } from '@xyflow/react';
import { type Drawing, INNER_OFFSET, type Point } from './layout.ts';
import { branchOf, edgeId, type Outcome, outcomeOf, type Passed, passesOf, takenOf } from './path.ts';

export interface StateData extends Record<string, unknown> {
  readonly name: string;
  readonly outcome: Outcome;
  /** How often it was entered. */
  readonly times: number;
  /** Of a Map: of how many items. */
  readonly items: number;
  readonly isMap: boolean;
}
export type StateNode = Node<StateData, 'state'>;

/** `points`: on the whole canvas. */
export type Way = Edge<{ readonly points?: readonly Point[] | undefined }, 'way'>;

export interface Elements {
  readonly nodes: StateNode[];
  readonly edges: Way[];
}

interface Within {
  /** The node of the Map that the drawing is in. */
  readonly node: string;
  /** Where the drawing begins on the canvas. */
  readonly origin: Point;
}

const byId = (within: Within | undefined, name: string): string => (within ? `${within.node}/${name}` : name);

const nodesOf = (
  { states: placed }: Drawing,
  states: readonly Passed[],
  instance: string | null,
  within: Within | undefined,
): Elements[] =>
  placed.map(({ state, x, y, width, height, inner }) => {
    const passes = passesOf(state.name, states);
    const branches = passes.flatMap(({ children = [] }) => children);
    const node: StateNode = {
      id: byId(within, state.name),
      type: 'state',
      position: { x, y: y + (within ? INNER_OFFSET : 0) },
      width,
      height,
      data: {
        name: state.name,
        outcome: outcomeOf(passes),
        times: passes.length,
        items: branches.length,
        isMap: inner !== undefined,
      },
      ...(within ? { parentId: within.node } : {}),
      draggable: false,
      connectable: false,
    };
    if (!inner) return { nodes: [node], edges: [] };
    const { x: left, y: top } = within?.origin ?? { x: 0, y: 0 };
    const origin = { x: left + x, y: top + y + INNER_OFFSET };
    const below = elementsOf(inner, branchOf(branches, instance)?.states ?? [], instance, { node: node.id, origin });
    return { nodes: [node, ...below.nodes], edges: below.edges };
  });

/** What is caught is drawn where it was, and where nothing else leads to. */
const waysOf = ({ edges }: Drawing, states: readonly Passed[], within: Within | undefined): Way[] => {
  const taken = takenOf(states);
  const { x: left, y: top } = within?.origin ?? { x: 0, y: 0 };
  return edges.flatMap(({ from, to, kind, points }): Way[] => {
    const isTaken = taken.has(edgeId(from, to));
    if (!points && !isTaken) return [];
    return [
      {
        id: `${within?.node ?? ''} ${edgeId(from, to)}`,
        source: byId(within, from),
        target: byId(within, to),
        type: 'way',
        className: `edge-${kind}${isTaken ? ' edge-taken' : ''}`,
        zIndex: isTaken ? 2 : 1,
        focusable: false,
        data: { points: points?.map(({ x, y }) => ({ x: x + left, y: y + top })) },
      },
    ];
  });
};

/** `instance`: whose way through a Map is shown. */
export const elementsOf = (
  drawing: Drawing,
  states: readonly Passed[],
  instance: string | null,
  within?: Within,
): Elements => {
  const all = nodesOf(drawing, states, instance, within);
  return {
    nodes: all.flatMap(({ nodes }) => nodes),
    edges: [...all.flatMap(({ edges }) => edges), ...waysOf(drawing, states, within)],
  };
};
