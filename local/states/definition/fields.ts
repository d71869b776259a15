/** Every field that a state may have. What is not here is refused: nothing is ever silently ignored. */
const always = ['Type', 'Comment', 'QueryLanguage'];
const transition = ['Next', 'End'];
const retry = ['Retry', 'Catch'];
const map = [
  'ItemProcessor',
  'Iterator',
  'ItemSelector',
  'ItemReader',
  'ItemBatcher',
  'ResultWriter',
  'MaxConcurrency',
  'ToleratedFailureCount',
  'ToleratedFailurePercentage',
  'Label',
];

/** Fields of JSONata states. */
export const jsonataFields: Readonly<Record<string, readonly string[]>> = {
  Pass: [...always, ...transition, 'Output', 'Assign'],
  Task: [
    ...always,
    ...transition,
    ...retry,
    'Resource',
    'Arguments',
    'Output',
    'Assign',
    'TimeoutSeconds',
    'HeartbeatSeconds',
  ],
  Choice: [...always, 'Choices', 'Default', 'Output', 'Assign'],
  Wait: [...always, ...transition, 'Seconds', 'Timestamp', 'Output', 'Assign'],
  Succeed: [...always, 'Output'],
  Fail: [...always, 'Error', 'Cause'],
  Parallel: [...always, ...transition, ...retry, 'Branches', 'Arguments', 'Output', 'Assign'],
  Map: [...always, ...transition, ...retry, ...map, 'Items', 'Output', 'Assign'],
};

/** Fields of states in AWS's default language (JSONPath), as far as they need no path. */
export const neutralFields: Readonly<Record<string, readonly string[]>> = {
  Pass: [...always, ...transition, 'Result'],
  Task: [...always, ...transition, ...retry, 'Resource', 'TimeoutSeconds', 'HeartbeatSeconds'],
  Wait: [...always, ...transition, 'Seconds', 'Timestamp'],
  Succeed: [...always],
  Fail: [...always, 'Error', 'Cause'],
  Parallel: [...always, ...transition, ...retry, 'Branches'],
  Map: [...always, ...transition, ...retry, ...map],
};

/** JSONPath's fields, to name them in the refusal. */
export const jsonPathFields = new Set([
  'InputPath',
  'OutputPath',
  'ResultPath',
  'ResultSelector',
  'Parameters',
  'ItemsPath',
  'MaxConcurrencyPath',
  'ToleratedFailureCountPath',
  'ToleratedFailurePercentagePath',
  'TimeoutSecondsPath',
  'HeartbeatSecondsPath',
  'SecondsPath',
  'TimestampPath',
  'ErrorPath',
  'CausePath',
  'Variable',
  'MaxItemsPath',
  'MaxItemsPerBatchPath',
  'MaxInputBytesPerBatchPath',
]);

export const machineFields = ['Comment', 'QueryLanguage', 'StartAt', 'States', 'TimeoutSeconds', 'Version'];
export const blockFields = ['Comment', 'StartAt', 'States'];
export const processorFields = [...blockFields, 'ProcessorConfig'];
export const processorConfigFields = ['Mode', 'ExecutionType'];
export const retrierFields = [
  'Comment',
  'ErrorEquals',
  'IntervalSeconds',
  'MaxAttempts',
  'BackoffRate',
  'MaxDelaySeconds',
  'JitterStrategy',
];
export const catcherFields = ['Comment', 'ErrorEquals', 'Next', 'Output', 'Assign'];
export const choiceFields = ['Comment', 'Condition', 'Next', 'Output', 'Assign'];
export const readerFields = ['Resource', 'Arguments', 'ReaderConfig'];
export const readerConfigFields = ['InputType', 'CSVHeaderLocation', 'CSVHeaders', 'CSVDelimiter', 'MaxItems'];
export const batcherFields = ['MaxItemsPerBatch', 'MaxInputBytesPerBatch', 'BatchInput'];
export const writerFields = ['Resource', 'Arguments', 'WriterConfig'];
export const writerConfigFields = ['Transformation', 'OutputType'];
