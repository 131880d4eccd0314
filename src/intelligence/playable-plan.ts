import type { Json } from '../domain/canonical.ts';
import { parseDecimal, text, ZERO } from '../domain/decimal.ts';
import { fieldAt, textAt } from '../domain/record-body.ts';
import type { PlayedHolding, PlayedOrder, PlayedStep } from '../ports/scenario-player.ts';

type Resting = PlayedHolding['resting'][number];

/** As a plan's order lines have it: the type, and the class where it is no simple order. */
const TYPE = /^(\w+)(?: \((\w+)\))?$/;
const PAIRED: ReadonlySet<string | undefined> = new Set(['oco', 'bracket']);

/** What is held before a part of a plan, out of its record. */
export function holdingIn(part: Json): PlayedHolding {
  const basis = fieldAt(part, 'basis') ?? null;
  return {
    symbol: textAt(part, 'symbol') ?? '',
    side: textAt(basis, 'side') === 'short' ? 'short' : 'long',
    quantity: textAt(basis, 'quantity') ?? '0',
    price: textAt(basis, 'price') ?? '0',
    resting: restingIn(listAt(part, 'ordersBefore')),
  };
}

/** A take-profit and the stop that follows it share their shares; nothing else does. */
function restingIn(lines: readonly Json[]): readonly Resting[] {
  const resting: Resting[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const [line, next] = [lines[index] ?? null, lines[index + 1] ?? null];
    const order = orderIn(line);
    const stop = next === null ? null : orderIn(next);
    const isPair = PAIRED.has(classOf(line)) && PAIRED.has(classOf(next));
    if (isPair && stop !== null && order.stopPrice === null && stop.stopPrice !== null) {
      resting.push([order, stop]);
      index += 1;
    } else resting.push([order]);
  }
  return resting;
}

/** The steps of a part of a plan, out of its record, in their order. */
export function stepsIn(part: Json): readonly PlayedStep[] {
  return listAt(part, 'steps').flatMap((step): readonly PlayedStep[] => {
    const symbol = textAt(step, 'symbol') ?? '';
    switch (textAt(step, 'kind')) {
      case 'submit':
        return [{ kind: 'submit', symbol, order: requestIn(fieldAt(step, 'order') ?? null) }];
      case 'cancel':
        return [{ kind: 'cancel', symbol, before: liveIn(fieldAt(step, 'before') ?? null) }];
      case 'replace': {
        const change = fieldAt(step, 'change') ?? null;
        const before = liveIn(fieldAt(step, 'before') ?? null);
        return [
          {
            ...{ kind: 'replace', symbol, before },
            quantity: textAt(change, 'quantity'),
            limitPrice: textAt(change, 'limitPrice'),
            stopPrice: textAt(change, 'stopPrice'),
          },
        ];
      }
      default:
        return [];
    }
  });
}

function requestIn(order: Json) {
  const stopLoss = fieldAt(order, 'stopLoss') ?? null;
  const stopPrice = textAt(stopLoss, 'stopPrice');
  return {
    ...orderIn(order),
    orderClass: textAt(order, 'orderClass') ?? 'simple',
    positionIntent: textAt(order, 'positionIntent'),
    takeProfitLimitPrice: textAt(order, 'takeProfitLimitPrice'),
    stopLoss: stopPrice === null ? null : { stopPrice, limitPrice: textAt(stopLoss, 'limitPrice') },
  };
}

/** An order as the broker had it: of one that was filled in part the rest. */
function liveIn(order: Json): PlayedOrder {
  const [ordered = ZERO, filled = ZERO] = ['quantity', 'filledQuantity'].map(
    (name) => parseDecimal(textAt(order, name) ?? '') ?? ZERO,
  );
  return { ...orderIn(order), quantity: text(ordered.minus(filled)) };
}

const orderIn = (order: Json): PlayedOrder => ({
  side: textAt(order, 'side') ?? '',
  type: TYPE.exec(textAt(order, 'type') ?? '')?.[1] ?? '',
  quantity: textAt(order, 'quantity') ?? '0',
  limitPrice: textAt(order, 'limitPrice'),
  stopPrice: textAt(order, 'stopPrice'),
  timeInForce: textAt(order, 'timeInForce') ?? 'day',
});

const classOf = (line: Json): string | undefined => TYPE.exec(textAt(line, 'type') ?? '')?.[2];

function listAt(body: Json, name: string): readonly Json[] {
  const list = fieldAt(body, name);
  return Array.isArray(list) ? list : [];
}
