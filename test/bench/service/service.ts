import { runChild } from '../child.ts';
import { ORGANIZATION_ID } from '../scene.ts';
import { startDeployment } from './deployment.ts';
import type { Invoked } from './function.ts';
import type { Invocation } from './invocation.ts';
import type { Size } from './settings.ts';

/** What the service takes in a quarter of an hour in which nothing changes. */
export interface ServiceRow extends Size {
  readonly discover: FunctionRow;
  /** Of one account. */
  readonly reconcile: FunctionRow;
  /** Every minute. */
  readonly sweep: FunctionRow;
}

export interface FunctionRow {
  /** Units of the table. */
  readonly reads: number;
  readonly writes: number;
  readonly messages: number;
  readonly iamCalls: number;
  readonly cpuMs: number;
  readonly growthMb: number;
}

/** So small that a test measures it again. */
export const COUNTED: Size = { connections: 20, accounts: 2 };

/** `run`: left out, each invocation is in a process of its own. */
export async function measureService(
  size: Size,
  run = async (invocation: Invocation) => (await runChild('service/function.ts', invocation)) as Invoked,
): Promise<ServiceRow> {
  const deployment = await startDeployment(size, run);
  const measure = async (...[name, body]: Parameters<typeof deployment.invoke>): Promise<FunctionRow> => {
    const { reads, writes, messages, iamCalls, cpuMs, growthMb } = await deployment.invoke(name, body);
    return { reads, writes, messages, iamCalls, cpuMs: Math.round(cpuMs), growthMb: Math.round(growthMb) };
  };
  try {
    return {
      ...size,
      discover: await measure('discover', { organizationId: ORGANIZATION_ID }),
      reconcile: await measure('reconcile', { account: deployment.account }),
      sweep: await measure('deliver', {}),
    };
  } finally {
    await deployment.close();
  }
}

const SWEEPS = 15;

/** Read units of the whole service in a quarter of an hour: one discovery, a run over each account, and the sweeps. */
export function sumReads({ accounts, discover, reconcile, sweep }: ServiceRow): number {
  return discover.reads + accounts * reconcile.reads + SWEEPS * sweep.reads;
}

/** Quarters of an hour in a month of 30 days. */
const QUARTERS = 4 * 24 * 30;
/** Dollars of a million units on demand, us-east-1 (aws.amazon.com/dynamodb/pricing/on-demand). */
const PRICES = { reads: 0.125, writes: 0.625 };

/** What the table takes in a month in which nothing changes. */
export function computeMonth(row: ServiceRow): { readonly reads: number; readonly dollars: number } {
  const reads = QUARTERS * sumReads(row);
  const writes = QUARTERS * (row.discover.writes + row.accounts * row.reconcile.writes);
  return { reads, dollars: (reads * PRICES.reads + writes * PRICES.writes) / 1_000_000 };
}
