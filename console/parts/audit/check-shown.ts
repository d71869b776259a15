/** Whether the entries that are shown are as they were written: by the rules of `holdfast audit verify`. */
import { Sha256 } from '@aws-crypto/sha256-js';
import type { AuditAnchor, AuditPage } from '../../../core/contracts/audit.ts';
import { type BrokenChain, type ChainCheck, createChainCheck } from '../../../core/domain/audit-chain.ts';
import { texts } from '../../texts.ts';

type Item = AuditPage['items'][number];

const sha256 = (text: string): string => {
  const hash = new Sha256();
  hash.update(text);
  return [...hash.digestSync()].map((byte) => byte.toString(16).padStart(2, '0')).join('');
};

export interface Checked {
  readonly entries: number;
  /** Those that name an entry that is shown, and fit. */
  readonly anchors: number;
  readonly broken?: BrokenChain;
}

interface Question {
  /** Newest first. */
  readonly items: readonly Item[];
  readonly anchors: readonly AuditAnchor[];
  readonly head: AuditAnchor | undefined;
  /** Nothing was filtered out: none may be missing in between. */
  readonly withoutGaps: boolean;
}

const firstBroken = ({ items, anchors, withoutGaps }: Omit<Question, 'head'>): BrokenChain | undefined => {
  let check: ChainCheck | undefined;
  for (const item of items.toReversed()) {
    if ('broken' in item) return { seq: item.seq, problem: texts.audit.broken };
    if (!withoutGaps && check?.last?.seq !== item.seq - 1) check = undefined;
    check ??= createChainCheck(sha256, anchors, { fromTheStart: false });
    const broken = check.add(item);
    if (broken) return broken;
  }
  return undefined;
};

export const checkShown = ({ head, ...question }: Question): Checked => {
  const { items, anchors } = question;
  const shown = new Set(items.map(({ seq }) => seq));
  const cut = anchors.find(({ seq }) => seq > (head?.seq ?? 0));
  const broken =
    firstBroken(question) ?? (cut && { seq: (head?.seq ?? 0) + 1, problem: texts.audit.chain.cut(cut.seq) });
  return {
    entries: items.length,
    anchors: new Set(anchors.filter(({ seq }) => shown.has(seq)).map(({ seq }) => seq)).size,
    ...(broken ? { broken } : {}),
  };
};
