import { BaseEdge, type EdgeProps, getSmoothStepPath } from '@xyflow/react';
import type { Way } from './elements.ts';
import type { Point } from './layout.ts';

/** Through the middle of each piece, bent around the corners. */
const bent = (points: readonly Point[]): string => {
  const [first, ...rest] = points;
  const last = rest.pop();
  if (!first || !last) return '';
  const bends = rest.map((corner, i) => {
    const next = rest[i + 1] ?? last;
    return `Q ${corner.x} ${corner.y} ${(corner.x + next.x) / 2} ${(corner.y + next.y) / 2}`;
  });
  return [`M ${first.x} ${first.y}`, ...bends, `L ${last.x} ${last.y}`].join(' ');
};

/** A transition, along the points that the layout gives it. */
export const WayEdge = ({ data, ...edge }: EdgeProps<Way>) => {
  const path = data?.points && data.points.length > 1 ? bent(data.points) : getSmoothStepPath(edge)[0];
  return <BaseEdge path={path} />;
};
