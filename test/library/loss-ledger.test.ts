import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PAGE_BLOCKS } from '../../library/block.ts';
import { Findings } from '../../library/check-report.ts';
import { MissingObject } from '../../library/errors.ts';
import { LossLedger, PageLosses } from '../../library/loss-ledger.ts';

const packKey = (n: number): string => `packs/00/${n}`;
const pageId = (n: number): string => n.toString(16).padStart(64, '0');

const ledgerOf = (packs: number) => {
  const findings = new Findings();
  for (let pack = 0; pack < packs; pack++) findings.add(new MissingObject({ key: packKey(pack), kind: 'pack' }));
  return { findings, ledger: new LossLedger(findings) };
};

test('ranges join across pages and across packs for a volume, and are told pack by pack', () => {
  const { findings, ledger } = ledgerOf(2);
  const [one, two] = [0, 1].map((pack) => ledger.cause(packKey(pack), 'pack')) as [number, number];
  const [first, second] = [new PageLosses(), new PageLosses()];
  for (const at of [4094, 4095]) first.add(at, at + 1, one);
  second.add(0, 1, one);
  second.add(1, 2, two);
  second.add(9, 10, two);
  ledger.addPage('a', first);
  ledger.addPage('b', second);
  const pages = ['a', 'b', 'zero'].map((id, page) => ({ page, id, dataBlocks: 1 }));
  ledger.addVolume('rp-2', 'vol-1', pages);
  ledger.addVolume('rp-1', 'vol-1', pages.slice(0, 1));
  assert.deepEqual(ledger.finish(), [
    { recoveryPointId: 'rp-1', volumeId: 'vol-1', blocks: 2, ranges: [[4094, 4096]], kinds: ['pack'] },
    {
      recoveryPointId: 'rp-2',
      volumeId: 'vol-1',
      blocks: 5,
      ranges: [
        [4094, 4098],
        [4105, 4106],
      ],
      kinds: ['pack'],
    },
  ]);
  assert.deepEqual(
    findings.list().map(({ lostBlocks, losses }) => [lostBlocks, losses.map(({ ranges }) => ranges)]),
    [
      [5, [[[4094, 4096]], [[4094, 4097]]]],
      [
        2,
        [
          [
            [4097, 4098],
            [4105, 4106],
          ],
        ],
      ],
    ],
  );
});

test('millions of ranges in a few points are counted exactly, told as far as a report has room, and fit it', (t) => {
  const [pages, packs, points] = [1_000, 500, 4];
  const { findings, ledger } = ledgerOf(packs);
  const causes = Array.from({ length: packs }, (_, pack) => ledger.cause(packKey(pack), 'pack'));
  for (let page = 0; page < pages; page++) {
    const losses = new PageLosses();
    for (let at = 0; at < PAGE_BLOCKS; at += 2) losses.add(at, at + 1, causes[(page * 7 + at / 2) % packs] as number);
    ledger.addPage(pageId(page), losses);
  }
  const entries = Array.from({ length: pages }, (_, page) => ({ page, id: pageId(page), dataBlocks: PAGE_BLOCKS }));
  const began = performance.now();
  for (let point = 0; point < points; point++) ledger.addVolume(`rp-${100 + point}`, 'vol-1', entries);
  const lost = ledger.finish();
  const perVolume = (pages * PAGE_BLOCKS) / 2;
  assert.equal(lost.length, points);
  for (const { blocks, ranges, moreRanges = 0 } of lost)
    assert.deepEqual([blocks, ranges.length + moreRanges], [perVolume, perVolume]);
  const told = lost.reduce((sum, { ranges }) => sum + ranges.length, 0);
  assert.equal(told, 1_000_000);
  const found = findings.list();
  assert.equal(
    found.reduce((sum, { lostBlocks }) => sum + lostBlocks, 0),
    perVolume * points,
  );
  const report = JSON.stringify({ findings: found, lost });
  assert.ok(report.length < 100e6, `${report.length}`);
  t.diagnostic(`${(performance.now() - began).toFixed(0)} ms for ${perVolume * points} ranges, ${report.length} bytes`);
});
