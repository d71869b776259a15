import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Part } from './options.ts';
import type { Section } from './report.ts';
import { type Measurement, Measurements } from './statistics.ts';

/** What has been measured, part by part: the whole takes an hour, and need not be one run. */
export class Kept {
  readonly #file: string | undefined;
  /** Where and when, by what is told. */
  readonly facts = new Map<string, string>();
  readonly measurements = new Measurements();
  readonly #sections = new Map<Part, Section>();

  /** With what an earlier run left in the file, if it is there. */
  constructor(file: string | undefined) {
    this.#file = file;
    if (file === undefined || !existsSync(file)) return;
    const { facts, measured, sections } = JSON.parse(readFileSync(file, 'utf8')) as KeptJson;
    for (const [name, fact] of facts) this.facts.set(name, fact);
    for (const { tool, work, rounds } of measured) for (const round of rounds) this.measurements.add(tool, work, round);
    for (const [part, section] of sections) this.#sections.set(part, section);
  }

  get sections(): readonly Section[] {
    return [...this.#sections.values()];
  }

  /** Measures a part, and keeps what came of it: `section`, where it has tables of its own. */
  async measure(part: Part, measure: () => Promise<Section | undefined>): Promise<void> {
    const section = await measure();
    if (section) this.#sections.set(part, section);
    if (this.#file === undefined) return;
    const measured = this.measurements.all.map(({ tool, work, rounds }) => ({ tool, work, rounds }));
    const json: KeptJson = { facts: [...this.facts], measured, sections: [...this.#sections] };
    writeFileSync(this.#file, JSON.stringify(json));
  }
}

interface KeptJson {
  readonly facts: readonly (readonly [string, string])[];
  readonly measured: readonly {
    readonly tool: string;
    readonly work: string;
    readonly rounds: readonly Measurement[];
  }[];
  readonly sections: readonly (readonly [Part, Section])[];
}
