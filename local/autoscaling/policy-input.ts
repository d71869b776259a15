import { z } from 'zod';
import { bool, int, text } from '../ec2/schema.ts';
import { type Groups, invalid } from './groups.ts';
import { checkMetric, readQueries } from './metrics.ts';
import type { Group, Metric, MetricQuery, Policy } from './records.ts';

const number = z.string().transform((value, context) => {
  const parsed = Number(value);
  if (value.trim() !== '' && Number.isFinite(parsed)) return parsed;
  context.addIssue('must be a number');
  return z.NEVER;
});
const dimensions = z.array(z.strictObject({ Name: text, Value: text }));
/** At one reading an evaluation these are all the same. */
const stat = z.enum(['Average', 'Sum', 'Maximum', 'Minimum']);

const query = z.strictObject({
  Id: z.string().regex(/^[a-z]\w*$/, 'must start with a lower-case letter'),
  Expression: text.optional(),
  MetricStat: z
    .strictObject({
      Metric: z.strictObject({ Namespace: text, MetricName: text, Dimensions: dimensions.optional() }),
      Stat: stat,
      Unit: text.optional(),
      Period: int.optional(),
    })
    .optional(),
  Label: text.optional(),
  Period: int.optional(),
  ReturnData: bool.optional(),
});

export const targetTrackingConfiguration = z.strictObject({
  TargetValue: number,
  DisableScaleIn: bool.default(false),
  CustomizedMetricSpecification: z.strictObject({
    Metrics: z.array(query).optional(),
    MetricName: text.optional(),
    Namespace: text.optional(),
    Dimensions: dimensions.optional(),
    Statistic: stat.optional(),
    Unit: text.optional(),
    Period: int.optional(),
  }),
});
type Configuration = z.output<typeof targetTrackingConfiguration>;

const metricOf = (namespace: string, name: string, list: z.output<typeof dimensions> | undefined): Metric => ({
  namespace,
  name,
  dimensions: Object.fromEntries((list ?? []).map(({ Name, Value }) => [Name, Value])),
});

const queriesOf = ({ CustomizedMetricSpecification: spec }: Configuration): MetricQuery[] => {
  if (!spec.Metrics) {
    if (spec.Namespace === undefined || spec.MetricName === undefined)
      throw invalid('A customized metric is given by Namespace and MetricName, or by Metrics.');
    const metric = metricOf(spec.Namespace, spec.MetricName, spec.Dimensions);
    const { Statistic, Unit, Period } = spec;
    return [
      {
        id: '',
        metric,
        returnData: true,
        ...(Statistic && { stat: Statistic }),
        ...(Unit !== undefined && { unit: Unit }),
        ...(Period !== undefined && { period: Period }),
      },
    ];
  }
  return spec.Metrics.map(({ Id, Expression, MetricStat, Label, Period, ReturnData = true }) => {
    if ((Expression === undefined) === (MetricStat === undefined))
      throw invalid(`The metric query ${Id} must have either Expression or MetricStat.`);
    const period = MetricStat?.Period ?? Period;
    return {
      id: Id,
      returnData: ReturnData,
      ...(Expression !== undefined && { expression: Expression }),
      ...(MetricStat && {
        metric: metricOf(MetricStat.Metric.Namespace, MetricStat.Metric.MetricName, MetricStat.Metric.Dimensions),
        stat: MetricStat.Stat,
        ...(MetricStat.Unit !== undefined && { unit: MetricStat.Unit }),
      }),
      ...(Label !== undefined && { label: Label }),
      ...(period !== undefined && { period }),
    };
  });
};

/** What a policy measures, and against what. Throws ValidationError on what could never be read. */
export const readConfiguration = (
  groups: Groups,
  group: Group,
  configuration: Configuration,
): Pick<Policy, 'targetValue' | 'disableScaleIn' | 'queries'> => {
  if (configuration.TargetValue <= 0) throw invalid('TargetValue must be greater than 0.');
  const queries = queriesOf(configuration);
  if (queries.filter(({ returnData }) => returnData).length !== 1)
    throw invalid('Exactly one of the metrics must have ReturnData set to true.');
  if (new Set(queries.map(({ id }) => id)).size < queries.length) throw invalid('The Ids of metrics must differ.');
  try {
    for (const { metric } of queries) if (metric) checkMetric(metric);
    readQueries(groups, group, queries);
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError) throw invalid(error.message);
    throw error;
  }
  return { targetValue: configuration.TargetValue, disableScaleIn: configuration.DisableScaleIn, queries };
};
