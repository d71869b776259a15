import { parseTimestamp } from '../interpreter/timestamp.ts';
import { isObject, type JsonObject } from '../json.ts';
import { checkLiteral, checkTemplate } from './expressions.ts';
import { blockFields, choiceFields, jsonataFields, jsonPathFields, neutralFields } from './fields.ts';
import { checkMap } from './map.ts';
import { checkRetryAndCatch } from './retry-catch.ts';
import { type Checking, checkAssign, checkNumber, isExpression, type StateCheck } from './state-check.ts';
import { checkTask } from './task.ts';

export const checkState = (name: string, state: JsonObject, location: string, checking: Checking): void => {
  const { found, language } = checking;
  const fields = typeof state.Type === 'string' ? jsonataFields[state.Type] : undefined;
  if (!fields) {
    found.add(`Value is not valid. Expected one of: [${Object.keys(jsonataFields).join(', ')}]`, `${location}/Type`);
    return;
  }
  found.oneOf(state.QueryLanguage, ['JSONata', 'JSONPath'], `${location}/QueryLanguage`);
  if (language === 'JSONata' && state.QueryLanguage === 'JSONPath') {
    found.add("'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine", location);
  }
  const isJsonata = (state.QueryLanguage ?? language) === 'JSONata';
  const check: StateCheck = { ...checking, name, state, location, isJsonata };
  found.only(
    state,
    isJsonata ? fields : (neutralFields[String(state.Type)] ?? ['Type', 'Comment', 'QueryLanguage']),
    location,
  );
  if (fields.includes('Next') && (typeof state.Next === 'string') === (state.End === true)) {
    found.add("A state must have either 'Next' or 'End: true'", location);
  }
  if (isJsonata) checkTemplates(check);
  else checkLiteral(state.ItemSelector, `${location}/ItemSelector`, found);
  checkRetryAndCatch(check);
  const rest: Readonly<Record<string, (check: StateCheck) => void>> = {
    Task: checkTask,
    Map: checkMap,
    Choice: checkChoice,
    Wait: checkWait,
    Fail: checkFail,
    Parallel: checkParallel,
  };
  rest[String(state.Type)]?.(check);
};

const templates = ['Output', 'Assign', 'Arguments', 'Items', 'ItemSelector', 'Seconds', 'Timestamp', 'Error', 'Cause'];

const checkTemplates = ({ state, location, found }: StateCheck): void => {
  for (const field of templates) checkTemplate(state[field], `${location}/${field}`, found);
  checkAssign(state.Assign, location, found);
};

const checkChoice = ({ state, location, found, isJsonata, name }: StateCheck): void => {
  if (!isJsonata) {
    found.add(`The Choice state '${name}' needs JSONata: 'Variable' and its operators are JSONPath`, location);
    return;
  }
  if (!Array.isArray(state.Choices) || state.Choices.length === 0) {
    found.add('Choices must be a non-empty array', `${location}/Choices`);
    return;
  }
  for (const [index, rule] of state.Choices.entries()) {
    const place = `${location}/Choices[${index}]`;
    if (!found.object(rule, place)) continue;
    found.only(rule, choiceFields, place);
    if (Object.keys(rule).some((field) => jsonPathFields.has(field))) continue;
    found.required(rule, ['Condition', 'Next'], place);
    checkTemplate(rule.Condition, `${place}/Condition`, found);
    if (rule.Condition !== undefined && typeof rule.Condition !== 'boolean' && !isExpression(rule.Condition)) {
      found.add('Condition must be a boolean or a JSONata expression', `${place}/Condition`);
    }
    checkTemplate(rule.Output, `${place}/Output`, found);
    checkTemplate(rule.Assign, `${place}/Assign`, found);
    checkAssign(rule.Assign, place, found);
  }
};

const checkWait = ({ state, location, found, isJsonata }: StateCheck): void => {
  const given = ['Seconds', 'Timestamp'].filter((field) => state[field] !== undefined);
  if (given.length !== 1) {
    found.add("A Wait state must have exactly one of 'Seconds' and 'Timestamp'", location);
    return;
  }
  checkNumber(state.Seconds, `${location}/Seconds`, found, isJsonata, 0, 99_999_999);
  const { Timestamp: time } = state;
  if (time === undefined || (isJsonata && isExpression(time))) return;
  if (typeof time !== 'string' || parseTimestamp(time) === undefined) {
    found.add('String does not match RFC3339 timestamp', `${location}/Timestamp`);
  }
};

const checkFail = ({ state, location, found }: StateCheck): void => {
  for (const field of ['Error', 'Cause']) {
    if (state[field] !== undefined && typeof state[field] !== 'string') {
      found.add('Expected value of type String', `${location}/${field}`);
    }
  }
};

const checkParallel = (check: StateCheck): void => {
  const { state, location, found } = check;
  if (!Array.isArray(state.Branches) || state.Branches.length === 0) {
    found.add('Branches must be a non-empty array', `${location}/Branches`);
    return;
  }
  for (const [index, branch] of state.Branches.entries()) {
    const place = `${location}/Branches[${index}]`;
    if (!isObject(branch)) found.add('Expected value of type Object', place);
    else {
      found.only(branch, blockFields, place);
      check.checkBlock(branch, place, check);
    }
  }
};
