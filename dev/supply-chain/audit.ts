import { folderName, type Lockfile, type Verdict } from './lockfile.ts';
import { runNpm } from './run-npm.ts';

/** `npm audit --json`, version 2, as far as we look into it. */
interface AuditReport {
  readonly auditReportVersion?: number;
  readonly vulnerabilities?: Readonly<Record<string, Vulnerability>>;
  /** Where the registry refused. */
  readonly statusCode?: number;
}

interface Vulnerability {
  readonly name: string;
  readonly severity: 'info' | 'low' | 'moderate' | 'high' | 'critical';
  /** Folders, as in package-lock.json. */
  readonly nodes: readonly string[];
  /** Advisories of its own, or the names of the packages that bring them. */
  readonly via: readonly (string | { readonly title?: string; readonly url?: string })[];
}

/**
 * Asks the registry what is known about the locked packages. High and critical ones of what runs in production are
 * problems, others are told. A registry that has no such answer (many mirrors have none) is no problem unless
 * `required`: then it says that nothing is known, never that nothing is wrong.
 */
export const audit = async (
  projectDir: string,
  lock: Lockfile,
  required: boolean,
  env: NodeJS.ProcessEnv = {},
): Promise<Verdict> => {
  const args = ['audit', '--json', '--package-lock-only', '--fetch-retries=0', '--fetch-timeout=20000'];
  const { stdout } = await runNpm(args, projectDir, { timeout: 30_000, env });
  return judgeAudit(stdout, lock, required);
};

/** @param stdout of `npm audit --json`; its exit code says nothing: 1 is a finding and a failure alike. */
export const judgeAudit = (stdout: string, lock: Lockfile, required: boolean): Verdict => {
  const report = parse(stdout);
  if (report?.auditReportVersion !== 2 || !report.vulnerabilities) {
    const why = report?.statusCode ? `the registry answers ${report.statusCode}` : 'no registry answers';
    const problems = required ? ['advisories had to be asked for: run this where a registry has them'] : [];
    return { summary: `NOT ASKED, ${why}: nothing is known about advisories`, unknown: true, problems };
  }
  const all = Object.values(report.vulnerabilities);
  const production = all.filter(({ nodes }) => nodes.length === 0 || nodes.some((node) => !lock.packages[node]?.dev));
  const grave = production.filter(({ severity }) => severity === 'high' || severity === 'critical');
  const others = all.filter((one) => !grave.includes(one)).map((one) => `${one.name} (${one.severity})`);
  return {
    summary: `${all.length} packages with known advisories, ${production.length} of them in production${others.length > 0 ? `; not held against the change: ${others.join(', ')}` : ''}`,
    problems: grave.map(describe),
  };
};

const describe = ({ name, severity, nodes, via }: Vulnerability): string => {
  const reasons = via.map((one) =>
    typeof one === 'string' ? `through ${one}` : `${one.title ?? ''} ${one.url ?? ''}`.trim(),
  );
  return `${nodes.map(folderName).join(', ') || name}: ${severity}: ${reasons.join('; ')}`;
};

const parse = (stdout: string): AuditReport | undefined => {
  try {
    return JSON.parse(stdout) as AuditReport;
  } catch {
    return undefined;
  }
};
