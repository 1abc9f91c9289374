import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import * as z from 'zod';

const Keys = z.object({
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  /** Of a session. */
  sessionToken: z.exactOptional(z.string()),
});

/** Where a running embedded cloud is, and what opens it. Nothing here opens anything outside this machine. */
export const Coordinates = z.object({
  azureDevOps: z.url(),
  aws: z.url(),
  dynamoDb: z.url(),
  receiver: z.url(),
  secretsManager: z.url(),
  /** Absent where an earlier version started the cloud. */
  s3: z.url().optional(),
  /** EventBridge and SNS; absent where an earlier version started the cloud. */
  eventTargets: z.url().optional(),
  /** The authority of Entra credentials. */
  entra: z.url(),
  /** Keys of azfed's own account. */
  hub: Keys,
  /** Keys of somebody who may do everything in an account, by account. */
  consoleUsers: z.record(z.string(), Keys),
  /** By the name of the environment variable that they would stand in. */
  secrets: z.record(z.string(), z.string()),
  /** The token of somebody who may change everything in the organization. */
  projectAdmin: z.object({ organization: z.string(), token: z.string() }),
  /** Path of the sample configuration. */
  configuration: z.string(),
});
export type Coordinates = z.infer<typeof Coordinates>;

/** In the folder in which the cloud was started, and out of version control. */
export const LOCAL_FOLDER = '.azfed';
export const COORDINATES = `${LOCAL_FOLDER}/local.json`;

export function writeCoordinates(coordinates: Coordinates): void {
  mkdirSync(dirname(COORDINATES), { recursive: true });
  writeFileSync(COORDINATES, `${JSON.stringify(coordinates, null, 2)}\n`, { mode: 0o600 });
}

/** People beside the one who started the cloud, by the names of their sessions; they end with the sessions. */
const People = z.record(z.string(), Keys);
const peopleFile = ({ configuration }: Pick<Coordinates, 'configuration'>) =>
  join(dirname(configuration), 'people.json');

export function readPeople(coordinates: Pick<Coordinates, 'configuration'>): z.infer<typeof People> {
  const file = peopleFile(coordinates);
  return existsSync(file) ? People.parse(JSON.parse(readFileSync(file, 'utf8'))) : {};
}

export function writePerson(coordinates: Coordinates, name: string, keys: z.infer<typeof Keys>): void {
  const people = { ...readPeople(coordinates), [name]: keys };
  writeFileSync(peopleFile(coordinates), `${JSON.stringify(people, null, 2)}\n`, { mode: 0o600 });
}

export function removeCoordinates(): void {
  rmSync(COORDINATES, { force: true });
}

/** What `writeCoordinates` left in some folder, its paths as they are from here. */
export function readCoordinates(file: string): Coordinates {
  const coordinates = Coordinates.parse(JSON.parse(readFileSync(file, 'utf8')));
  const { configuration } = coordinates;
  if (isAbsolute(configuration)) return coordinates;
  return { ...coordinates, configuration: join(dirname(file), '..', configuration) };
}
