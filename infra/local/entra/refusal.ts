import { randomUUID } from 'node:crypto';
import type { LoopbackAnswer } from '../loopback/loopback-server.ts';

/** What Entra answers instead of a token: OAuth's word, Entra's own number, and its sentence. */
export class RefusedError extends Error {
  readonly status: number;
  readonly error: string;
  readonly code: number;

  constructor(status: number, error: string, code: number, message: string) {
    super(message);
    this.name = 'RefusedError';
    this.status = status;
    this.error = error;
    this.code = code;
  }
}

export function errorAnswer({ status, error, code, message }: RefusedError, now: number): LoopbackAnswer {
  const [trace, correlation] = [randomUUID(), randomUUID()];
  const timestamp = new Date(now)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z');
  return jsonAnswer(status, {
    error,
    error_description: `AADSTS${code}: ${message} Trace ID: ${trace} Correlation ID: ${correlation} Timestamp: ${timestamp}`,
    error_codes: [code],
    timestamp,
    trace_id: trace,
    correlation_id: correlation,
    error_uri: `https://login.microsoftonline.com/error?code=${code}`,
  });
}

export function jsonAnswer(status: number, body: object): LoopbackAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store, no-cache' },
    text: JSON.stringify(body),
  };
}
