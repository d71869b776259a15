import * as errors from './errors.ts';
import type { JobError } from './job.ts';

const classes = Object.values(errors).filter(
  (each): each is typeof errors.TransientFailure =>
    typeof each === 'function' && each !== (errors.HoldfastError as unknown),
);

/** An error by its recorded name; a name that is not ours (a node's `TypeError`, say) is kept as it is. */
export const namedError = ({ name, message, tenantMessage }: JobError): Error => {
  const Class = classes.find((each) => each.name === name);
  if (Class) return new Class(message, tenantMessage === undefined ? {} : { tenantMessage });
  const unknown = new Error(message);
  unknown.name = name;
  return unknown;
};
