/** What whoever administers an account runs, as the CLI prints it. */
export const deployLine = (stack: string, file: string, region: string): string =>
  `aws cloudformation deploy --stack-name ${stack} --template-file ${file} --capabilities CAPABILITY_NAMED_IAM --region ${region}`;
