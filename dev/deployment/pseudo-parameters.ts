/** What CloudFormation knows by itself: `${AWS::AccountId}`, `${AWS::Partition}` and such. */
const PSEUDO = /\$\{AWS::\w+\}/;

/** The account that the stack is deployed in. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation puts the value in
export const ACCOUNT = '${AWS::AccountId}';

/** As Fn::Sub reads it: all but pseudo parameters stands for itself (`${aws:username}` is IAM's). */
const forSub = (text: string): string => text.replace(/\$\{(?!AWS::\w+\})/g, '${!');

/**
 * Hands each text of a template that names a pseudo parameter to Fn::Sub, which alone puts values into texts. What is
 * inside an Fn::Sub already stays as it is. Errors: one in a key, where CloudFormation puts no value.
 */
export const substitutePseudoParameters = (node: unknown): unknown => {
  if (typeof node === 'string') return PSEUDO.test(node) ? { 'Fn::Sub': forSub(node) } : node;
  if (Array.isArray(node)) return node.map(substitutePseudoParameters);
  if (!node || typeof node !== 'object') return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => {
      if (PSEUDO.test(key)) throw new Error(`CloudFormation puts no value into a name: ${key}`);
      return [key, key === 'Fn::Sub' ? value : substitutePseudoParameters(value)];
    }),
  );
};
