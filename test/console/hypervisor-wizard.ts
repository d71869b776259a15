import type { Locator, Page } from 'playwright-core';
import type { ExampleTenant } from '../../dev/example-accounts.ts';
import type { World } from '../stories/world.ts';

/** An account that nobody has heard of yet, with somebody who administers it. */
export const openAccount = ({ local: { cloud } }: World, accountId: string, name: string): ExampleTenant => {
  const { admin } = cloud;
  admin.createAccount(accountId, name);
  const Statement = [
    { Effect: 'Allow' as const, Action: ['ec2:*', 'ebs:*', 'kms:*', 'execute-api:Invoke', 'sts:*'], Resource: '*' },
  ];
  admin.putUser({ accountId, name: 'admin', policies: { all: { Version: '2012-10-17', Statement } } });
  return { accountId, name, user: admin.createAccessKey(accountId, 'admin') };
};

export const next = (page: Page): Promise<void> => page.getByRole('button', { name: 'Next', exact: true }).click();

/** The wizard's first step. */
export const fillIn = async (
  page: Page,
  { name, accountId }: Pick<ExampleTenant, 'name' | 'accountId'>,
  region: string,
): Promise<void> => {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('AWS account').fill(accountId);
  await page.getByLabel('Region').fill(region);
  await next(page);
};

/** A text that is shown to be copied. */
export const copied = async (page: Page, label: string | RegExp): Promise<string> =>
  String(await page.getByRole('region', { name: label }).textContent());

/** What is said against a field beneath it; screen readers are told it once more elsewhere. */
export const atField = (page: Page, said: string | RegExp): Locator =>
  page.locator('[id^="formField"][id$="-error"]').filter({ hasText: said });
