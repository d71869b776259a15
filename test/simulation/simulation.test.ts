import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Report, runSeries, type SeriesOptions } from '../../dev/simulation/series.ts';

const reports = async (options: SeriesOptions): Promise<readonly Report[]> => {
  const all: Report[] = [];
  await runSeries(options, (report) => all.push(report));
  return all;
};

/** A commit is refused for whoever is not the holder of the instance: without this no zombie is kept away. */
const UNFENCED = {
  file: 'adapters/aws/dynamo-protected-instances.ts',
  find: '  text: `#owner = :owner AND #fence = :fence${',
  replace: '  text: `:owner = :owner AND :fence = :fence${',
};

const ONE = { seed: '1', scenario: 'backup' };
const TWO = { seed: '2', scenario: 'backup' };

describe('the simulation', { concurrency: 2 }, () => {
  test('runs the same seed the same way, call by call, in whatever process, and another seed otherwise', async () => {
    const [first, second] = await Promise.all([reports({ runs: [ONE, TWO] }), reports({ runs: [TWO] })]);
    for (const { failure } of [...first, ...second]) assert.equal(failure, undefined);
    const [one, two] = first;
    const [again] = second;
    assert.ok(one && two && again);
    assert.ok(two.events > 100, `${two.events} calls are no backup`);
    assert.equal(again.hash, two.hash);
    assert.equal(again.events, two.events);
    assert.notEqual(one.hash, two.hash);
  });

  test('finds that a zombie commits once the fence is taken out of the commit, and prints the seed', async () => {
    const runs = [{ seed: '3', scenario: 'zombie' }];
    const [fenced, unfenced] = await Promise.all([
      reports({ runs, calm: true }),
      reports({ runs, calm: true, mutations: [UNFENCED] }),
    ]);
    assert.equal(fenced[0]?.failure, undefined);
    const [{ failure = '', seed }] = unfenced as [Report];
    assert.match(failure, /InvariantBroken: nothing is left behind: .*which a point needs, is not in/s);
    assert.equal(seed, '3');
  });
});
