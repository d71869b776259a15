import type { JsonObject } from '../json.ts';

/** The part of a service integration's result that tells of the HTTP exchange behind it. */
export const sdkMetadata = (requestId: string, now: number, contentType: string, length: number): JsonObject => {
  const date = new Date(now).toUTCString();
  const headers = {
    'Content-Length': String(length),
    'Content-Type': contentType,
    Date: date,
    'x-amzn-RequestId': requestId,
  };
  return {
    SdkHttpMetadata: {
      AllHttpHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      HttpHeaders: headers,
      HttpStatusCode: 200,
    },
    SdkResponseMetadata: { RequestId: requestId },
  };
};
