import type { HookPasswords } from '../domain/discovery/hook-password.ts';
import type { HookNotification } from '../domain/discovery/hook-classification.ts';

/** Which notifications were worked off. It saves work; nothing is lost or done wrongly when it forgets. */
export interface HookMemory {
  /** True for 48 hours after it was remembered, and not a moment longer. Throws TransientError, PermissionError. */
  knows(notification: HookNotification, now: number): Promise<boolean>;
  /** Idempotent: a notification that is known stays so for its first 48 hours. */
  remember(notification: HookNotification, now: number): Promise<void>;
}

export interface HookPasswordWriter {
  /** From now on these are in force. Throws as the source does. */
  write(passwords: HookPasswords): Promise<void>;
}

export interface HookPasswordSource {
  /**
   * The passwords in force, as they were at most so long ago. An older reading is never used in place of one that
   * fails. Throws ConfigError when there are none, PermissionError, TransientError, UpstreamError.
   */
  read(maxAgeMs: number): Promise<HookPasswords>;
}
