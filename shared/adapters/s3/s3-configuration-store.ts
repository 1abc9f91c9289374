import * as z from 'zod';
import type { PublishedVersion } from '../../domain/configuration/published-version.ts';
import { hashText } from '../../domain/kernel/digest.ts';
import { ConfigError, ConflictError } from '../../domain/kernel/errors.ts';
import { parseJson } from '../../domain/kernel/json.ts';
import { configurationFiles } from '../../contract/configuration-files.ts';
import type { ConfigurationSource, ConfigurationVersions } from '../../ports/configurations.ts';
import { askForObject, type S3Options } from './signed-request.ts';

interface S3ConfigurationOptions extends S3Options {
  readonly key: string;
}

/** The configuration that was deployed with the stack. */
export function createS3Configuration({ key, ...options }: S3ConfigurationOptions): ConfigurationSource {
  return { read: () => askForObject(options, { action: 's3:GetObject', key }) };
}

const storedVersion = z.object({
  format: z.literal(1),
  version: z.int().positive(),
  text: z.string(),
  sha256: z.string(),
  by: z.string(),
  at: z.iso.datetime(),
  rollbackOf: z.int().positive().exactOptional(),
});

/** Versions are objects that are written once: `configurations/0000000007.json`. */
export function createS3ConfigurationVersions(options: S3Options): ConfigurationVersions {
  const read = async (version: number): Promise<PublishedVersion> => {
    const key = formatKey(version);
    const { format: _, ...stored } = parseStored(
      await askForObject(options, { action: 's3:GetObject', key }),
      `s3://${options.bucket}/${key}`,
    );
    return stored;
  };
  return {
    list: (after) => listVersions(options, after),
    read,
    async publish(published) {
      requireNumber(published.version, options.bucket);
      try {
        await askForObject(options, {
          action: 's3:PutObject',
          key: formatKey(published.version),
          text: JSON.stringify({ format: 1, ...published }),
          headers: { 'content-type': 'application/json', 'if-none-match': '*' },
        });
      } catch (error) {
        // An answer that was lost: the object that is there is the one that was just written.
        if (!(error instanceof ConflictError) || !isSame(await read(published.version), published))
          throw error;
      }
    },
  };
}

/** Keys come in the order of their bytes, which is that of the numbers (S3 API Reference, ListObjectsV2). */
async function listVersions(options: S3Options, after: number): Promise<readonly number[]> {
  const found: number[] = [];
  let token: string | undefined;
  do {
    const page = await askForObject(options, {
      action: 's3:ListBucket',
      key: '',
      query: {
        'list-type': '2',
        prefix: configurationFiles.prefix,
        ...(token === undefined ? { 'start-after': formatKey(after) } : { 'continuation-token': token }),
      },
    });
    for (const [, digits] of page.matchAll(/<Key>configurations\/(\d{10})\.json<\/Key>/g))
      found.push(Number(digits));
    token = /<NextContinuationToken>([^<]+)</.exec(page)?.[1];
  } while (token !== undefined);
  return found;
}

const formatKey = (version: number) =>
  `${configurationFiles.prefix}${String(version).padStart(configurationFiles.digits, '0')}.json`;

/** Nobody would list a key with more digits, so that the functions would never take the version. Throws ConfigError. */
function requireNumber(version: number, bucket: string): void {
  if (String(version).length <= configurationFiles.digits) return;
  throw new ConfigError({
    where: `s3://${bucket}/${formatKey(version - 1)}`,
    what: 'It has the last number there is, so that no version can follow it. azfed has not counted that far: somebody else put it there.',
    fix: 'Find out who wrote it, delete it, and publish again.',
  });
}

const isSame = (one: PublishedVersion, other: PublishedVersion) =>
  one.sha256 === other.sha256 && one.by === other.by && one.at === other.at;

/** Throws ConfigError for an object that is no version, or whose text is not the one that was published. */
function parseStored(text: string, where: string) {
  const parsed = storedVersion.safeParse(parseJson(text));
  const fix = 'Publish the configuration again: azfed publish.';
  if (!parsed.success) throw new ConfigError({ where, what: 'It is no published configuration.', fix });
  const { sha256 } = parsed.data;
  const found = hashText(parsed.data.text);
  if (found === sha256) return parsed.data;
  throw new ConfigError({ where, what: `Its SHA-256 is ${found}, and ${sha256} was published.`, fix });
}
