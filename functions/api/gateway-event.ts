/** The part of a REST API's proxy event (payload 1.0) that is read, and the response that it wants. */
export interface GatewayEvent {
  readonly httpMethod: string;
  /** Without the stage; segments may be percent-encoded. */
  readonly path: string;
  /** Names as the caller wrote them. */
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>> | null;
  /** The same with every value of a name that was given more than once. */
  readonly multiValueQueryStringParameters?: Readonly<Record<string, readonly string[] | undefined>> | null;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
  readonly requestContext: {
    readonly requestId: string;
    /** Whom SigV4 proved: set by API Gateway for a method with AWS_IAM authorisation, null otherwise. */
    readonly identity: {
      readonly accountId?: string | null;
      readonly userArn?: string | null;
      readonly sourceIp?: string | null;
      readonly userAgent?: string | null;
    };
  };
}

export interface GatewayResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type ApiHandler = (event: GatewayEvent) => Promise<GatewayResponse>;
