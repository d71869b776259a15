import { isObject, type JsonObject } from '../json.ts';
import { checkTemplate } from './expressions.ts';
import {
  batcherFields,
  processorConfigFields,
  processorFields,
  readerConfigFields,
  readerFields,
  writerConfigFields,
  writerFields,
} from './fields.ts';
import { checkNumber, isExpression, type StateCheck } from './state-check.ts';

export const checkMap = (check: StateCheck): void => {
  const { state, location, found, isJsonata, type } = check;
  const field = state.ItemProcessor === undefined && state.Iterator !== undefined ? 'Iterator' : 'ItemProcessor';
  if (state.ItemProcessor !== undefined && state.Iterator !== undefined) {
    found.add("A Map state must not have both 'ItemProcessor' and 'Iterator'", location);
  }
  if (!found.required(state, [field], location)) return;
  const processor = state[field];
  if (!found.object(processor, `${location}/${field}`)) return;
  found.only(processor, processorFields, `${location}/${field}`);
  const distributed = checkProcessorConfig(check, processor, `${location}/${field}/ProcessorConfig`);
  // Nothing of the outside is seen in a child execution, so that its variables may have any name.
  check.checkBlock(processor, `${location}/${field}`, {
    ...check,
    ...(distributed ? { outer: new Set<string>(), type: executionType(processor) } : {}),
  });
  if (distributed && type === 'EXPRESS')
    found.add('Express state machine does not support a Map in DISTRIBUTED mode', location);

  if (state.Items !== undefined && !Array.isArray(state.Items) && !isExpression(state.Items)) {
    found.add('Items must be an array or a JSONata expression', `${location}/Items`);
  }
  for (const name of ['MaxConcurrency', 'ToleratedFailureCount'] as const) {
    checkNumber(state[name], `${location}/${name}`, found, isJsonata, 0);
  }
  const { ToleratedFailurePercentage: percentage } = state;
  if (isExpression(percentage) && isJsonata) checkTemplate(percentage, `${location}/ToleratedFailurePercentage`, found);
  else if (percentage !== undefined && !(typeof percentage === 'number' && percentage >= 0 && percentage <= 100)) {
    found.add('Value must be a number between 0 and 100', `${location}/ToleratedFailurePercentage`);
  }
  if (!distributed) {
    for (const name of ['ItemReader', 'ItemBatcher', 'ResultWriter', 'Label']) {
      if (state[name] !== undefined) found.add(`Field '${name}' needs a processor in DISTRIBUTED mode`, location);
    }
    return;
  }
  checkLabel(check);
  checkReader(check);
  checkBatcher(check);
  checkWriter(check);
};

const executionType = (processor: JsonObject) =>
  isObject(processor.ProcessorConfig) && processor.ProcessorConfig.ExecutionType === 'EXPRESS' ? 'EXPRESS' : 'STANDARD';

const checkProcessorConfig = ({ found }: StateCheck, processor: JsonObject, location: string): boolean => {
  const { ProcessorConfig: config } = processor;
  if (config === undefined || !found.object(config, location)) return false;
  found.only(config, processorConfigFields, location);
  found.oneOf(config.Mode, ['INLINE', 'DISTRIBUTED'], `${location}/Mode`);
  found.oneOf(config.ExecutionType, ['STANDARD', 'EXPRESS'], `${location}/ExecutionType`);
  const distributed = config.Mode === 'DISTRIBUTED';
  if (distributed) found.required(config, ['ExecutionType'], location);
  else if (config.ExecutionType !== undefined) found.add("'ExecutionType' needs Mode DISTRIBUTED", location);
  return distributed;
};

const checkLabel = ({ state, location, found }: StateCheck): void => {
  const { Label: label } = state;
  if (label !== undefined && !(typeof label === 'string' && /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/]{1,40}$/.test(label))) {
    found.add(
      'Label must be 1 to 40 characters without white space, brackets, wildcards or special characters',
      `${location}/Label`,
    );
  }
};

const checkReader = ({ state, location, found, isJsonata }: StateCheck): void => {
  const { ItemReader: reader } = state;
  const place = `${location}/ItemReader`;
  if (reader === undefined || !found.object(reader, place)) return;
  found.only(reader, readerFields, place);
  if (!isJsonata) found.add('ItemReader needs QueryLanguage JSONata here', place);
  found.required(reader, ['Resource'], place);
  found.oneOf(
    reader.Resource,
    ['arn:aws:states:::s3:getObject', 'arn:aws:states:::s3:listObjectsV2'],
    `${place}/Resource`,
  );
  checkTemplate(reader.Arguments, `${place}/Arguments`, found);
  const lists = reader.Resource === 'arn:aws:states:::s3:listObjectsV2';
  if (isObject(reader.Arguments)) {
    const allowed = lists ? ['Bucket', 'Prefix'] : ['Bucket', 'Key', 'VersionId', 'ExpectedBucketOwner'];
    found.only(reader.Arguments, allowed, `${place}/Arguments`);
    found.required(reader.Arguments, lists ? ['Bucket'] : ['Bucket', 'Key'], `${place}/Arguments`);
  }
  const { ReaderConfig: config = {} } = reader;
  if (!found.object(config, `${place}/ReaderConfig`)) return;
  found.only(config, lists ? ['MaxItems'] : readerConfigFields, `${place}/ReaderConfig`);
  found.oneOf(config.InputType, ['JSON', 'JSONL', 'CSV', 'MANIFEST'], `${place}/ReaderConfig/InputType`);
  if (!lists) found.required(config, ['InputType'], `${place}/ReaderConfig`);
  checkNumber(config.MaxItems, `${place}/ReaderConfig/MaxItems`, found, isJsonata, 0);
  found.oneOf(config.CSVHeaderLocation, ['FIRST_ROW', 'GIVEN'], `${place}/ReaderConfig/CSVHeaderLocation`);
  found.oneOf(
    config.CSVDelimiter,
    ['COMMA', 'PIPE', 'SEMICOLON', 'SPACE', 'TAB'],
    `${place}/ReaderConfig/CSVDelimiter`,
  );
  if (config.InputType === 'CSV') found.required(config, ['CSVHeaderLocation'], `${place}/ReaderConfig`);
  if (config.CSVHeaderLocation === 'GIVEN') found.required(config, ['CSVHeaders'], `${place}/ReaderConfig`);
};

const checkBatcher = ({ state, location, found, isJsonata }: StateCheck): void => {
  const { ItemBatcher: batcher } = state;
  const place = `${location}/ItemBatcher`;
  if (batcher === undefined || !found.object(batcher, place)) return;
  found.only(batcher, batcherFields, place);
  if (batcher.MaxItemsPerBatch === undefined && batcher.MaxInputBytesPerBatch === undefined) {
    found.add("ItemBatcher must have 'MaxItemsPerBatch' or 'MaxInputBytesPerBatch'", place);
  }
  checkNumber(batcher.MaxItemsPerBatch, `${place}/MaxItemsPerBatch`, found, isJsonata, 1);
  checkNumber(batcher.MaxInputBytesPerBatch, `${place}/MaxInputBytesPerBatch`, found, isJsonata, 1, 262_144);
  if (isJsonata) checkTemplate(batcher.BatchInput, `${place}/BatchInput`, found);
};

const checkWriter = ({ state, location, found, isJsonata }: StateCheck): void => {
  const { ResultWriter: writer } = state;
  const place = `${location}/ResultWriter`;
  if (writer === undefined || !found.object(writer, place)) return;
  found.only(writer, writerFields, place);
  if (writer.Resource === undefined && writer.WriterConfig === undefined) {
    found.add("ResultWriter must have 'WriterConfig', or 'Resource' and 'Arguments'", place);
  }
  if ((writer.Resource === undefined) !== (writer.Arguments === undefined)) {
    found.add("ResultWriter must have both 'Resource' and 'Arguments', or neither", place);
  }
  if (writer.Arguments !== undefined && !isJsonata) found.add('ResultWriter needs QueryLanguage JSONata here', place);
  found.oneOf(writer.Resource, ['arn:aws:states:::s3:putObject'], `${place}/Resource`);
  checkTemplate(writer.Arguments, `${place}/Arguments`, found);
  if (isObject(writer.Arguments)) {
    found.only(writer.Arguments, ['Bucket', 'Prefix'], `${place}/Arguments`);
    found.required(writer.Arguments, ['Bucket'], `${place}/Arguments`);
  }
  const { WriterConfig: config = {} } = writer;
  if (!found.object(config, `${place}/WriterConfig`)) return;
  found.only(config, writerConfigFields, `${place}/WriterConfig`);
  found.oneOf(config.Transformation, ['NONE', 'COMPACT', 'FLATTEN'], `${place}/WriterConfig/Transformation`);
  found.oneOf(config.OutputType, ['JSON', 'JSONL'], `${place}/WriterConfig/OutputType`);
};
