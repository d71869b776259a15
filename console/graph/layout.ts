/** Where everything of a machine is drawn: from top to bottom, the states of a Map within it. Pure; sizes in px. */
import { Graph, layout } from '@dagrejs/dagre';
import type { DrawnMachine, DrawnState, Transition } from './machine.ts';

const STATE = { width: 224, height: 46 };
/** A Map's own name, above its states. */
const HEAD = 38;
const GAP = { nodesep: 32, ranksep: 28, marginx: 16, marginy: 16 };

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Placed {
  readonly state: DrawnState;
  /** Within the Map that it belongs to (below its name), or the whole. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly inner?: Drawing;
}

export interface PlacedEdge extends Transition {
  readonly from: string;
  /** From border to border, around what lies between. Absent: it had no say in where things are. */
  readonly points?: readonly Point[];
}

export interface Drawing {
  readonly states: readonly Placed[];
  readonly edges: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
}

/** Of a Map's states within it. */
export const INNER_OFFSET = HEAD;

/** What leads to the same place in two ways is one line; what is caught gives way to what is meant. */
const edgesOf = ({ states }: DrawnMachine): PlacedEdge[] => {
  const all = states.flatMap(({ name, transitions }) => transitions.map((each) => ({ from: name, ...each })));
  return all.filter(
    (edge, i) => all.findIndex(({ from, to }) => from === edge.from && to === edge.to) === i && edge.from !== edge.to,
  );
};

/** What is caught is no way that anybody plans with: it places only what nothing else leads to. */
const placing = (edges: readonly PlacedEdge[]): PlacedEdge[] => {
  const meant = new Set(edges.filter(({ kind }) => kind !== 'catch').map(({ to }) => to));
  return edges.filter(({ kind, to }) => kind !== 'catch' || !meant.has(to));
};

export const draw = (machine: DrawnMachine): Drawing => {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'TB', ...GAP });
  const inners = new Map<string, Drawing>();
  for (const { name, inner } of machine.states) {
    const drawing = inner ? draw(inner) : undefined;
    if (drawing) inners.set(name, drawing);
    const size = drawing
      ? { width: Math.max(STATE.width, drawing.width), height: drawing.height + HEAD }
      : { ...STATE };
    graph.setNode(name, size);
  }
  const edges = edgesOf(machine);
  const routed = new Set(placing(edges));
  for (const { from, to, kind } of routed) graph.setEdge(from, to, { weight: kind === 'next' ? 4 : 1 });
  layout(graph);
  const states = machine.states.map((state): Placed => {
    const { x = 0, y = 0, width = 0, height = 0 } = graph.node(state.name) as Partial<Record<string, number>>;
    const inner = inners.get(state.name);
    return { state, x: x - width / 2, y: y - height / 2, width, height, ...(inner ? { inner } : {}) };
  });
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  const withPoints = edges.map((edge): PlacedEdge => {
    if (!routed.has(edge)) return edge;
    const { points = [] } = graph.edge(edge.from, edge.to) as { points?: readonly Point[] };
    return { ...edge, points };
  });
  return { states, edges: withPoints, width, height };
};
