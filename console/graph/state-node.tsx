import Icon, { type IconProps } from '@cloudscape-design/components/icon';
import { Handle, type NodeProps, Position } from '@xyflow/react';
import { texts } from '../texts.ts';
import type { StateNode } from './elements.ts';
import type { Outcome } from './path.ts';

const ICONS: Readonly<Record<Outcome, IconProps.Name | undefined>> = {
  idle: undefined,
  running: 'status-in-progress',
  done: 'status-positive',
  failed: 'status-negative',
  mixed: 'status-warning',
};

/** One state, or a Map with the states of its items inside. */
export const StateBox = ({ data, selected }: NodeProps<StateNode>) => {
  const { name, outcome, times, items, isMap } = data;
  const icon = ICONS[outcome];
  return (
    <div className={`state state-${outcome}${isMap ? ' state-map' : ''}${selected ? ' state-selected' : ''}`}>
      <Handle type="target" position={Position.Top} isConnectable={false} />
      <div className="state-name">
        {icon ? <Icon name={icon} size="small" /> : null}
        <span>{name}</span>
        {isMap && items > 0 ? <span className="state-count">{texts.job.path.items(items)}</span> : null}
        {!isMap && times > 1 ? <span className="state-count">{texts.job.path.times(times)}</span> : null}
      </div>
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
    </div>
  );
};
