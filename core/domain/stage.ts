/**
 * With 20 characters the longest name of all (`holdfast-<stage>-<hypervisor>-restores`, a queue's: 80 at most) has two to
 * spare.
 */
const STAGE = /^[a-z][a-z0-9]{0,19}$/;

/**
 * A deployment's permissions are for what is called holdfast-<stage>-…: with a hyphen in it, one stage's name would begin
 * another's (prod, prod-eu), and the one could reach what is the other's. Buckets know no capitals. Errors: TypeError.
 */
export const refuseStage = (stage: string): void => {
  if (!STAGE.test(stage))
    throw new TypeError(
      `a stage is called by up to 20 lower-case letters and digits, a letter first, without a hyphen: ${stage}`,
    );
};
