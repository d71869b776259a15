import type { Clock } from '../../ports/clock.ts';
import type { Meter, Pulses } from '../../ports/health.ts';

export interface BeatingTickDeps {
  readonly pulses: Pulses;
  readonly meter: Meter;
  readonly clock: Clock;
}

const KEPT_PROBLEMS = 10;

/** A tick that notes that it has been, and what did not work. */
export const beatingTick =
  <Event, Outcome extends { readonly problems: readonly string[] }>(
    { pulses, meter, clock }: BeatingTickDeps,
    tick: (event: Event) => Promise<Outcome>,
  ) =>
  async (event: Event): Promise<Outcome> => {
    const outcome = await tick(event);
    const { problems } = outcome;
    const before = await pulses.last('tick');
    await pulses.beat('tick', { at: clock.now(), problems: problems.slice(0, KEPT_PROBLEMS) });
    // CloudWatch bills each hour in which a metric is written: none of trouble where there is none, nor was
    const isQuiet = problems.length === 0 && before?.problems.length === 0;
    meter.emit({ metrics: { Ticks: 1, ...(isQuiet ? {} : { TickProblems: problems.length }) } });
    return outcome;
  };

/** What keeps an anchor of the audit log, noting that it did. */
export const beatingAnchor =
  ({ pulses, clock }: Pick<BeatingTickDeps, 'pulses' | 'clock'>, keepAnchor: () => Promise<void>) =>
  async (): Promise<void> => {
    await keepAnchor();
    await pulses.beat('audit-anchor', { at: clock.now(), problems: [] });
  };
