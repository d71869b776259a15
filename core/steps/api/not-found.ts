import { NotFound } from '../../domain/errors.ts';

type Kind =
  | 'job'
  | 'recovery point'
  | 'hypervisor'
  | 'tenant hypervisor'
  | 'service hypervisor'
  | 'access node'
  | 'VM group'
  | 'plan'
  | 'library run'
  | 'approval'
  | 'quarantined order or message';

/** Says the same of what is absent and of what is another tenant's, to the byte: it does not even repeat the id. */
export const notFound = (kind: Kind, field?: string): NotFound =>
  new NotFound(`There is no ${kind} of that id.`, {
    remedy: 'List what there is, and check the id.',
    ...(field === undefined ? {} : { field }),
  });
