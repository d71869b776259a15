/**
 * Credentials that are replaced while a client lives, in the SDK's form. Stamped as expired: the SDK keeps what it was
 * given until five minutes before its end, so that a session that is refused earlier could never be replaced; stamped
 * so, it asks again for every call, which costs nothing here.
 */
export const liveCredentials =
  (
    current: () => {
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken?: string | undefined;
    },
  ) =>
  async () => {
    const { accessKeyId, secretAccessKey, sessionToken } = current();
    return {
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
      expiration: new Date(0),
    };
  };
