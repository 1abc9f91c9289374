import * as z from 'zod';
import type { HookPasswords } from '../../domain/discovery/hook-password.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HookPasswordSource, HookPasswordWriter } from '../../ports/hook.ts';
import { unusable } from './errors.ts';
import type { SecretsManagerOptions } from './secrets-manager.ts';
import { openSecretsManager, openSecretsWriter } from './secrets-manager.ts';

// Azure DevOps takes 1 to 256 characters without white space (publisher and consumer inputs of service hooks). Ours are
// not guessed: anybody on the internet may try.
const password = z.string().regex(/^\S{16,256}$/);
const document = z.strictObject({ current: password, previous: password.exactOptional() });

interface Reading {
  readonly passwords: Promise<HookPasswords>;
  readonly at: number;
}

/** Reads `{"current":"..","previous":".."}` from Secrets Manager; those who ask at the same time share one read. */
export function createHookPasswordSource(
  arn: string,
  clock: Clock,
  clientOptions: SecretsManagerOptions = {},
): HookPasswordSource {
  const readText = openSecretsManager(clientOptions);
  let last: Reading | undefined;
  return {
    read(maxAgeMs) {
      const before = last;
      if (before && clock.now() - before.at < maxAgeMs) return before.passwords;
      const reading = { passwords: readText(arn).then((text) => parse(arn, text)), at: clock.now() };
      last = reading;
      // One that fails leaves the one before for those who are content with its age.
      reading.passwords.catch(() => {
        if (last === reading) last = before;
      });
      return reading.passwords;
    },
  };
}

export function createHookPasswordWriter(
  arn: string,
  clientOptions: SecretsManagerOptions = {},
): HookPasswordWriter {
  const writeText = openSecretsWriter(clientOptions);
  return { write: (passwords) => writeText(arn, JSON.stringify(document.parse(passwords))) };
}

/** The text is in no error. */
function parse(arn: string, text: string): HookPasswords {
  const parsed = document.safeParse(jsonIn(text));
  if (parsed.success) return parsed.data;
  throw unusable(
    arn,
    'It does not hold the passwords of service hooks.',
    'Store {"current":"<password>"}, and "previous" beside it while a rotation is under way: 16 to 256 characters each, without spaces.',
  );
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
