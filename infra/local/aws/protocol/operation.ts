import type { Caller } from './caller.ts';
import type { OperationSchema, ServiceName } from './query-codec.ts';
import type { Account, World } from '../state/world.ts';

export interface Settings {
  readonly pageSize: number;
  readonly fullPages: boolean;
  /** Maps an issuer's URL to the loopback URL under which its discovery document lies. */
  readonly resolveIssuer: ((issuerUrl: string) => string) | undefined;
  readonly refusesTrustOfMissingProvider: boolean;
  readonly refusesPlainEverybody: boolean;
}

/** What an operation is run with. */
export interface Call {
  readonly world: World;
  readonly settings: Settings;
  readonly operation: string;
  /** The account that is acted in. */
  readonly account: Account;
  /** Unsigned calls have none. */
  readonly caller: Caller | undefined;
  readonly now: number;
  /** What the call sees is as old as this; writes see everything. */
  readonly asOf: number;
}

/** What is asked for, in the words of identity policies (Service Authorization Reference). */
export interface Target {
  readonly resource: string;
  /** Values of condition keys; a key that is not there is absent from the request. */
  readonly context?: Readonly<Record<string, readonly string[]>>;
}

export interface OperationParts<Input extends object, Output extends object | undefined> {
  /** Without it the operation needs no right. */
  target?(call: Call, input: Input): Target;
  run(call: Call, input: Input): Output | Promise<Output>;
}

export interface Operation extends OperationParts<object, object | undefined> {
  readonly schema: OperationSchema;
  readonly name: string;
  readonly service: ServiceName;
  readonly effect: 'read' | 'write' | 'session';
  readonly isSigned: boolean;
}

const make =
  (service: ServiceName, effect: Operation['effect'], isSigned = true) =>
  <Input extends object, Output extends object | undefined = undefined>(
    schema: OperationSchema,
    parts: OperationParts<Input, Output>,
  ): Operation => ({ ...parts, schema, name: schema[2], service, effect, isSigned });

export const iamRead = make('iam', 'read');
export const iamWrite = make('iam', 'write');
export const stsSession = make('sts', 'session');
export const stsUnsigned = make('sts', 'session', false);

export const anything = (): Target => ({ resource: '*' });
