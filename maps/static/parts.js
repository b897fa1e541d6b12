/* The stretches of a segment, each with who answers for it today; what nobody answers for is a stretch, too. */

const SHORTEST_M = 0.5;
const ANSWERING = new Set(['under_warranty', 'not_yet_accepted', 'needs_review']);

/* In the order of their chainage, neighbours with the same answer joined. */
export function partsOf(segment) {
  const parts = [];
  let reached = segment.from_m;
  for (const one of [...segment.liability].sort((a, b) => a.from_m - b.from_m)) {
    if (one.from_m - reached > SHORTEST_M) add(parts, nobody(reached, one.from_m));
    add(parts, told(one));
    reached = Math.max(reached, one.to_m);
  }
  if (segment.to_m - reached > SHORTEST_M || !parts.length) add(parts, nobody(reached, segment.to_m));
  return parts.map((part) => ({ ...part, from: chainage(part.fromM), to: chainage(part.toM) }));
}

function told({ from_m: fromM, to_m: toM, outcome, contract, ends_on: last, days_left: days }) {
  if (!contract || !ANSWERING.has(outcome)) return { ...nobody(fromM, toM), ended: outcome === 'expired' ? last : null };
  return { fromM, toM, outcome, contract, until: last, days };
}

const nobody = (fromM, toM) => ({ fromM, toM, contract: null, ended: null });

function add(parts, next) {
  const last = parts.at(-1);
  const isSame = last && last.contract?.id === next.contract?.id && last.until === next.until && last.outcome === next.outcome;
  if (isSame) Object.assign(last, { toM: next.toM, ended: [last.ended, next.ended].sort().at(-1) ?? last.ended });
  else parts.push(next);
}

/* Metres as people on the road say them: 12+340. */
function chainage(metres) {
  const whole = Math.round(metres);
  return `${Math.floor(whole / 1000)}+${String(whole % 1000).padStart(3, '0')}`;
}
