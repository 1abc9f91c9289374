import { ConfigError } from '../../../shared/domain/kernel/errors.ts';

/** Names of Regions, separated by commas; none where nothing is typed. Throws ConfigError: a Region becomes part of an address. */
export function parseRegions(typed: string | undefined): readonly string[] {
  const regions = typed?.split(',') ?? [];
  const wrong = regions.find((one) => !/^[a-z]{2,5}(?:-[a-z]+)+-\d{1,2}$/.test(one));
  if (wrong === undefined) return regions;
  throw new ConfigError({
    where: `--region ${wrong}`,
    what: 'This is no Region of AWS.',
    fix: 'For example: --region eu-west-1,us-east-1',
  });
}
