import { bucketName, stackSettings, type DeployedStack } from '../../domain/records/deployed-stack.ts';
import * as z from 'zod';
import { stackKey, stackNeedsKey } from '../../contract/table-keys.ts';
import { canonicalJson, digest } from '../../domain/kernel/digest.ts';
import type { DeployedStackStore } from '../../ports/deployed-stack.ts';
import { hasTableKey, keyText, schemaStamp } from './item-mapping.ts';
import { getItem, putTogether, queryPrefix, type TableAccess } from './dynamo-table.ts';

const stackItem = z.object({
  release: z.string(),
  configurationBucket: bucketName,
  settings: stackSettings.exactOptional(),
  sha256: z.string(),
  needs: z.array(z.string()),
});

const stackDigest = z.object({ digest: z.string() });

/**
 * What grows with the accounts lies in an item beside the one with the digest, which is all that functions read. The release before
 * has everything in one item without a digest: it is read, and written anew.
 */
export function createDynamoDeployedStack(access: TableAccess): DeployedStackStore {
  return {
    async read() {
      const items = await queryPrefix(access, stackKey.pk, stackKey.sk);
      const [head, needs] = [stackKey, stackNeedsKey].map((key) =>
        items.find((item) => hasTableKey(item, key)),
      );
      return stackItem.safeParse(stackDigest.safeParse(head).success ? { ...needs, ...head } : head).data;
    },
    hasNoted: async (stack) =>
      stackDigest.safeParse(await getItem(access, stackKey)).data?.digest === computeDigest(stack),
    /** Together: functions of several configurations may write at the same time. */
    async write(stack) {
      const { settings, needs, ...head } = stack;
      const items = [
        { ...stackKey, ...schemaStamp, ...head, digest: computeDigest(stack) },
        { ...stackNeedsKey, ...schemaStamp, ...(settings && { settings }), needs },
      ];
      await putTogether(
        access,
        items.map((Item) => ({ Item })),
        keyText(stackKey),
      );
    },
  };
}

const computeDigest = (stack: DeployedStack) => digest(canonicalJson(stack));
