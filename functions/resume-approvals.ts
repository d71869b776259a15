import { createResumeApprovals } from '../core/steps/approvals/resume-approvals.ts';
import { wireOperatorApi } from './wiring/api.ts';
import { logged } from './wiring/logged.ts';
import { reportOutcome } from './wiring/report-outcome.ts';

const resumeApprovals = createResumeApprovals(wireOperatorApi(process.env));
const report = reportOutcome('resume-approvals');

export const handler = logged('resume-approvals', async () => report(await resumeApprovals()));
