import type { World } from './accounts-world.ts';
import { deleteContract } from './accounts-delete.contract.ts';
import { lookContract } from './accounts-look.contract.ts';
import { writeContract } from './accounts-write.contract.ts';
import { writerContract } from './accounts-writer.contract.ts';
import type { Divergence } from './divergences.ts';

/**
 * What reading and writing IAM promises, on every implementation. Each test has an account of its own, in which there
 * may be roles outside of `/azure-devops/`. `divergences`: where the other side is known not to be as AWS is.
 */
export function accountsContract(open: () => World, divergences: readonly Divergence[] = []): void {
  lookContract(open);
  writeContract(open, divergences);
  deleteContract(open, divergences);
  writerContract(open, divergences);
}
