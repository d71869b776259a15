/** What visits of the restore wizard have in common. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import type { TenantInstance } from '../../dev/demo/tenant-instance.ts';
import { describeInstance, idsOf, pointOf, run, volumesOf } from '../stories/tenant-days.ts';
import { hashesOf, instanceWithData, openWorld, type World } from '../stories/world.ts';
import { screenshot as pictureOf, type Visit, visit } from './browser.ts';

/** From the top: what sticks to the window's edge would be in the middle of the picture. */
export const screenshot = async (page: Page, name: string, scheme: 'light' | 'dark' = 'light'): Promise<void> => {
  await page.evaluate('scrollTo(0, 0)');
  await page.mouse.move(0, 0);
  await pictureOf(page, name, scheme);
};

export const NOWHERE = 'i-0123456789abcdef0';

export interface Restores {
  readonly world: World;
  readonly instance: TenantInstance;
  readonly pointId: string;
  /** Of each volume when the recovery point was taken. */
  readonly truth: ReadonlyMap<string, string>;
}

export const next = (page: Page) => page.getByRole('button', { name: 'Next', exact: true }).click();
export const stepOf = (page: Page): string | null => new URL(page.url()).searchParams.get('step');
/** The step is there, and Cloudscape has put the focus on its header. */
export const onStep = (page: Page, title: string) =>
  page.getByRole('heading', { name: new RegExp(`^${title}`) }).waitFor();

/** A tenant with the console open, and nothing yet to restore. */
export const openWizard = async (t: TestContext): Promise<{ readonly world: World; readonly visited: Visit }> => {
  const world = await openWorld(t);
  const { apiUrl, place } = world.local;
  const visited = await visit(t, { apiUrl, region: place.region, user: world.tenants[0].user });
  return { world, visited };
};

/** One instance of two volumes, with one recovery point. */
export const somethingToRestore = async (world: World): Promise<Restores> => {
  const [acme] = world.tenants;
  const instance = await instanceWithData(world, acme, [2, 1], { seed: 1 });
  const truth = await hashesOf(world, idsOf(instance));
  const pointId = pointOf(await run(world, acme, 'startBackup', { instanceIds: [instance.instanceId] }));
  return { world, instance, pointId, truth };
};

export const assertSame = async ({ world, truth, instance }: Restores, instanceId: string): Promise<void> => {
  const [acme] = world.tenants;
  const now = volumesOf(await describeInstance(acme, instanceId)).map(({ volumeId }) => volumeId);
  const hashes = await hashesOf(world, now);
  assert.deepEqual([...hashes.values()].toSorted(), [...truth.values()].toSorted());
  assert.equal(now.length, instance.volumes.length);
};
