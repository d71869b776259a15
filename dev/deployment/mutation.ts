import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A change to one file of what is deployed: how a test takes a rule out, to see what notices that it is gone. */
export interface Mutation {
  /** From the project's root: a source that is bundled, serverless.yml, or a file that it names. */
  readonly file: string;
  /** Occurs exactly once in the file. */
  readonly find: string;
  readonly replace: string;
}

/** Of a file, from the project's root, what is deployed of it. Throws if a mutation changes nothing: it would prove nothing. */
export const mutatedText = (projectDir: string, file: string, mutations: readonly Mutation[]): string =>
  mutations
    .filter((mutation) => mutation.file === file)
    .reduce(
      (text, { find, replace }) => {
        if (text.split(find).length !== 2) throw new Error(`${file} does not hold exactly once: ${find}`);
        return text.replace(find, () => replace);
      },
      readFileSync(join(projectDir, file), 'utf8'),
    );

/** Made by the operators' API, for each service hypervisor: bundled with it. */
const NODE_ROLE = 'infra/permissions/service/node.json';

/** Of serverless.yml and what it names; all else is bundled. */
export const isOfTemplate = ({ file }: Mutation): boolean =>
  /\.ya?ml$/.test(file) || (/^infra\/permissions\/(service|parts)\//.test(file) && file !== NODE_ROLE);
