import { SeededIds } from '../adapters/system/seeded-ids.ts';
import { whileTimePasses } from '../adapters/system/virtual-clock.ts';
import { type Action, ActionTeller } from '../cli/shared/action-teller.ts';
import { compose, type Running } from '../compose.ts';
import { ZERO } from '../paper-exchange/core/basics/decimal.ts';
import type { ExchangeEvent } from '../paper-exchange/core/basics/types.ts';
import { type DemoFigures, figuresOf } from './figures.ts';
import { Referee } from './referee.ts';
import { RefusalCounter } from './refusals.ts';
import type { Stage } from './stage.ts';
import { Story } from './story.ts';

export type DemoOptions = {
  readonly seed: number;
  readonly stage: Stage;
  /** In memory a simulation of years does not wait for the disk. */
  readonly journal: 'file' | 'memory';
  /** Simulated time between two calls of `onProgress`. */
  readonly stepMs: number;
  readonly onStart: (running: Running) => void;
  readonly onAction: (action: Action) => void;
  readonly onProgress: () => void;
  /** Real milliseconds; simulated time says nothing of how long it took. */
  readonly stopwatch: () => number;
};

export type DemoOutcome = { readonly figures: DemoFigures; readonly story: Story };

/** Plays a stage from its first to its last instant, guarded, and says what came of it. */
export async function runDemo(options: DemoOptions): Promise<DemoOutcome> {
  const { stage, seed, stopwatch } = options;
  const { clock, exchange } = stage;
  const beganAt = stopwatch();
  const referee = new Referee(stage.opening);
  const [accountId = ''] = exchange.core.accountIds;
  exchange.core.subscribe((event, more) => {
    referee.see(event);
    const symbol = symbolOf(event);
    if (more > 0 || symbol === null) return;
    referee.recount(symbol, exchange.core.position(accountId, symbol)?.qty ?? ZERO);
  });
  const refusals = new RefusalCounter();
  const watched = {
    credentials: exchange.credentials,
    fetchApi: refusals.watching(exchange.fetchApi),
    wsFactory: exchange.wsFactory,
    start: () => exchange.start(),
    stop: () => exchange.stop(),
  };
  await stage.prepare();
  const ids = new SeededIds(`demo-${seed}`);
  const system = { clock, ids, exchange: watched, journal: options.journal };
  const running = await whileTimePasses(clock, compose(stage.settings, system));
  const story = new Story();
  const teller = new ActionTeller();
  running.logger.onRecord((record) => {
    story.note(record);
    const action = teller.actionIn(record);
    if (action !== null) options.onAction(action);
  });
  options.onStart(running);
  if (stage.isPaced) running.orchestrator.startPaced();
  else running.orchestrator.start();
  stage.startOthers(running, options.onAction);

  while (clock.now() < stage.endsAt) {
    await clock.advanceTo(Math.min(clock.now() + options.stepMs, stage.endsAt));
    options.onProgress();
  }
  await whileTimePasses(clock, running.stopGuarding());
  const elapsedMs = Math.round(stopwatch() - beganAt);
  const figures = figuresOf({ seed, running, referee, refusals, story, elapsedMs });
  running.close();
  return { figures, story };
}

const symbolOf = (event: ExchangeEvent): string | null => {
  if (event.kind === 'trade_update') return event.order.symbol;
  return event.kind === 'quote' ? event.quote.symbol : null;
};
