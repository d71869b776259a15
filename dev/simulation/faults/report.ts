import Table from 'cli-table3';
import pc from 'picocolors';
import { faultKinds } from '../call.ts';
import { type CellResult, nameOf, PLACES, type Survey } from './cell.ts';
import { homesOf } from './cells.ts';
import { expectationOf } from './classification.ts';
import { wrongWith } from './judge.ts';

const MARKS: Readonly<Record<CellResult['outcome'], string>> = {
  recovered: '+',
  'failed cleanly': 'x',
  'not fired': 'o',
  broken: '!',
};

/** A row a path, a column a kind; in each field first, middle and last call. */
export const matrix = (surveys: readonly Survey[], results: readonly CellResult[], byFunction = false): string => {
  const table = new Table({ head: ['who calls what', 'calls', ...faultKinds], style: { head: [], compact: true } });
  for (const [path, { count }] of homesOf(surveys, byFunction)) {
    const fields = faultKinds.map((kind) => {
      const mine = results.filter((result) => result.path === path && result.kind === kind);
      if (mine.length === 0) return expectationOf(path, kind).outcome === 'not applicable' ? 'n/a' : '';
      return PLACES.flatMap((place) => {
        const result = mine.find((each) => each.place === place);
        if (!result) return [];
        return [wrongWith(result) ? pc.red(pc.bold(`${MARKS[result.outcome]}`)) : MARKS[result.outcome]];
      }).join('');
    });
    if (fields.some((field) => field !== '' && field !== 'n/a')) table.push([path, count, ...fields]);
  }
  return `${table.toString()}\n+ recovered  x failed cleanly, by name  o no difference at this call  ! something did not hold  (red: not as classified)`;
};

export const told = (result: CellResult): string => {
  const wrong = wrongWith(result);
  const outcome = `${result.outcome}${result.errors.length > 0 ? ` (${result.errors.join(', ')})` : ''}`;
  const line = `${wrong ? pc.red('FAIL') : pc.green('ok  ')} ${nameOf(result)}: ${outcome}; ${result.cpuMs} ms`;
  if (!wrong) return line;
  const again = `npm run sim -- --faults --api '${result.path}' --kind ${result.kind} --place ${result.place}`;
  return `${line}\n     ${wrong}\n     ${again}`;
};
