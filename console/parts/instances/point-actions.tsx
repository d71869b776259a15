import Button from '@cloudscape-design/components/button';
import ButtonDropdown, { type ButtonDropdownProps } from '@cloudscape-design/components/button-dropdown';
import { useState } from 'react';
import { time } from '../../../cli/units.ts';
import type { RecoveryPointView } from '../../../core/contracts/api.ts';
import { jobAddress, restoreAddress } from '../../addresses.ts';
import { texts } from '../../texts.ts';
import { useFollow } from '../go.tsx';
import { type PointAction, PointDialog } from './point-dialog.tsx';

const words = texts.recoveryPoint;

interface Props {
  readonly point: RecoveryPointView;
  readonly tenant: string | undefined;
  /** In a row of a table: smaller, and named after its point. */
  readonly inline?: boolean;
}

/** What can be done with a recovery point. Whether it is, the API says. */
export const PointActions = ({ point, tenant, inline = false }: Props) => {
  const follow = useFollow();
  const [asking, setAsking] = useState<PointAction>();
  const { recoveryPointId, takenAt, state, legalHold, jobId } = point;
  const isThere = state === 'available';
  const items: readonly ButtonDropdownProps.Item[] = [
    ...(!isThere
      ? []
      : [legalHold ? { id: 'release', text: words.release.action } : { id: 'hold', text: words.hold.action }]),
    { id: 'job', text: words.openJob, href: jobAddress(jobId, tenant) },
    ...(isThere ? [{ id: 'remove', text: words.remove.action }] : []),
  ];
  return (
    <>
      <div className="together">
        {isThere ? (
          <Button
            variant={inline ? 'inline-link' : 'primary'}
            href={restoreAddress(recoveryPointId, tenant)}
            onFollow={follow}
            wrapText={false}
            ariaLabel={words.restoreFor(time(takenAt))}
          >
            {words.restore}
          </Button>
        ) : null}
        <ButtonDropdown
          items={items}
          variant={inline ? 'inline-icon' : 'normal'}
          ariaLabel={words.actionsFor(time(takenAt))}
          expandToViewport
          onItemFollow={follow}
          onItemClick={({ detail: { id } }) => {
            if (id !== 'job') setAsking(id as PointAction);
          }}
        >
          {inline ? undefined : words.actions}
        </ButtonDropdown>
      </div>
      {asking ? <PointDialog action={asking} point={point} tenant={tenant} close={() => setAsking(undefined)} /> : null}
    </>
  );
};
