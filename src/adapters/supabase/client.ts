import {
  createClient,
  type SupabaseClient,
  type WebSocketLikeConstructor,
} from '@supabase/supabase-js';
import { WebSocket } from 'ws';
import type { z } from 'zod';
import type { Clock } from '../../ports/clock.ts';
import { ReplicaError } from '../../ports/replica.ts';
import type { SupabaseAccess } from './settings.ts';

export type SupabaseParts = SupabaseAccess & {
  readonly clock: Clock;
  /** Answers requests in place of the network. */
  readonly fetchApi?: typeof fetch;
};

/** From sending to the last byte of the answer. */
const TIMEOUT_MS = 15_000;
const LONGEST_CAUSE = 300;

type Answer = {
  readonly data: unknown;
  readonly error: Refusal | null;
  readonly status: number;
};
type Refusal = {
  readonly message: string;
  readonly details: string | null;
  readonly code: string;
};

/**
 * One project as an account key sees it. Each request is tried once, with a deadline on our
 * clock: trying again is the caller's business.
 */
export class SupabaseProject {
  readonly client: SupabaseClient;
  readonly #clock: Clock;
  readonly #secrets: readonly string[];

  constructor({ url, key, accountKey, clock, fetchApi }: SupabaseParts) {
    this.#clock = clock;
    this.#secrets = [accountKey, key];
    const send = fetchApi ?? ((input, init) => fetch(input, init));
    this.client = createClient(url, key, {
      auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
      global: {
        headers: { 'x-bigbrother-key': accountKey },
        // A redirect could carry the keys to another host.
        fetch: (input, init) => send(input, { ...init, redirect: 'error' }),
      },
      // Never opened, but Node 20 has none of its own; ws types its events more narrowly.
      realtime: { transport: WebSocket as unknown as WebSocketLikeConstructor },
    });
  }

  /**
   * @param what the request in words, for errors
   * @throws ReplicaError for whatever keeps the answer from being there and of its shape
   */
  async ask<Shape extends z.ZodType>(
    what: string,
    shape: Shape,
    send: (signal: AbortSignal) => PromiseLike<Answer>,
  ): Promise<z.output<Shape>> {
    const giveUp = new AbortController();
    let isLate = false;
    const disarm = this.#clock.after(TIMEOUT_MS, () => {
      isLate = true;
      giveUp.abort();
    });
    let answer: Answer;
    try {
      answer = await send(giveUp.signal);
    } catch (error) {
      const because = error instanceof Error ? error.message : String(error);
      throw new ReplicaError(`${what}: ${this.#shown(because)}`, { fault: 'unreachable' });
    } finally {
      disarm();
    }
    if (isLate) {
      const message = `${what}: no answer within ${TIMEOUT_MS / 1000} seconds`;
      throw new ReplicaError(message, { fault: 'unreachable' });
    }
    const { error, status, data } = answer;
    if (error !== null) throw this.#errorFor(what, error, status);
    const parsed = shape.safeParse(data);
    if (parsed.success) return parsed.data;
    throw new ReplicaError(`${what}: the answer is not what a copy of a journal gives`, {
      fault: 'refused',
      status,
    });
  }

  #errorFor(what: string, refusal: Refusal, status: number): ReplicaError {
    const { message, details } = refusal;
    const code = /^[A-Z0-9]{5,8}$/.test(refusal.code) ? refusal.code : null;
    const isAway = status === 0 || status === 408 || status === 429 || status >= 500;
    const fault = isAway ? 'unreachable' : 'refused';
    const advice = adviceFor(status, code);
    const cause = /Caused by: (?:\w+: )?(.+)/.exec(details ?? '')?.[1] ?? message;
    const happened =
      status === 0 ? this.#shown(cause) : `Supabase answered ${status}${code ? ` ${code}` : ''}`;
    const said = status === 0 ? null : this.#shown(message);
    const words = `${what}: ${happened}${advice === null ? '' : `; ${advice}`}`;
    return new ReplicaError(words, { fault, code, status, said });
  }

  #shown(text: string): string {
    const shown = this.#secrets.reduce(
      (rest, secret) => rest.replaceAll(secret, '[redacted]'),
      text,
    );
    return shown.replace(/\s+/g, ' ').slice(0, LONGEST_CAUSE);
  }
}

const NOT_THERE = new Set(['PGRST202', 'PGRST205', '42P01', '42883']);

function adviceFor(status: number, code: string | null): string | null {
  if (code !== null && NOT_THERE.has(code)) return 'apply supabase/migrations to this project';
  if (code === '42501') {
    return 'the account key is unknown, revoked or may not write: make one with create_account_key';
  }
  if (status === 401) return 'SUPABASE_KEY is not a key of this project';
  if (status === 0) return 'check SUPABASE_URL and the network';
  return null;
}
