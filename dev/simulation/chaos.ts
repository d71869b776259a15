import type { LocalEvent } from '../../local/kernel/service.ts';
import { type Chaos, type FaultKind, faultKinds, type SimCall, type Verdict } from './call.ts';
import type { Run } from './run.ts';
import type { Random } from './virtual/seeded-random.ts';
import { runAsCloud } from './virtual/sim-process.ts';

/** A chance for each call; what a run suffers is drawn from its seed, so that some runs suffer little and some a lot. */
export interface Rates {
  readonly functionCrash: number;
  readonly nodeCrash: number;
  readonly fault: number;
  readonly kinds: readonly FaultKind[];
  readonly lostEvent: number;
  readonly repeatedEvent: number;
  readonly lateEvent: number;
  /** Virtual ms from the run's beginning on, after which nothing fails any more. */
  readonly lastsMs: number;
  /** Crashes and faults at most. */
  readonly most: number;
}

/** Every step is tried again at least so often: a run that suffers no more has no reason to fail. */
export const FEW = 2;
/** In the course of the first job, or the second, or of all of them. */
const LASTS_MS = [5, 15, 40].map((minutes) => minutes * 60_000);

/** A person tries again; so what persons do is not disturbed, and neither is how processes get their credentials. */
const spared = ['unsigned', 'execute-api'];

export const drawRates = (random: Random): Rates => ({
  functionCrash: random.pick([0, 0.002, 0.005, 0.02]),
  nodeCrash: random.pick([0, 0, 0.002, 0.01]),
  fault: random.pick([0, 0.002, 0.01, 0.03]),
  // what is permanent ends a job at once: most runs go without
  kinds: random.chance(0.2) ? faultKinds : faultKinds.filter((kind) => kind !== 'access-denied'),
  lostEvent: random.pick([0, 0, 0.1, 0.5]),
  repeatedEvent: random.pick([0, 0.2]),
  lateEvent: random.pick([0, 0.2]),
  lastsMs: random.pick(LASTS_MS),
  most: random.pick([FEW, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]),
});

export const randomChaos = (random: Random, run: Run): Chaos => {
  const rates = drawRates(random);
  run.trace.note(`chaos ${JSON.stringify(rates)}`);
  const end = Date.now() + rates.lastsMs;
  const isOver = (): boolean => run.isCalm() || Date.now() >= end;
  // what is refused for good may end a job, and no retry helps
  if (!rates.kinds.includes('access-denied')) run.passes({ by: end, few: rates.most <= FEW });
  disturbEvents(random, run, rates, isOver);
  let suffered = 0;
  const verdict = (kind: SimCall['kind']): Verdict => {
    const crash = random() < (kind === 'node' ? rates.nodeCrash : rates.functionCrash);
    if (crash) return { crash: random.pick(['before', 'after']) };
    return random() < rates.fault ? { fault: random.pick(rates.kinds) } : 'go';
  };
  return ({ kind, service }) => {
    if (isOver() || suffered >= rates.most || kind === 'person' || spared.includes(service)) return 'go';
    const drawn = verdict(kind);
    if (drawn !== 'go') suffered += 1;
    return drawn;
  };
};

const LATE_MS = 120_000;

/** EventBridge delivers at least once, in no order; and what if it did not deliver. */
const disturbEvents = (random: Random, run: Run, rates: Rates, isOver: () => boolean): void => {
  const kernel = run.cloud.kernel as { emit: (event: LocalEvent) => void };
  const { emit } = kernel;
  kernel.emit = (event) => {
    if (isOver()) return emit(event);
    if (random.chance(rates.lostEvent)) return run.trace.note(`event ${event['detail-type']}: lost`);
    const times = random.chance(rates.repeatedEvent) ? 2 : 1;
    for (let i = 0; i < times; i++) {
      if (random.chance(rates.lateEvent)) runAsCloud(() => setTimeout(() => emit(event), random.below(LATE_MS)));
      else emit(event);
    }
  };
};
