/** All that the page says, in one place: what is on every page here, the rest by area in texts/. What the API says (names, states, reasons, what to do) is shown as it is. */
import { accessNodes } from './texts/access-nodes.ts';
import { addHypervisor } from './texts/add-hypervisor.ts';
import { approval, approvals } from './texts/approvals.ts';
import { audit } from './texts/audit.ts';
import { vmGroup, vmGroups } from './texts/groups.ts';
import { hypervisor, hypervisors } from './texts/hypervisors.ts';
import { instance, instances, recoveryPoint } from './texts/instances.ts';
import { job, jobs } from './texts/jobs.ts';
import { library, libraryRun, startRun } from './texts/library.ts';
import { findings, overview, quarantine } from './texts/overview.ts';
import { plan, plans, retention } from './texts/plans.ts';
import { restore } from './texts/restore.ts';

export const texts = {
  product: 'Holdfast',
  navigation: 'Pages',
  breadcrumbs: 'Where you are',
  theme: { light: 'Light', dark: 'Dark', change: 'Change colours' },
  who: {
    operator: 'Operator',
    approver: 'Approver',
    tenant: (name: string, account: string) => `${name} (${account})`,
    asking: 'Asking the API who you are',
    unknown: 'The API does not know you',
  },
  lost: {
    header: 'No answer from the API',
    since: (time: string) => `What is shown is of ${time}.`,
    again: 'It is asked again by itself.',
    ask: 'Ask again',
    refused: 'The API does not let you in any more',
    refusedRemedy:
      'Renew the credentials that holdfast console was started with (of single sign-on: aws sso login), and ask again. If they are not renewed there, start it again, and open the address that it prints.',
    failed: 'What is shown could not be asked for again',
  },
  broken: {
    notShown: {
      header: 'This cannot be shown',
      text: 'It is a mistake of the console, or an answer that it does not understand. Nothing was changed by it.',
    },
    notLoaded: {
      header: 'A part of the console could not be loaded',
      text: 'If holdfast console was ended, start it again and open the address that it prints; if it was updated, load the page again.',
    },
    again: 'Load the page again',
  },
  changed: {
    header: 'Somebody else has changed it meanwhile',
    text: 'Nothing was saved. Read it as it is now; what was typed here has to be typed again.',
    reload: 'Read it as it is now',
  },
  failure: { whatToDo: 'What to do:', again: 'Try again', field: (name: string) => `Field: ${name}` },
  notFound: {
    header: 'There is nothing here',
    text: 'Perhaps it was removed, or belongs to somebody else.',
    back: 'To the first page',
  },
  loading: 'Loading',
  tenant: {
    label: 'Tenant',
    choose: 'Choose a tenant',
    none: 'There is no tenant yet',
    of: (name: string) => `Tenant ${name}`,
  },
  none: '–',
  confirm: { no: 'Leave it' },
  waits: {
    header: 'Nothing was done yet: a second person has to approve it',
    look: 'See the request',
    until: 'It may be approved until',
  },
  instances,
  instance,
  recoveryPoint,
  jobs,
  job,
  restore,
  hypervisors,
  hypervisor,
  addHypervisor,
  accessNodes,
  vmGroups,
  vmGroup,
  plans,
  plan,
  retention,
  approvals,
  approval,
  audit,
  library,
  startRun,
  libraryRun,
  overview,
  findings,
  quarantine,
} as const;
