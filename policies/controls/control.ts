import type { DenialCode } from '../../src/domain/guardrail.ts';

/** Whom a control holds back: entries and what else adds risk, or exits and protection as well. */
type ControlScope = 'entries' | 'exits' | 'entries and exits' | 'account';

/** One control of those that rules for trading firms and past accidents ask for. */
export type Control = {
  readonly row: number;
  readonly title: string;
  /** Who asks for it, in plain words. */
  readonly askedBy: string;
  readonly scope: ControlScope;
  /** The guardrails that refuse; none for what is no check of an order. */
  readonly guardrails: readonly string[];
  /** The codes they refuse with, besides `data_missing`. */
  readonly codes: readonly DenialCode[];
  readonly measured: string;
  readonly wouldPass: string;
  /** Where it lives, besides the guardrails' own files; absent where it lives in those alone. */
  readonly files?: readonly string[];
};

export const SEC = 'the SEC rule on market access (15c3-5)';
export const FINRA = 'FINRA notice 15-09 on automated trading';
export const AGENTS = 'FINRA on agents that trade (2026)';
export const EUROPE = 'the European rules for trading algorithms (RTS 6)';
export const FIA = 'the FIA guides to automated trading';
export const RECORDS = 'the SEC rule on records (17a-4)';
export const BROKER = 'the broker';
export const KNIGHT = 'the Knight Capital accident of 2012';
export const CITI = 'the Citi accident of 2022';

export const all = (...names: readonly string[]): string => names.join('; ');
