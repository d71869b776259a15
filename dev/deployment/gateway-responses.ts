import type { GatewayResponse } from '../../local/apigateway/gateway-responses.ts';
import type { Deployment } from './read-serverless.ts';
import { resolveReferences, type Stack } from './stack.ts';

interface Properties {
  readonly ResponseType: string;
  readonly StatusCode?: string;
  readonly ResponseParameters?: Readonly<Record<string, string>>;
  readonly ResponseTemplates?: Readonly<Record<string, string>>;
}

/** `gatewayresponse.header.X: "'value'"`; what takes a part of the request is not modelled. */
const headersOf = (parameters: Properties['ResponseParameters'] = {}): Record<string, string> =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => {
      const header = /^gatewayresponse\.header\.([\w-]+)$/.exec(name)?.[1];
      const text = /^'(.*)'$/.exec(value)?.[1];
      if (header === undefined || text === undefined)
        throw new Error(`the local deployment knows no gateway response parameter ${name}: ${value}`);
      return [header.toLowerCase(), text];
    }),
  );

/** What the deployment's API says instead of API Gateway's own words, by response type. */
export const gatewayResponsesOf = (
  stack: Stack,
  { resources }: Deployment,
): Readonly<Record<string, GatewayResponse>> =>
  Object.fromEntries(
    resources
      .flatMap(({ Resources }) => Object.values(Resources))
      .filter(({ Type }) => Type === 'AWS::ApiGateway::GatewayResponse')
      .map(({ Properties }) => {
        const { ResponseType, StatusCode, ResponseParameters, ResponseTemplates } = resolveReferences(
          stack,
          Properties,
        ) as Properties;
        const template = ResponseTemplates?.['application/json'];
        return [
          ResponseType,
          {
            headers: headersOf(ResponseParameters),
            ...(StatusCode === undefined ? {} : { statusCode: Number(StatusCode) }),
            ...(template === undefined ? {} : { template }),
          },
        ];
      }),
  );
