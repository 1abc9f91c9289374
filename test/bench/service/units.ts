import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { listenOnLoopback } from '../../../infra/local/loopback/loopback-server.ts';

/** Units as AWS counts them: reads of 4 KB, writes of 1 KB. */
export interface Units {
  readonly reads: number;
  readonly writes: number;
  readonly requests: number;
}

export interface UnitCounter {
  /** Where the table is, for whoever is measured. */
  readonly url: string;
  /** What was taken since the last time. */
  take(): Units;
  close(): void;
}

interface Consumed {
  readonly CapacityUnits?: number;
}

const isWrite = (target: string) => /Put|Update|Delete|Write/.test(target);

/** Stands before the table, and adds up what it says that each request has taken. */
export async function startUnitCounter(table: string): Promise<UnitCounter> {
  let units = { reads: 0, writes: 0, requests: 0 };
  const server = createServer((incoming, outgoing) => {
    void forward(incoming, outgoing);
  });

  async function forward(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const target = String(incoming.headers['x-amz-target']);
    const asked = JSON.parse((await buffer(incoming)).toString()) as object;
    const isCounted = !/Table$|Tables$/.test(target);
    const body = JSON.stringify(isCounted ? { ...asked, ReturnConsumedCapacity: 'TOTAL' } : asked);
    const headers = { ...incoming.headers, 'content-length': String(Buffer.byteLength(body)) };
    const sent = request(table, { method: 'POST', headers, agent: false }, (answer) => {
      void buffer(answer).then((content) => {
        if (isCounted) note(target, content);
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        outgoing.end(content);
      });
    });
    sent.end(body);
  }

  function note(target: string, content: Buffer): void {
    const { ConsumedCapacity: consumed = [] } = JSON.parse(content.toString()) as {
      ConsumedCapacity?: Consumed | readonly Consumed[];
    };
    const taken = [consumed].flat().reduce((sum, { CapacityUnits: more = 0 }) => sum + more, 0);
    const { reads, writes, requests } = units;
    units = isWrite(target)
      ? { reads, writes: writes + taken, requests: requests + 1 }
      : { reads: reads + taken, writes, requests: requests + 1 };
  }

  return {
    url: await listenOnLoopback(server, 0),
    take() {
      const taken = units;
      units = { reads: 0, writes: 0, requests: 0 };
      return taken;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
