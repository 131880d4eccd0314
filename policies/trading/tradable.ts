import type { PositionContext } from '../../src/domain/portfolio.ts';

/** True while an order that should fill now can fill: coins trade at all hours. */
export const isTradable = ({ market, session, position }: PositionContext): boolean =>
  !market.halted && (session.isOpen || position.assetClass === 'crypto');
