/**
 * What was asked of the local cloud's authoriser while real jobs ran, and allowed: each distinct question once, with the
 * policies that decided it, so that it can be asked again of changed ones.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OnDecision } from '../../local/iam/authorise.ts';
import type { Question } from '../../local/iam/evaluate.ts';
import type { Access, PolicyDocument, Principal } from '../../local/kernel/service.ts';
import { generalise, shapeOf } from './generalise.ts';
import { PLACE } from './place.ts';

/** Where local clouds started by `startLocalHoldfast` write what was asked of them, each a file of its own. */
export const FOLDER_VARIABLE = 'HOLDFAST_DECISIONS';

/** Policies by their index in the file: most questions have the same. */
interface Kept {
  readonly principal: Omit<Principal, 'sessionPolicies'>;
  readonly access: Omit<Access, 'resourcePolicy'>;
  readonly context: readonly (readonly [string, readonly string[]])[];
  readonly identityPolicies: readonly number[];
  readonly boundary?: readonly number[];
  readonly sessionPolicies?: readonly number[];
  readonly resourcePolicy?: number;
}
interface File {
  readonly policies: readonly PolicyDocument[];
  readonly questions: readonly Kept[];
}

/** Such sessions try what they are allowed, by dry runs: that is no use of it. */
export const OF_THE_CHECK = /\/holdfast-?check$/;
const ASKS_SIMULATOR = 'iam:SimulatePrincipalPolicy';

/** What says who asks: the same in all questions of a session, and never a condition of ours. */
const ABOUT_THE_CALLER = /^aws:(principal|userid|username|currenttime|epochtime|sourceidentity$)/;

export interface Recorder {
  readonly onDecision: OnDecision;
  /** Writes what has come since it last did so by itself. */
  stop(): void;
}

/** What was recorded outlives a process that is killed, but for the last of it. */
const WRITE_AFTER_MS = 10_000;

/** Writes a file of its own in the folder, again and again while there is something new. */
export const createRecorder = (folder: string): Recorder => {
  const path = join(folder, `${randomUUID()}.json`);
  let waiting: NodeJS.Timeout | undefined;
  const policies: PolicyDocument[] = [];
  const texts = new Map<string, number>();
  const byIdentity = new WeakMap<object, number>();
  const questions = new Map<string, Kept>();

  const indexOf = (policy: PolicyDocument): number => {
    const known = byIdentity.get(policy);
    if (known !== undefined) return known;
    const text = JSON.stringify(policy);
    let index = texts.get(text);
    if (index === undefined) {
      index = policies.push(policy) - 1;
      texts.set(text, index);
    }
    byIdentity.set(policy, index);
    return index;
  };
  const shapes = new Map<number, string>();
  const shapeOfPolicy = (index: number): string => {
    const known = shapes.get(index);
    if (known !== undefined) return known;
    const text = shapeOf(policies[index]);
    shapes.set(index, text);
    return text;
  };

  const write = (): void => {
    clearTimeout(waiting);
    waiting = undefined;
    mkdirSync(folder, { recursive: true });
    const file: File = { policies, questions: [...questions.values()] };
    // Whole or not at all, for who reads meanwhile.
    writeFileSync(`${path}.part`, JSON.stringify(file));
    renameSync(`${path}.part`, path);
  };

  return {
    stop: write,
    onDecision({ principal, access, context, identityPolicies, boundary }, { allowed }) {
      if (!allowed || principal.kind === 'root') return;
      if (OF_THE_CHECK.test(principal.arn) && access.action !== ASKS_SIMULATOR) return;
      const { sessionPolicies, ...who } = principal;
      const { resourcePolicy, ...what } = access;
      const kept: Kept = {
        principal: who,
        access: what,
        context: [...context],
        identityPolicies: identityPolicies.map(indexOf),
        ...(boundary ? { boundary: boundary.map(indexOf) } : {}),
        ...(sessionPolicies ? { sessionPolicies: sessionPolicies.map(indexOf) } : {}),
        ...(resourcePolicy ? { resourcePolicy: indexOf(resourcePolicy) } : {}),
      };
      const key = [
        generalise(principal.roleArn ?? principal.userArn ?? principal.arn),
        access.action,
        generalise(access.resource),
        access.resourceAccountId === undefined || access.resourceAccountId === principal.accountId,
        kept.context
          .filter(([name]) => !ABOUT_THE_CALLER.test(name))
          .map(([name, values]) => `${name}=${values.map(generalise).join()}`),
        [...kept.identityPolicies, ...(kept.sessionPolicies ?? [])].map(shapeOfPolicy),
      ].join('\n');
      if (questions.has(key)) return;
      questions.set(key, kept);
      waiting ??= setTimeout(write, WRITE_AFTER_MS).unref();
    },
  };
};

/** All questions of all files in a folder. */
export const readRecordings = (folder: string): readonly Question[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      // Tests of adapters have a stage of their own.
      const text = readFileSync(join(folder, name), 'utf8').replaceAll('holdfast-test', `holdfast-${PLACE.stage}`);
      const { policies, questions } = JSON.parse(text) as File;
      const at = (index: number): PolicyDocument => policies[index] as PolicyDocument;
      return questions.map(
        (kept): Question => ({
          principal: {
            ...kept.principal,
            ...(kept.sessionPolicies ? { sessionPolicies: kept.sessionPolicies.map(at) } : {}),
          },
          access: {
            ...kept.access,
            ...(kept.resourcePolicy === undefined ? {} : { resourcePolicy: at(kept.resourcePolicy) }),
          },
          context: new Map(kept.context),
          identityPolicies: kept.identityPolicies.map(at),
          ...(kept.boundary ? { boundary: kept.boundary.map(at) } : {}),
        }),
      );
    });
