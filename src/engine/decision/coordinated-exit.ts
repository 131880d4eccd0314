import { type Quantity, text } from '../../domain/decimal.ts';
import { holdingsOf } from '../../domain/exposure.ts';
import type { Ticker } from '../../domain/ids.ts';
import type { ExitGroup } from '../../domain/plan.ts';
import type { Position } from '../../domain/portfolio.ts';
import { contributionsOf, stakesOf } from '../risk/market-risk.ts';
import type { RiskModel } from '../risk/risk-model.ts';

/** What is known of how positions belong together and how fast they can be sold. */
export type ExitBasis = {
  readonly model: RiskModel;
  readonly sectorOf: (symbol: Ticker) => string | null;
  /** Shares that change hands in a day; null where it is not known. */
  readonly volumeOf: (symbol: Ticker) => Quantity | null;
};

/** What the report of the risk calls the bucket of those of no known sector. */
const UNKNOWN_SECTOR = 'unknown';

/** The positions that a group means, or in words why it means none. */
export function membersOf(
  group: ExitGroup,
  positions: readonly Position[],
  { model, sectorOf }: ExitBasis,
): readonly Position[] | string {
  switch (group.by) {
    case 'symbols': {
      const held = new Set(positions.map(({ symbol }) => symbol));
      const missing = group.symbols.filter((symbol) => !held.has(symbol));
      if (missing.length > 0) return `nothing is held in ${missing.join(', ')}`;
      return positions.filter(({ symbol }) => group.symbols.includes(symbol));
    }
    case 'sector': {
      const bucketOf = ({ symbol }: Position) => sectorOf(symbol) ?? UNKNOWN_SECTOR;
      const wanted = group.sector.toLowerCase();
      const members = positions.filter((one) => bucketOf(one).toLowerCase() === wanted);
      if (members.length > 0) return members;
      const held = [...new Set(positions.map(bucketOf))].sort();
      return `nothing is held in the sector ${group.sector}; held are ${held.join(', ') || 'none'}`;
    }
    case 'cluster': {
      const cluster = model.clusters.get(group.of);
      if (cluster === undefined) {
        return `no cluster of ${group.of} is known: its prices move with no other's, or too few of its bars were read`;
      }
      return positions.filter(({ symbol }) => model.clusters.get(symbol) === cluster);
    }
    case 'everything':
      return positions;
  }
}

/**
 * In which order positions are left: that one first which sheds the most risk for each part of a
 * day's volume that its sale takes (its contribution to the portfolio's spread, divided by shares
 * over daily volume). Names whose volume is not known come after those with one, the riskier
 * first; hedges come last, since leaving them first would raise the risk.
 *
 * @param all everything held: risk is shed of the whole
 */
export function inExitOrder(
  members: readonly Position[],
  all: readonly Position[],
  { model, volumeOf }: ExitBasis,
): readonly Position[] {
  const risk = contributionsOf(stakesOf(holdingsOf(all)), model);
  const ranked = members.map((position) => {
    const shed = risk.get(position.symbol) ?? 0;
    const volume = volumeOf(position.symbol);
    const days =
      volume?.gt('0') === true ? Number(text(position.quantity)) / Number(text(volume)) : null;
    return { position, shed, rank: shed <= 0 ? 2 : days === null ? 1 : 0, days };
  });
  return ranked
    .sort(
      (one, other) =>
        one.rank - other.rank ||
        other.shed / (other.days ?? 1) - one.shed / (one.days ?? 1) ||
        (one.position.symbol < other.position.symbol ? -1 : 1),
    )
    .map(({ position }) => position);
}
