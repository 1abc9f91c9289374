import type { ConfigurationSource } from '../../ports/configuration-source.ts';
import type { S3Options } from './signed-request.ts';
import { askForObject } from './signed-request.ts';

export interface S3ConfigurationOptions extends S3Options {
  readonly key: string;
}

export function createS3Configuration({ key, ...options }: S3ConfigurationOptions): ConfigurationSource {
  return { read: () => askForObject(options, { action: 's3:GetObject', key }) };
}
