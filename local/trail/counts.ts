/** How many calls of one action by one account ended in one way. */
export interface TrailCount {
  readonly account: string;
  readonly service: string;
  readonly action: string;
  /** `ok`, or the error's code. */
  readonly outcome: string;
  readonly count: number;
}

/** Calls counted by account, service, action and outcome. */
export class TrailCounts {
  readonly #counts = new Map<string, number>();

  add(account: string, service: string, action: string, outcome: string, count = 1): void {
    const key = `${account} ${service} ${action} ${outcome}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + count);
  }

  /** As plain data: to mark a moment, or to be kept. */
  snapshot(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }

  restore(snapshot: Readonly<Record<string, number>>): void {
    this.#counts.clear();
    for (const [key, count] of Object.entries(snapshot)) this.#counts.set(key, count);
  }

  list(since: Readonly<Record<string, number>> = {}): TrailCount[] {
    const counts: TrailCount[] = [];
    for (const [key, total] of this.#counts) {
      const count = total - (since[key] ?? 0);
      if (count === 0) continue;
      const [account = '', service = '', action = '', ...outcome] = key.split(' ');
      counts.push({ account, service, action, outcome: outcome.join(' '), count });
    }
    return counts;
  }
}
