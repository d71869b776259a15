import { fromNodeProviderChain } from '@aws-sdk/credential-providers';

export interface SigningCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * Credentials of whoever runs the command, found as every AWS tool finds them: environment, profile (with its roles and
 * single sign-on), container, instance; or of the named profile. Cached, and fetched again before they end, for a watch lasts for hours.
 * Errors: CredentialsProviderError, if there are none.
 */
export const cliCredentials = (region: string, profile?: string): (() => Promise<SigningCredentials>) => {
  const provide = fromNodeProviderChain({
    ...(profile === undefined ? {} : { profile }),
    ...{ clientConfig: { region }, maxRetries: 1, timeout: 2_000 },
  });
  let cached: (SigningCredentials & { readonly expiration?: Date }) | undefined;
  return async () => {
    const ended = cached?.expiration !== undefined && cached.expiration.getTime() - Date.now() < 300_000;
    if (!cached || ended) cached = await provide();
    return cached;
  };
};
