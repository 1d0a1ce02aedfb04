import { ConcurrencyError, type HttpRequest, type HttpResponse, type Services } from '#lab';

/** POST /vote counts one vote in the document `tally`. */
export async function vote(request: HttpRequest, services: Services): Promise<HttpResponse> {
  const tally = await services.store.load<number>('tally');
  const votes = (tally?.value ?? 0) + 1;
  try {
    await services.store.commit({
      key: 'tally',
      value: votes,
      ifVersion: tally?.version ?? 'absent',
    });
    return { status: 200, body: { votes } };
  } catch (error) {
    if (!(error instanceof ConcurrencyError)) throw error;
    return vote(request, services);
  }
}
