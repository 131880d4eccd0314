import type { Clock } from '../../ports/clock.ts';
import { hindrance, lookAt, type Probed, ProbeRefused } from './account.ts';
import { Bench, CaseStopped, reasonOf } from './bench.ts';
import type { Facts, ProbeCase, Tells } from './case.ts';
import { notObservable, probeCases } from './cases.ts';
import { leaveNothing } from './cleanup.ts';
import { type Finding, findingOf, switchOf, withValue } from './findings.ts';
import type { Link, ProbeKeys } from './link.ts';
import { Pacer } from './pacer.ts';
import type { SwitchSettings } from './switches-file.ts';
import { type Likeness, twinOf } from './twin.ts';
import type { Words } from './words.ts';

export type ProbeOptions = {
  readonly link: Link;
  readonly keys: ProbeKeys;
  readonly clock: Clock;
  /** A liquid share that the account does not hold. */
  readonly symbol: string;
  /** Unlike that of any other run: it begins every client order id. */
  readonly prefix: string;
  readonly signal: AbortSignal;
  readonly onProgress: (line: string) => void;
};

/** One question and what came of it. */
export type Answered = {
  readonly name: string;
  readonly asks: string;
  readonly switch: string | null;
} & (
  | { readonly kind: 'run'; readonly finding: Finding | null; readonly facts: Facts }
  | { readonly kind: 'not_run'; readonly because: string }
);

/** Where the exchange, with what was found switched on, still answers in another way. */
type Difference = {
  readonly name: string;
  readonly fact: string;
  readonly there: string;
  readonly here: string;
};

export type ProbeResult = {
  readonly accountNumber: string;
  readonly at: number;
  readonly symbol: string;
  readonly isOpen: boolean;
  readonly answered: readonly Answered[];
  /** Only what differs from the defaults. */
  readonly settings: SwitchSettings;
  readonly differences: readonly Difference[];
  readonly notObservable: Readonly<Record<string, string>>;
  readonly requests: number;
  /** What is still open or held; null when nothing is. */
  readonly left: string | null;
  readonly isStopped: boolean;
};

/** Half of what an account has, so that whoever else uses the keys is not stopped. */
const REQUESTS_PER_MINUTE = 100;
const FAR_PERCENT = 30;
/** Of the distance that is allowed; the price moves while the probe runs. */
const WITHIN_ALLOWED = 0.8;
const NO_SETTINGS: SwitchSettings = { switches: {}, rest: {}, streams: {} };
const COMPARED = new Set(['status', 'code', 'message', 'keys', 'state']);

/**
 * Asks a paper account what no document says, and what this exchange would say to the same.
 * Whatever happens, the account is flat in the symbol and without orders of ours afterwards,
 * or `left` says what could not be taken back.
 *
 * @throws ProbeRefused before anything is placed
 */
export async function probe(options: ProbeOptions): Promise<ProbeResult> {
  const run = new ProbeRun(options);
  return run.finish();
}

class ProbeRun {
  readonly #options: ProbeOptions;
  readonly #pacer: Pacer;
  readonly #began: number;
  readonly #answered: Answered[] = [];
  #settings = NO_SETTINGS;
  #farPercent = FAR_PERCENT;

  constructor(options: ProbeOptions) {
    this.#options = options;
    this.#pacer = new Pacer(options.clock, REQUESTS_PER_MINUTE);
    this.#began = options.clock.now();
  }

  async finish(): Promise<ProbeResult> {
    const { symbol, signal, clock, prefix } = this.#options;
    const probed = await this.#lookAt(symbol);
    const { borrowed } = probed;
    const symbols = borrowed === null ? [symbol] : [symbol, borrowed.symbol];
    // Nothing that stops the questions may stop this.
    const bench = this.#bench(probed, new AbortController().signal);
    const since = probed.startAt;
    const cleanUp = () =>
      leaveNothing({ bench, clock, symbols, prefix, since }).catch(notLookedFor);
    try {
      for (const probeCase of probeCases) await this.#one(probeCase, probed, cleanUp);
    } catch (cause) {
      const left = (await cleanUp()) ?? 'nothing';
      throw new Error(`the probe failed and left ${left} behind: ${reasonOf(cause)}`, { cause });
    }
    const left = await cleanUp();
    return {
      ...{ accountNumber: probed.accountNumber, at: probed.startAt, symbol },
      ...{ isOpen: probed.isOpen, answered: this.#answered, settings: this.#settings },
      differences: await this.#differences(probed),
      ...{ notObservable, requests: this.#pacer.count, left, isStopped: signal.aborted },
    };
  }

  /** @throws ProbeRefused also when the broker gives no answer */
  async #lookAt(symbol: string): Promise<Probed> {
    try {
      return await lookAt(this.#bench(null), symbol);
    } catch (cause) {
      if (cause instanceof CaseStopped) throw new ProbeRefused(cause.message, { cause });
      throw cause;
    }
  }

  async #one(
    probeCase: ProbeCase,
    probed: Probed,
    cleanUp: () => Promise<string | null>,
  ): Promise<void> {
    const { name, asks, needs = [], tells } = probeCase;
    const known = { name, asks, switch: tells?.name ?? null };
    const because = this.#options.signal.aborted
      ? 'it was stopped'
      : hindrance(needs, probed, this.#now(probed));
    if (because !== null) {
      this.#answered.push({ ...known, kind: 'not_run', because });
      return;
    }
    const bench = this.#bench(probed);
    try {
      const facts = await bench.run(probeCase);
      const finding =
        tells === undefined ? null : await this.#judge(probeCase, tells, facts, probed);
      this.#answered.push({ ...known, kind: 'run', finding, facts });
      this.#options.onProgress(`${name}: ${toldBy(finding)}`);
    } catch (error) {
      if (!(error instanceof CaseStopped)) throw error;
      this.#answered.push({ ...known, kind: 'not_run', because: error.message });
      this.#options.onProgress(`${name}: not answered, ${error.message}`);
    } finally {
      if (bench.hasPlaced) await cleanUp();
    }
  }

  async #judge(probeCase: ProbeCase, tells: Tells, facts: Facts, probed: Probed): Promise<Finding> {
    const known = switchOf(tells);
    const finding = await findingOf({ ...probeCase, tells }, facts, (value) =>
      this.#here(probeCase, probed, withValue(this.#settings, known, value)),
    );
    if (finding.kind === 'differs') {
      this.#settings = withValue(this.#settings, known, finding.value);
      if (known.name === 'priceAwayPercent') {
        this.#farPercent = Math.min(FAR_PERCENT, Number(finding.value) * WITHIN_ALLOWED);
      }
    }
    return finding;
  }

  /** What this exchange says to a case under these settings. */
  async #here(probeCase: ProbeCase, probed: Probed, settings: SwitchSettings): Promise<Facts> {
    const likeness: Likeness = { ...probed.likeness, now: () => this.#now(probed) };
    const twin = twinOf(likeness, settings);
    const { link, keys, clock, close } = twin;
    const bench = new Bench({
      ...{ link, keys, clock, prefix: this.#options.prefix, words: this.#words(probed) },
      pacer: new Pacer(clock, Number.POSITIVE_INFINITY),
      signal: new AbortController().signal,
    });
    try {
      return await bench.run(probeCase);
    } catch (error) {
      if (error instanceof CaseStopped) return new Map([['stopped', error.message]]);
      throw error;
    } finally {
      close();
    }
  }

  /** Once everything that was found is switched on. */
  async #differences(probed: Probed): Promise<readonly Difference[]> {
    const differences: Difference[] = [];
    for (const probeCase of probeCases) {
      const answer = this.#answered.find(({ name }) => name === probeCase.name);
      if (answer?.kind !== 'run') continue;
      const here = await this.#here(probeCase, probed, this.#settings);
      const { name } = probeCase;
      for (const [fact, there] of answer.facts) {
        const isCompared = COMPARED.has(fact.split('.').at(-1) ?? '');
        if (!isCompared || here.get(fact) === there) continue;
        const shown = here.get(fact) ?? here.get('stopped') ?? null;
        differences.push({ name, fact, there: String(there), here: String(shown) });
      }
    }
    return differences;
  }

  #bench(probed: Probed | null, signal = this.#options.signal): Bench {
    const { link, keys, clock, prefix } = this.#options;
    const words = this.#words(probed);
    return new Bench({ link, keys, clock, prefix, signal, words, pacer: this.#pacer });
  }

  #words(probed: Probed | null): Words {
    return {
      symbol: this.#options.symbol,
      price: probed?.price ?? 0,
      borrowed: probed?.borrowed ?? null,
      farPercent: this.#farPercent,
      names: probed?.names ?? [],
      now: () => (probed === null ? 0 : this.#now(probed)),
    };
  }

  /** The broker's time, as far as it has passed here too. */
  #now({ startAt }: Probed): number {
    return startAt + (this.#options.clock.now() - this.#began);
  }
}

const notLookedFor = (error: unknown): string => `what cannot be looked for: ${reasonOf(error)}`;

function toldBy(finding: Finding | null): string {
  switch (finding?.kind) {
    case undefined:
      return 'answered';
    case 'as_here':
      return 'as this exchange has it';
    case 'differs':
      return `differs: ${JSON.stringify(finding.value)}`;
    case 'says_nothing':
      return 'answered, and it says nothing about its switch';
    case 'unknown_answer':
      return 'answered in a way that no value of its switch explains';
  }
}
