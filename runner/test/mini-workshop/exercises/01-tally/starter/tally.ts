import type { HttpRequest, HttpResponse, Services } from '#lab';

/** POST /vote counts one vote in the document `tally`. */
export async function vote(_request: HttpRequest, { store }: Services): Promise<HttpResponse> {
  const tally = await store.load<number>('tally');
  const votes = (tally?.value ?? 0) + 1;
  await store.commit({ key: 'tally', value: votes });
  return { status: 200, body: { votes } };
}
