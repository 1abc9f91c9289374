import { SECOND_MS } from '../../domain/kernel/durations.ts';
import type { AccountId, OrganizationId } from '../../domain/kernel/ids.ts';
import type { RunPorts } from '../observe/observe.ts';

/** What was found out is believed for so long: runs that write much read it a few times a minute. */
const BELIEVED_MS = 5 * SECOND_MS;

/**
 * Whether the slices that a run rests on are still those that discovery has written last. A newer one may close what the
 * older one opens, so that a run that was overtaken widens nothing more. Discovery asks for the next run.
 */
export class SliceWatch {
  private last: { readonly at: number; readonly isOvertaken: Promise<boolean> } | undefined;
  private readonly ports: Pick<RunPorts, 'slices' | 'clock'>;
  private readonly account: AccountId;
  private readonly digests: ReadonlyMap<OrganizationId, string>;

  /** `digests`: of the slices that the run rests on; none: it has looked at Azure DevOps itself. */
  constructor(
    ports: Pick<RunPorts, 'slices' | 'clock'>,
    account: AccountId,
    digests: ReadonlyMap<OrganizationId, string> = new Map(),
  ) {
    this.ports = ports;
    this.account = account;
    this.digests = digests;
  }

  /** Throws what the table throws: then it is not known. */
  async isOvertaken(): Promise<boolean> {
    const now = this.ports.clock.now();
    if (!this.last || now >= this.last.at + BELIEVED_MS) this.last = { at: now, isOvertaken: this.look() };
    const { last } = this;
    try {
      return await last.isOvertaken;
    } catch (error) {
      if (this.last === last) this.last = undefined;
      throw error;
    }
  }

  private async look(): Promise<boolean> {
    const { ports, account } = this;
    const looks = await Promise.all(
      [...this.digests].map(async ([organization, digest]) => {
        const heads = await ports.slices?.readHeads(organization, [account]);
        return heads !== undefined && heads.get(account)?.digest !== digest;
      }),
    );
    return looks.includes(true);
  }
}
