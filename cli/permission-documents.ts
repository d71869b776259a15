/** The JSON permissions that ship with Holdfast: one document a side. */
import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = new URL('../infra/permissions/', import.meta.url);

/** `tenant`, …: what can be printed. */
export const permissionSides = (): string[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .toSorted();

export const permissionsOf = (side: string): string => readFileSync(new URL(`${side}.json`, FOLDER), 'utf8');
