import { fromNodeProviderChain } from '@aws-sdk/credential-providers';

export interface SigningCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * Credentials of whoever runs the command, found as every AWS tool finds them: environment, profile (with its roles and
 * single sign-on), container, instance; or of the named profile. Cached, and fetched again before they end, for a watch
 * lasts for hours; `anew`: now, for they may have been renewed where they come from, and did not say when they end.
 * Errors: CredentialsProviderError, if there are none.
 */
export const cliCredentials = (
  region: string,
  profile?: string,
): ((how?: { readonly anew: boolean }) => Promise<SigningCredentials>) => {
  // made anew for each look: a chain keeps what has no end for good
  const provide = () =>
    fromNodeProviderChain({
      ...(profile === undefined ? {} : { profile }),
      ...{ clientConfig: { region }, maxRetries: 1, timeout: 2_000, ignoreCache: true },
    })();
  let cached: (SigningCredentials & { readonly expiration?: Date }) | undefined;
  return async ({ anew } = { anew: false }) => {
    const ended = cached?.expiration !== undefined && cached.expiration.getTime() - Date.now() < 300_000;
    if (!cached || ended || anew) cached = await provide();
    return cached;
  };
};
