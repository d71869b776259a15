/** Where the documents are of: the local deployment, with a tenant and a service account beside its own. */
import { SERVICE_ACCOUNT } from '../example-accounts.ts';

export const PLACE = { accountId: SERVICE_ACCOUNT, region: 'eu-central-1', stage: 'dev' } as const;
export const TENANT = '222222222222';
export const OTHER_TENANT = '333333333333';
export const OTHER_SERVICE = '444444444444';
/** Of nobody who has to do with us. */
export const STRANGER = '999999999999';

const id = (prefix: string, digit: string): string => `${prefix}-01900000-0000-7000-8000-${digit.repeat(12)}`;
export const JOB = id('job', '1');
export const OTHER_JOB = id('job', '2');
export const HYPERVISOR = id('hv', '1');
export const OTHER_HYPERVISOR = id('hv', '2');
export const LIBRARY_ID = id('lib', '1');
export const POINT = id('rp', '1');
export const ORDER = id('ord', '1');
export const EXTERNAL_ID = '0123456789abcdef0123456789abcdef';
export const OWN_BUCKET = `holdfast-${PLACE.stage}-library-${PLACE.accountId}`;
