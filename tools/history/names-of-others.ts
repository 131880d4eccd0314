import type { Json } from '../../src/domain/canonical.ts';
import { isClientOrderId } from '../../src/domain/client-order-id.ts';

/** As the broker names the legs of a group. */
const BROKERS_NAME = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const NOT_SHOWN = '(named by others)';

/**
 * A record's body as a host may read it: whoever places an order names it as he likes, so that
 * a name which is neither ours nor the broker's may be a sentence meant for the host.
 */
export function withoutNamesOfOthers(body: Json): Json {
  if (typeof body !== 'object' || body === null) return body;
  if (Array.isArray(body)) return body.map(withoutNamesOfOthers);
  const fields = Object.entries(body).map(([name, value]) => {
    const isName = name === 'clientOrderId' && typeof value === 'string';
    return [name, isName ? shownName(value) : withoutNamesOfOthers(value)] as const;
  });
  return Object.fromEntries(fields);
}

const shownName = (name: string): string =>
  isClientOrderId(name) || BROKERS_NAME.test(name) ? name : NOT_SHOWN;
