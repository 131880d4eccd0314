import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';

/** What the twelve rules go by, ready to be compared: cents, milliseconds, and words. */
export type Figures = {
  readonly state: string;
  readonly isAllowed: boolean;
  readonly limit: number;
  readonly middle: number;
  readonly sinceOpenMs: number;
  readonly untilCloseMs: number;
  readonly worth: number;
  readonly mostWorth: number;
  readonly held: number;
  readonly gross: number;
  readonly equity: number;
  readonly lastEquity: number;
  readonly peak: number;
  readonly free: number;
  readonly restrictions: number;
  readonly maintenance: number;
};

type Peer = {
  /** The names of the rules that say no. */
  denials(figures: Figures): readonly string[] | Promise<readonly string[]>;
};

/** Each rule with when it says no, as a Cedar expression; the others are given the same. */
const CEDAR: Readonly<Record<string, string>> = {
  'trading-state': 'context.state != "active"',
  'price-collar':
    'context.limit * 100 > context.middle * 103 || context.limit * 100 < context.middle * 97',
  symbols: '!context.isAllowed',
  'market-hours': 'context.sinceOpenMs < 300000 || context.untilCloseMs < 300000',
  'order-size': 'context.worth > context.mostWorth',
  'exposure-name': '(context.held + context.worth) * 100 > context.equity * 20',
  'exposure-total': 'context.gross + context.worth > context.equity',
  'buying-power': 'context.worth > context.free',
  'unexecuted-value': 'context.worth * 100 > context.equity * 30',
  'daily-loss': '(context.lastEquity - context.equity) * 100 >= context.lastEquity * 2',
  drawdown: '(context.peak - context.equity) * 100 >= context.peak * 8',
  margin: 'context.restrictions > 0 || context.maintenance * 100 > context.equity * 60',
};

type Condition = { readonly fact: string; readonly operator: string; readonly value: unknown };

/** json-rules-engine compares a fact with a value: what is calculated is a fact of its own. */
const JSON_RULES: Readonly<Record<string, readonly Condition[]>> = {
  'trading-state': [{ fact: 'state', operator: 'notEqual', value: 'active' }],
  'price-collar': [over('overCollar'), over('underCollar')],
  symbols: [{ fact: 'isAllowed', operator: 'equal', value: false }],
  'market-hours': [
    { fact: 'sinceOpenMs', operator: 'lessThan', value: 300_000 },
    { fact: 'untilCloseMs', operator: 'lessThan', value: 300_000 },
  ],
  'order-size': [over('overSize')],
  'exposure-name': [over('overName')],
  'exposure-total': [over('overTotal')],
  'buying-power': [over('overFree')],
  'unexecuted-value': [over('overUnexecuted')],
  'daily-loss': [{ ...over('overLoss'), operator: 'greaterThanInclusive' }],
  drawdown: [{ ...over('overFall'), operator: 'greaterThanInclusive' }],
  margin: [over('restrictions'), over('overMargin')],
};

function over(fact: string): Condition {
  return { fact, operator: 'greaterThan', value: 0 };
}

const calculated = (f: Figures): Readonly<Record<string, number>> => ({
  overCollar: f.limit * 100 - f.middle * 103,
  underCollar: f.middle * 97 - f.limit * 100,
  overSize: f.worth - f.mostWorth,
  overName: (f.held + f.worth) * 100 - f.equity * 20,
  overTotal: f.gross + f.worth - f.equity,
  overFree: f.worth - f.free,
  overUnexecuted: f.worth * 100 - f.equity * 30,
  overLoss: (f.lastEquity - f.equity) * 100 - f.lastEquity * 2,
  overFall: (f.peak - f.equity) * 100 - f.peak * 8,
  overMargin: f.maintenance * 100 - f.equity * 60,
});

/** The part of a package that is used; it need not be installed. */
type JsonRules = {
  readonly Engine: new () => {
    addRule(rule: object): void;
    run(facts: object): Promise<{ readonly events: readonly { readonly type: string }[] }>;
  };
};

async function jsonRules(): Promise<Peer | null> {
  const loaded = await load<JsonRules>('json-rules-engine');
  if (loaded === null) return null;
  const engine = new loaded.Engine();
  for (const [name, any] of Object.entries(JSON_RULES)) {
    engine.addRule({ conditions: { any }, event: { type: name } });
  }
  return {
    async denials(figures) {
      const { events } = await engine.run({ ...figures, ...calculated(figures) });
      return events.map(({ type }) => type);
    },
  };
}

type Cedar = {
  preparsePolicySet(id: string, policies: object): { readonly type: string };
  statefulIsAuthorized(call: object): {
    readonly type: string;
    readonly response?: { readonly diagnostics: { readonly reason: readonly string[] } };
  };
};

const anybody = (type: string) => ({ type, id: 'one' });

/**
 * Node 20 (20.20.2 was seen) aborts in every other run with "unreachable code" in
 * `Deoptimizer::DoComputeBuiltinContinuation`: the JavaScript that calls Cedar's wasm is optimised
 * with that call inside, and given up while the call runs. Left outside, as here, it never came.
 */
function keepWasmCallsOutside(): void {
  if (process.versions.node.startsWith('20.')) {
    setFlagsFromString('--no-turbo-inline-js-wasm-calls');
  }
}

async function cedar(): Promise<Peer | null> {
  keepWasmCallsOutside();
  const loaded = await load<Cedar>('@cedar-policy/cedar-wasm/nodejs');
  if (loaded === null) return null;
  const entries = Object.entries(CEDAR).map(
    ([name, no]) => [name, `forbid(principal, action, resource) when { ${no} };`] as const,
  );
  const allow = ['enter', 'permit(principal, action, resource);'] as const;
  const staticPolicies = Object.fromEntries([...entries, allow]);
  const { type } = loaded.preparsePolicySet('verdicts', { staticPolicies });
  if (type !== 'success') throw new Error('Cedar does not understand the rules');
  const call = {
    ...{ principal: anybody('Agent'), action: anybody('Action'), resource: anybody('Account') },
    ...{ entities: [], preparsedPolicySetId: 'verdicts', validateRequest: false },
  };
  return {
    denials(figures) {
      const { response } = loaded.statefulIsAuthorized({ ...call, context: figures });
      if (response === undefined) throw new Error('Cedar gave no answer');
      return response.diagnostics.reason.filter((name) => name !== 'enter');
    },
  };
}

type Opa = {
  loadPolicy(compiled: Uint8Array): Promise<{
    evaluate(input: object): readonly { readonly result: readonly string[] }[];
  }>;
};

/** The rules are in `bench/opa/verdicts.rego`, compiled once: no package on npm compiles Rego. */
async function opa(): Promise<Peer | null> {
  const loaded = await load<Opa>('@open-policy-agent/opa-wasm');
  if (loaded === null) return null;
  const policy = await loaded.loadPolicy(readFileSync(resolve('bench/opa/verdicts.wasm')));
  return {
    denials(figures) {
      const [answer] = policy.evaluate(figures);
      if (answer === undefined) throw new Error('OPA gave no answer');
      return answer.result;
    },
  };
}

/** Null where the package is not there; what else goes wrong with it is told. */
async function load<Module>(name: string): Promise<Module | null> {
  try {
    return (await import(name)) as Module;
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (code === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  }
}

/** Null for one whose package is not installed. */
export const peers = {
  'json-rules-engine 7.3.1': jsonRules,
  'Cedar 4.13.0 (wasm)': cedar,
  'OPA 1.7.1 (wasm)': opa,
} as const;
export type PeerName = keyof typeof peers;
