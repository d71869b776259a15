/** Texts that quote what others said, as they may be shown or logged. Pure. */

/** Tokens and signatures: a run of base64 or hex that no id of ours reaches. */
const LONG_RUN = /[A-Za-z0-9+/=_-]{80,}/g;
/** A path of the work area or the library: parts in small letters, none longer than an id. Base64 is never that. */
const PATH_OF_IDS = /^\/?[a-z0-9_-]{1,50}(?:\/[a-z0-9_-]{0,50})+$/;
/** Access key ids, and what goes with them in an Authorization header. */
const KEY_ID = /\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g;

export const REDACTED = '[redacted]';

/** A member that is fed with a secret, whatever is in it. */
export const isSecretName = (name: string): boolean =>
  /token|secret|credential|password|authori[sz]ation|signature|accesskey|privatekey|^receipt|^body$/i.test(name);

export const withoutSecrets = (text: string): string =>
  text.replace(LONG_RUN, (run) => (PATH_OF_IDS.test(run) ? run : REDACTED)).replace(KEY_ID, REDACTED);
