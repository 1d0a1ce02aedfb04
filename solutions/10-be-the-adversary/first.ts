import type { Delivery, Services } from '#lab';

/** Kept under `agent-<name>`. */
export interface Agent {
  readonly status: 'on duty' | 'at home';
}

/** An agent of the support would like to go home. */
export interface EndShift {
  readonly agent: string;
  readonly colleague: string;
}

/** The queue `support`. Whoever wants to may go home, as long as the colleague is on duty. */
export async function endShift(
  { body: { agent, colleague } }: Delivery<EndShift>,
  { store }: Services,
): Promise<void> {
  const key = `agent-${agent}`;
  const own = await store.load<Agent>(key);
  const other = await store.load<Agent>(`agent-${colleague}`);
  // Gone home already, or needed here.
  if (own?.value.status !== 'on duty' || other?.value.status !== 'on duty') return;
  // Refused if somebody was faster: then this message is delivered again, and looks again.
  await store.commit({ key, value: { status: 'at home' }, ifVersion: own.version });
}
