import { appendFileSync } from 'node:fs';

/** Writes each event as a line of a file. */
export const handler = async (event) => appendFileSync(process.env.RECORD, `${JSON.stringify(event)}\n`);
