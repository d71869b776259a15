/**
 * Real calls of EBS direct that only look: lists of blocks, no data. On a snapshot of ours that is encrypted, EBS opens
 * its key in the caller's name, the way a backup does: that shows what no simulator knows, the key's own policy.
 */

import { type EBSClient, ListChangedBlocksCommand, ListSnapshotBlocksCommand } from '@aws-sdk/client-ebs';
import { DescribeSnapshotsCommand, type EC2Client } from '@aws-sdk/client-ec2';
import type { PermissionProbe } from '../../core/contracts/permissions.ts';
import { TAG } from '../../core/domain/effect.ts';
import type { PermissionAnswer, PermissionQuestion } from '../../core/domain/permissions.ts';
import { awsMessage, isRefused, isTransient, transientFailure } from './classify.ts';

/** All that a probe's session may do, besides opening keys through EBS. */
export const PROBED = ['ec2:DescribeSnapshots', 'ebs:ListChangedBlocks', 'ebs:ListSnapshotBlocks'];

/** The action that EBS direct asks of KMS when it reads. */
const OPENS = 'kms:Decrypt';
const LISTS = 'ebs:ListSnapshotBlocks';
const COMPARES = 'ebs:ListChangedBlocks';

export interface Probed {
  readonly answers: readonly PermissionAnswer[];
  readonly probes: readonly PermissionProbe[];
}

type Outcome = 'works' | 'refused' | 'key refused' | 'told nothing';

/** Errors: TransientFailure. */
export const probeLive = async (
  { ec2, ebs }: { readonly ec2: EC2Client; readonly ebs: EBSClient },
  questions: readonly PermissionQuestion[],
): Promise<Probed> => {
  const asked = (action: string) => questions.filter((question) => question.action === action);
  if (asked(LISTS).length === 0) return { answers: [], probes: [] };
  const { plain, encrypted } = await snapshotsOfOurs(ec2);
  const answers: PermissionAnswer[] = [];

  const onSnapshot = async (SnapshotId: string): Promise<Outcome> => {
    const outcomes = {
      [LISTS]: await outcomeOf(LISTS, () => ebs.send(new ListSnapshotBlocksCommand({ SnapshotId, MaxResults: 100 }))),
      [COMPARES]: await outcomeOf(COMPARES, () =>
        ebs.send(
          new ListChangedBlocksCommand({ FirstSnapshotId: SnapshotId, SecondSnapshotId: SnapshotId, MaxResults: 100 }),
        ),
      ),
    };
    for (const [action, outcome] of Object.entries(outcomes)) {
      if (outcome === 'told nothing') continue;
      // Whoever is refused by the key was let in by EBS.
      const verdict = outcome === 'refused' ? 'missing' : 'allowed';
      answers.push(...asked(action).map((question) => ({ question, verdict, foundBy: 'live probe' }) as const));
    }
    return outcomes[LISTS];
  };

  const first = plain ?? encrypted;
  const ofFirst = first && (await onSnapshot(first.snapshotId));
  const probes = [first && ofFirst ? blocksProbe(first, ofFirst) : nothing('EBS direct', NO_SNAPSHOT)];
  if (asked(OPENS).length === 0) return { answers, probes };
  if (!encrypted) return { answers, probes: [...probes, nothing('KMS', NO_ENCRYPTED)] };
  const ofKey = encrypted === first && ofFirst ? ofFirst : await onSnapshot(encrypted.snapshotId);
  if (ofKey === 'key refused') {
    const note = `It was the key ${encrypted.keyArn} that refused: its key policy has to let the role or user use it, through EBS.`;
    // Not the other way round: AWS's own key for EBS opens for everybody, and does not prove the statement.
    answers.push(
      ...asked(OPENS).map((question) => ({ question, verdict: 'missing', foundBy: 'live probe', note }) as const),
    );
  }
  return { answers, probes: [...probes, keyProbe(encrypted, ofKey)] };
};

interface Subject {
  readonly snapshotId: string;
  readonly keyArn: string;
}

const nothing = (what: string, detail: string): PermissionProbe => ({ what, outcome: 'nothing to probe', detail });

const blocksProbe = ({ snapshotId }: Subject, outcome: Outcome): PermissionProbe => {
  const what = 'EBS direct';
  if (outcome === 'told nothing') return nothing(what, `The snapshot ${snapshotId} cannot be read at the moment.`);
  return outcome === 'refused'
    ? { what, outcome, detail: `The blocks of the snapshot ${snapshotId} may not be listed.` }
    : { what, outcome: 'works', detail: `EBS direct lets the blocks of the snapshot ${snapshotId} be listed.` };
};

const keyProbe = ({ snapshotId, keyArn }: Subject, outcome: Outcome): PermissionProbe => {
  const what = 'KMS';
  if (outcome === 'works')
    return { what, outcome, detail: `The key ${keyArn} opens the snapshot ${snapshotId} through EBS.` };
  return outcome === 'key refused'
    ? { what, outcome: 'refused', detail: `The key ${keyArn} does not open the snapshot ${snapshotId} through EBS.` }
    : nothing(what, `The snapshot ${snapshotId} cannot be listed, so its key was not asked.`);
};

const NO_SNAPSHOT = 'No job has left a snapshot in the account yet.';
const NO_ENCRYPTED = 'No job has left an encrypted snapshot in the account yet.';

const outcomeOf = async (action: string, call: () => Promise<unknown>): Promise<Outcome> => {
  try {
    await call();
    return 'works';
  } catch (error) {
    if (isTransient(error)) throw transientFailure(action, error);
    if (!isRefused(error)) return 'told nothing';
    const reason = (error as { readonly Reason?: unknown }).Reason;
    return reason === 'DEPENDENCY_ACCESS_DENIED' || /kms:/i.test(awsMessage(error)) ? 'key refused' : 'refused';
  }
};

const snapshotsOfOurs = async (
  ec2: EC2Client,
): Promise<{ readonly plain: Subject | undefined; readonly encrypted: Subject | undefined }> => {
  try {
    const { Snapshots = [] } = await ec2.send(
      new DescribeSnapshotsCommand({
        OwnerIds: ['self'],
        MaxResults: 200,
        Filters: [
          { Name: `tag:${TAG.job}`, Values: ['job-*'] },
          { Name: 'status', Values: ['completed'] },
        ],
      }),
    );
    const one = (encrypted: boolean): Subject | undefined => {
      const found = Snapshots.find(({ Encrypted = false }) => Encrypted === encrypted);
      return found && { snapshotId: found.SnapshotId ?? '', keyArn: found.KmsKeyId ?? '' };
    };
    return { plain: one(false), encrypted: one(true) };
  } catch (error) {
    if (isTransient(error)) throw transientFailure('ec2:DescribeSnapshots', error);
    // The dry run of the same call says so.
    if (isRefused(error)) return { plain: undefined, encrypted: undefined };
    throw error;
  }
};
