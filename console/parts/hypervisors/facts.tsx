import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import type { ReactNode } from 'react';
import type { HypervisorView } from '../../../core/contracts/api.ts';
import { texts } from '../../texts.ts';
import { When } from '../when.tsx';
import { CopyId } from './copy-text.tsx';
import { HypervisorState } from './state.tsx';

const words = texts.hypervisor;

const copied = (label: string, value: string | undefined): readonly [string, ReactNode] => [
  label,
  value === undefined ? undefined : (
    <CopyId key={label} label={label}>
      {value}
    </CopyId>
  ),
];

const ofService = (hypervisor: HypervisorView): (readonly [string, ReactNode])[] => [
  [words.accessNodes, hypervisor.accessNodes && words.nodes[hypervisor.accessNodes]],
  [words.nodeSubnets, hypervisor.nodeSubnets?.join(', ')],
  copied(words.autoScalingGroup, hypervisor.autoScalingGroupName),
  copied(words.library, hypervisor.library),
  copied(words.libraryId, hypervisor.libraryId),
  [words.lock, hypervisor.libraryLock ? words.locks[hypervisor.libraryLock] : words.noLock],
  copied(words.kmsKey, hypervisor.kmsKeyArn),
  copied(words.libraryRole, hypervisor.libraryRoleArn),
  hypervisor.libraryMaintenanceRoleArn === undefined && hypervisor.libraryRoleArn !== undefined
    ? [words.maintenanceRole, words.noMaintenance]
    : copied(words.maintenanceRole, hypervisor.libraryMaintenanceRoleArn),
  copied(words.controlRole, hypervisor.nodeControlRoleArn),
  copied(words.restores, hypervisor.queues?.restores),
  copied(words.work, hypervisor.queues?.work),
];

/** All that is known of it; what it has not is left out. */
export const HypervisorFacts = ({ hypervisor }: { readonly hypervisor: HypervisorView }) => {
  const { hypervisorId, kind, accountId, region, authMethod, createdAt } = hypervisor;
  const facts: readonly (readonly [string, ReactNode])[] = [
    [texts.hypervisors.columns.state, <HypervisorState key="state" hypervisor={hypervisor} />],
    copied(words.id, hypervisorId),
    [words.added, <When key="added" at={createdAt} />],
    copied(words.account, accountId),
    [words.region, region],
    [words.auth, texts.hypervisors.auth[authMethod]],
    copied(words.role, hypervisor.roleArn),
    copied(words.externalId, hypervisor.externalId),
    copied(words.accessKey, hypervisor.accessKeyId),
    ...(kind === 'service' ? ofService(hypervisor) : []),
  ];
  return (
    <Container header={<Header variant="h2">{words.facts}</Header>}>
      <div className="long-words">
        <KeyValuePairs
          columns={kind === 'service' ? 2 : 3}
          items={facts.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }]))}
        />
      </div>
    </Container>
  );
};
