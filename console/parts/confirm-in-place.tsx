import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { time } from '../../cli/units.ts';
import type { JobView } from '../../core/contracts/api.ts';
import { texts } from '../texts.ts';
import { Confirm } from './confirm.tsx';
import { usePoint } from './instances/points.ts';
import { TypedId } from './restore/typed-id.tsx';
import { Waiting } from './states.tsx';
import { useTenantName } from './tenants.ts';

const words = texts.job.actions;

interface Props {
  readonly job: JobView;
  readonly tenant: string | undefined;
  /** What the button says that goes on. */
  readonly act: string;
  onLeave(): void;
  onAct(): void;
}

/** Asked before a restore goes on, or is tried again, that replaces what an instance has: as its wizard asks. */
export const ConfirmInPlace = ({ job: { request, createdAt }, tenant, act, onLeave, onAct }: Props) => {
  const [typed, type] = useState('');
  const { data: point, error } = usePoint(request.recoveryPointId, tenant);
  const tenantName = useTenantName(tenant);
  const isRemoved = request.target?.kind === 'in-place' && request.target.replacedVolumes === 'remove';
  return (
    <Confirm
      header={words.inPlaceHeader}
      act={act}
      disabled={point === undefined || typed !== point.instanceId}
      error={error}
      onLeave={onLeave}
      onAct={onAct}
    >
      <SpaceBetween size="m">
        <div>
          {words.inPlaceText(time(createdAt))} {isRemoved ? words.inPlaceRemoves : null}
        </div>
        {point ? <TypedId point={point} tenantName={tenantName} typed={typed} type={type} /> : null}
        {point || error ? null : <Waiting text={texts.restore.point.loading} />}
      </SpaceBetween>
    </Confirm>
  );
};
