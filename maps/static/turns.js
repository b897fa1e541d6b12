/* Long work in parts: between them the browser answers a finger and draws. */

export const nextTurn = () => globalThis.scheduler?.yield?.() ?? new Promise((go) => { setTimeout(go); });
