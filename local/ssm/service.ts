import { settingsRoutes } from '../ec2/settings-routes.ts';
import type { ServiceFactory } from '../kernel/service.ts';
import { createCancelCommand } from './cancel-command.ts';
import { createDescribeInstanceInformation } from './describe-instance-information.ts';
import { createGetCommandInvocation } from './get-command-invocation.ts';
import { guestRoutes } from './guest-routes.ts';
import { createRunner } from './runner.ts';
import { createSendCommand } from './send-command.ts';
import { Ssm } from './ssm.ts';

/** Systems Manager's Run Command, on guests that only behave as they are told to. */
export const createSsm: ServiceFactory = (kernel) => {
  const ssm = new Ssm(kernel);
  const runner = createRunner(ssm);
  return {
    name: 'ssm',
    protocol: 'aws-json',
    target: 'AmazonSSM',
    eventSource: 'ssm.amazonaws.com',
    operations: [
      createSendCommand(ssm, runner),
      createGetCommandInvocation(ssm),
      createCancelCommand(ssm),
      createDescribeInstanceInformation(ssm),
    ],
    control: [
      ...guestRoutes(ssm),
      ...settingsRoutes(
        '/ssm/settings',
        () => ssm.settings,
        (changes) => ssm.changeSettings(changes),
      ),
    ],
    start: () => runner.start(),
    stop: () => runner.stop(),
  };
};
