import Button from '@cloudscape-design/components/button';
import Checkbox from '@cloudscape-design/components/checkbox';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { bytes, time } from '../../../cli/units.ts';
import type { QuarantineView } from '../../../core/contracts/quarantine.ts';
import { texts } from '../../texts.ts';
import { Confirm } from '../confirm.tsx';

const words = texts.quarantine;

/** All that is known of it. */
const Facts = ({ item }: { readonly item: QuarantineView }) => {
  const { facts } = words;
  const known: readonly (readonly [string, string | undefined])[] =
    item.kind === 'order'
      ? [
          [facts.id, item.id],
          [facts.attempt, String(item.attempt)],
          [facts.instance, item.instanceId],
          [facts.service, item.serviceId],
          [facts.snapshots, item.snapshotIds.join(', ') || undefined],
          [facts.document, item.documentKey],
          [
            words.columns.deaths,
            item.deaths.map(({ nodeId, lastHeardAt }) => facts.lastHeard(nodeId, time(lastHeardAt))).join('; '),
          ],
        ]
      : [
          [facts.id, item.id],
          [facts.service, item.serviceId],
          [facts.node, item.nodeId],
          [facts.size, bytes(item.bytes)],
          [facts.hash, item.sha256],
          [facts.received, String(item.receiveCount)],
        ];
  return (
    <KeyValuePairs
      columns={2}
      items={known.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }]))}
    />
  );
};

interface Props {
  readonly item: QuarantineView;
  readonly pending: boolean;
  onRelease(retry: boolean): void;
}

/** Asks before it lets it go, with all that there is to look at first. */
export const Release = ({ item, pending, onRelease }: Props) => {
  const [asking, setAsking] = useState(false);
  const [retry, setRetry] = useState(true);
  return (
    <>
      <Button loading={pending} onClick={() => setAsking(true)} ariaLabel={`${words.release} ${item.id}`}>
        {words.release}
      </Button>
      <Confirm
        visible={asking}
        header={words.releaseHeader}
        act={words.doRelease}
        onLeave={() => setAsking(false)}
        onAct={() => {
          setAsking(false);
          onRelease(retry);
        }}
      >
        <SpaceBetween size="m">
          <div>{words.releaseText}</div>
          <Facts item={item} />
          {item.kind === 'order' ? (
            <Checkbox checked={retry} onChange={({ detail }) => setRetry(detail.checked)}>
              {words.retry}
            </Checkbox>
          ) : null}
        </SpaceBetween>
      </Confirm>
    </>
  );
};
