import { awsBehaviours } from './aws.ts';
import { azureDevOpsBehaviours } from './azure-devops.ts';
import {
  entraBehaviours,
  eventTargetBehaviours,
  queueBehaviours,
  s3Behaviours,
  secretsBehaviours,
} from './others.ts';
import type { Behaviours } from './source.ts';

const parts: readonly (readonly [string, Behaviours])[] = [
  ['Azure DevOps', azureDevOpsBehaviours],
  ['IAM, STS and CloudTrail', awsBehaviours],
  ['Entra', entraBehaviours],
  ['S3', s3Behaviours],
  ['SQS', queueBehaviours],
  ['Secrets Manager', secretsBehaviours],
  ['EventBridge and SNS', eventTargetBehaviours],
];

const begin = '<!-- sources: made by `npm run docs` from infra/local/sources -->';
const end = '<!-- end of sources -->';

/** The README with its list of behaviours and sources made anew. Throws where the README has no place for it. */
export function withSources(readme: string): string {
  const [before, rest] = readme.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined)
    throw new Error('The README has no place for the sources.');
  return `${before}${begin}\n\n${parts.map(formatSection).join('\n\n')}\n\n${end}${after}`;
}

function formatSection([title, behaviours]: readonly [string, Behaviours]): string {
  const rows = Object.entries(behaviours).map(([name, { keeps, source, open }]) => {
    const left = open === undefined ? '' : ` Left open by it: ${open}`;
    return `- \`${name}\`: ${keeps} Source: ${source}.${left}`;
  });
  return `### ${title}\n\n${rows.join('\n')}`;
}
