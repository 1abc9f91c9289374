import * as z from 'zod';
import type { Organization } from '../../domain/configuration/configuration.ts';
import type { AwsType, ClockReading } from '../../domain/doctor/examination.ts';
import { readFields, readText } from '../../domain/kernel/json.ts';
import { complete, mapReading, unknown, type Reading } from '../../domain/kernel/result.ts';
import type { OrganizationExaminer } from '../../ports/examination.ts';
import { shaped } from './calls.ts';
import { readJson, withoutCredential } from './errors.ts';
import { askWhere, parseLocation, type Located } from './locate.ts';
import { createOperator, type OperatorOptions } from './operator.ts';
import type { Answer, TransportFailure } from './transport.ts';

const REQUEST_TIMEOUT_MS = 20_000;

/** vsts-rest-api-specs, serviceEndpoint, types: fields lie in each authentication scheme, or beside them. */
const Inputs = z.array(z.object({ id: z.string() })).nullish();
const TypeDocument = z.object({
  inputDescriptors: Inputs,
  authenticationSchemes: z.array(z.object({ inputDescriptors: Inputs })).nullish(),
});
const TypeList = z.object({ value: z.array(z.unknown()) });

/** Asks with the organization's own credential, whoever runs it; where it is and what time it is there, without any. */
export function createOrganizationExaminer(options: OperatorOptions): OrganizationExaminer {
  const { clock, requestTimeoutMs = REQUEST_TIMEOUT_MS } = options;
  const operator = createOperator({ ...options, requestTimeoutMs });

  async function readAwsType(organization: Organization): Promise<Reading<AwsType | undefined>> {
    try {
      const query = { type: 'AWS', 'api-version': '7.1' };
      return findAwsType(
        await operator(organization, ({ get }) => get('/_apis/serviceendpoint/types', query)),
      );
    } catch (error) {
      return withoutCredential(error);
    }
  }

  return {
    async examine(organization) {
      const answer = await askWhere(organization, requestTimeoutMs);
      const located = readLocation(answer, organization);
      const known = located.state === 'complete' ? located.value : undefined;
      return {
        name: mapReading(located, () => known),
        clock: readClock(answer, clock.now()),
        // A renamed organization has its types under its new name.
        awsType: await readAwsType({ ...organization, url: known?.url ?? organization.url }),
      };
    },
  };
}

/** Types compare without regard to case, as those of connections do. What is odd about another one is no matter of ours. */
function findAwsType(body: Reading<unknown>): Reading<AwsType | undefined> {
  const list = shaped(TypeList, body);
  if (list.state === 'unknown') return list;
  const found = list.value.value.find((one) => readText(readFields(one), 'name').toLowerCase() === 'aws');
  if (found === undefined) return complete(undefined);
  return mapReading(shaped(TypeDocument, complete(found)), (type) => {
    const descriptors = [type, ...(type.authenticationSchemes ?? [])].flatMap(
      ({ inputDescriptors }) => inputDescriptors ?? [],
    );
    return { inputs: descriptors.map(({ id }) => id) };
  });
}

/** 404 is the service's word for a GUID that it has no organization for (azure-devops-docs, work-with-urls). */
function readLocation(
  answer: Answer | TransportFailure,
  organization: Organization,
): Reading<Located | undefined> {
  if ('status' in answer && answer.status === 404) return complete(undefined);
  return parseLocation(readJson(answer, organization), organization);
}

function readClock(answer: Answer | TransportFailure, ours: number): Reading<ClockReading> {
  const theirs = 'failure' in answer ? NaN : Date.parse(answer.headers.date ?? '');
  return Number.isNaN(theirs) ? noAnswer : complete({ theirs, ours });
}

const noAnswer = unknown('undated', 'No answer came that says what time it is there.');
