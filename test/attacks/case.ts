import type { House, Terms } from './house.ts';

/** One attack: what it is called, in which house it is made, and what it does there. */
export type AttackCase = {
  readonly name: string;
  readonly terms: keyof typeof houses;
  /** True when what it does may lead to an order, where people have permitted that. */
  readonly mayAct: boolean;
  /** So many such attacks are made on one account; each leaves something behind. */
  readonly perHouse: number;
  /** @returns what has gone wrong beside what the checker and the house notice */
  act(house: House): Promise<readonly string[]>;
};

const usual = {
  environment: 'simulated',
  loop: true,
  saleDollarsPerDay: '3000',
  elicitation: 'never',
  seed: 'attacks',
} as const;

/** The settings under which an attack is made. */
export const houses = {
  observe: { ...usual, mode: 'observe' },
  propose: { ...usual, mode: 'propose' },
  execute: { ...usual, mode: 'execute' },
  /** As much as the settings allow may be sold without a person. */
  generous: { ...usual, mode: 'execute', saleDollarsPerDay: '25000' },
  /** Without the loop, so that an order can only be a host's. */
  alone: { ...usual, mode: 'execute', loop: false },
  live: { ...usual, mode: 'execute', environment: 'live', elicitation: 'not_live' },
  /** Every sale needs a person, who does not answer through the host. */
  strict: { ...usual, mode: 'execute', saleDollarsPerDay: '0' },
  /** The same, and the person is asked through the host. */
  asked: { ...usual, mode: 'execute', saleDollarsPerDay: '0', elicitation: 'not_live' },
  strictLive: {
    ...usual,
    mode: 'execute',
    saleDollarsPerDay: '0',
    environment: 'live',
    elicitation: 'not_live',
  },
} as const satisfies Readonly<Record<string, Terms>>;

export const modes = ['observe', 'propose', 'execute'] as const;
