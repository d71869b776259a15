import '@xyflow/react/dist/style.css';
import './graph.css';
import { Controls, ReactFlow, type ReactFlowInstance } from '@xyflow/react';
import { useMemo } from 'react';
import { texts } from '../texts.ts';
import { type Elements, elementsOf, type StateNode, type Way } from './elements.ts';
import { type Drawing, draw } from './layout.ts';
import type { DrawnMachine } from './machine.ts';
import type { Passed } from './path.ts';
import { StateBox } from './state-node.tsx';
import { WayEdge } from './way-edge.tsx';

const NODE_TYPES = { state: StateBox };
const EDGE_TYPES = { way: WayEdge };

/** Smaller than this nobody reads what is written on it. */
const READABLE = 0.65;

const shownNode = (node: StateNode, chosen: string | null): StateNode => ({
  ...node,
  selected: node.id === chosen,
  ariaLabel: texts.job.path.label(node.data.name, texts.job.path.outcomes[node.data.outcome]),
});

/** In px: nearly as much as it needs, within a screen or so. */
const heightOf = ({ height }: Drawing): number => Math.min(1_150, Math.max(320, height * 0.82 + 40));

interface Props {
  readonly machine: DrawnMachine;
  readonly states: readonly Passed[];
  readonly instance: string | null;
  readonly chosen: string | null;
  onChoose(state: string | null): void;
}

/** Where somebody wants to look first: what failed, what is under way, else where it began. */
const focusOf = ({ nodes }: Elements): StateNode | undefined => {
  const plain = nodes.filter(({ data }) => !data.isMap);
  const of = (outcome: string) => plain.find(({ data }) => data.outcome === outcome);
  return of('failed') ?? of('running') ?? plain[0];
};

/** All of it if that can be read, else the part of it that matters. */
const show = (flow: ReactFlowInstance<StateNode, Way>, elements: Elements): void => {
  void flow.fitView({ maxZoom: 1, padding: 0.04 }).then(() => {
    const focus = focusOf(elements);
    if (flow.getZoom() >= READABLE || !focus) return;
    void flow.fitView({ nodes: [{ id: focus.id }], maxZoom: 0.9, minZoom: 0.9 });
  });
};

/** The machine with the path coloured. `chosen` is a node's id: `Map/state` within a Map. */
export const MachineGraph = ({ machine, states, instance, chosen, onChoose }: Props) => {
  const drawing = useMemo(() => draw(machine), [machine]);
  const elements = useMemo(() => elementsOf(drawing, states, instance), [drawing, states, instance]);
  return (
    <section className="machine" style={{ height: heightOf(drawing) }} aria-label={texts.job.path.canvas}>
      <ReactFlow
        nodes={elements.nodes.map((node) => shownNode(node, chosen))}
        edges={elements.edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        nodesDraggable={false}
        nodesConnectable={false}
        onInit={(flow) => show(flow, elements)}
        minZoom={0.15}
        maxZoom={1.5}
        preventScrolling={false}
        zoomOnScroll={false}
        onNodesChange={(changes) => {
          for (const change of changes) if (change.type === 'select' && change.selected) onChoose(change.id);
        }}
        onPaneClick={() => onChoose(null)}
      >
        <Controls showInteractive={false} />
      </ReactFlow>
    </section>
  );
};
