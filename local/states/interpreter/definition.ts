import type { Json, JsonObject } from '../json.ts';

/** A state as written; `definition/` has checked that it holds nothing but what the interpreter knows. */
export interface State {
  readonly Type: 'Task' | 'Pass' | 'Choice' | 'Wait' | 'Succeed' | 'Fail' | 'Parallel' | 'Map';
  readonly Next?: string;
  readonly End?: boolean;
  readonly QueryLanguage?: 'JSONata' | 'JSONPath';
  readonly Output?: Json;
  readonly Assign?: JsonObject;
  readonly Arguments?: Json;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
  readonly TimeoutSeconds?: Json;
  readonly HeartbeatSeconds?: Json;
  readonly Resource?: string;
  readonly Choices?: readonly ChoiceRule[];
  readonly Default?: string;
  readonly Seconds?: Json;
  readonly Timestamp?: Json;
  readonly Error?: string;
  readonly Cause?: string;
  readonly Branches?: readonly Block[];
  readonly Items?: Json;
  readonly ItemProcessor?: Processor;
  /** Legacy name of ItemProcessor. */
  readonly Iterator?: Processor;
  readonly ItemSelector?: JsonObject;
  readonly ItemReader?: ItemReader;
  readonly ItemBatcher?: ItemBatcher;
  readonly ResultWriter?: ResultWriter;
  readonly MaxConcurrency?: Json;
  readonly ToleratedFailureCount?: Json;
  readonly ToleratedFailurePercentage?: Json;
  readonly Label?: string;
  /** Of Pass, in a state that is not JSONata. */
  readonly Result?: Json;
}

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly MaxAttempts?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: 'FULL' | 'NONE';
}

export interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
  readonly Output?: Json;
  readonly Assign?: JsonObject;
}

export interface ChoiceRule {
  readonly Condition: Json;
  readonly Next: string;
  readonly Output?: Json;
  readonly Assign?: JsonObject;
}

/** A machine, a branch, or a Map's processor. */
export interface Block {
  readonly StartAt: string;
  readonly States: { readonly [name: string]: State };
}

export interface Processor extends Block {
  readonly ProcessorConfig?: {
    readonly Mode?: 'INLINE' | 'DISTRIBUTED';
    readonly ExecutionType?: 'STANDARD' | 'EXPRESS';
  };
}

export interface Machine extends Block {
  readonly QueryLanguage?: 'JSONata' | 'JSONPath';
  readonly TimeoutSeconds?: number;
}

export interface ItemReader {
  readonly Resource: string;
  readonly Arguments?: Json;
  readonly ReaderConfig?: {
    readonly InputType?: 'JSON' | 'JSONL' | 'CSV' | 'MANIFEST';
    readonly CSVHeaderLocation?: 'FIRST_ROW' | 'GIVEN';
    readonly CSVHeaders?: readonly string[];
    readonly CSVDelimiter?: 'COMMA' | 'PIPE' | 'SEMICOLON' | 'SPACE' | 'TAB';
    readonly MaxItems?: Json;
  };
}

export interface ItemBatcher {
  readonly MaxItemsPerBatch?: Json;
  readonly MaxInputBytesPerBatch?: Json;
  readonly BatchInput?: JsonObject;
}

export interface ResultWriter {
  readonly Resource?: string;
  readonly Arguments?: Json;
  readonly WriterConfig?: {
    readonly Transformation?: 'NONE' | 'COMPACT' | 'FLATTEN';
    readonly OutputType?: 'JSON' | 'JSONL';
  };
}

/** A Map's processor, whichever name it was given under. */
export const processorOf = (state: State): Processor => {
  const processor = state.ItemProcessor ?? state.Iterator;
  if (!processor) throw new Error('a Map without ItemProcessor passed validation');
  return processor;
};
