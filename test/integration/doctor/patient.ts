import { connectDoctor } from '../../../functions/cli/commands/doctor.ts';
import type { DoctorRequest } from '../../../shared/application/checks/doctor.ts';
import { examine } from '../../../shared/application/checks/doctor.ts';
import type { Configuration } from '../../../shared/domain/configuration/configuration.ts';
import type { Check } from '../../../shared/domain/doctor/check.ts';
import { READER_PAT, setStage } from '../../builders/stage.ts';
import type { Stage, StageOptions } from '../../builders/stage.ts';

/** A stage on which all is well, and a doctor beside it. A test makes one thing ill, and well again. */
export interface Patient {
  readonly stage: Stage;
  readonly secrets: Record<string, string>;
  /** How far the clock of the doctor's machine is ahead, in milliseconds. */
  skewMs: number;
  table: string;
  /** Address of DynamoDB. */
  dynamoDb: string;
  /** What the configuration says otherwise than that of the stage. */
  otherwise: Partial<Configuration>;
  configuration(): Configuration;
  examine(request?: DoctorRequest): Promise<readonly Check[]>;
}

export async function admit(
  options: StageOptions = { connections: { 'Shop/prod': 'prod' } },
): Promise<Patient> {
  const stage = await setStage(options);
  await stage.runOnce();
  const { aws, dynamoDb, secrets: secretsManager } = stage.cloud;
  const secrets = wellKnown(stage);
  const clock = {
    now: () => stage.clock.now() + patient.skewMs,
    sleep: (milliseconds: number) => stage.clock.sleep(milliseconds),
  };
  const patient: Patient = {
    stage,
    secrets,
    skewMs: 0,
    table: 'azfed',
    dynamoDb: dynamoDb.url,
    otherwise: {},
    configuration: () => ({ ...stage.configuration(), ...patient.otherwise }),
    examine: (request = { sendsTest: false }) =>
      examine(
        connectDoctor(patient.table, clock, {
          aws: aws.url,
          dynamoDb: patient.dynamoDb,
          secretsManager: secretsManager.url,
          hub: aws.hubCredentials,
          secrets,
        }),
        patient.configuration(),
        request,
      ),
  };
  return patient;
}

function wellKnown({ cloud }: Stage): Record<string, string> {
  return { AZURE_DEVOPS_PAT: READER_PAT, AZFED_WEBHOOK_SECRET: cloud.webhookSecret };
}

/** One thing that can be wrong, and what is told of it. */
export interface Case {
  readonly name: string;
  readonly breaks: (patient: Patient) => unknown;
  readonly heals: (patient: Patient) => unknown;
  /** Verdict and code of every check that somebody has to do something about. */
  readonly turns: readonly string[];
  /** In the words of the first of them. */
  readonly says: RegExp;
  /** In what it tells to do. */
  readonly fixes: RegExp;
}

export const toFix = (checks: readonly Check[]): readonly Check[] =>
  checks.filter(({ fix }) => fix !== undefined);

export const notified = ({ verdict, code }: Check): string => `${verdict} ${code}`;
