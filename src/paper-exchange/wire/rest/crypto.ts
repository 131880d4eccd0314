import { WireError } from '../../core/basics/types.ts';
import type { Call } from './route.ts';

const LOCATIONS: readonly string[] = ['us', 'us-1', 'us-2', 'eu-1', 'bs-1'];

/** Null for a location that exists. All have the same prices here. */
export function readLocation({ params }: Call): WireError | null {
  const location = params[0] ?? '';
  if (LOCATIONS.includes(location)) return null;
  return new WireError(400, { message: `invalid location: ${location}` });
}
