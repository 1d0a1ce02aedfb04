import type { HttpRequest, HttpResponse } from '#lab';

/** POST /greet/:name answers with a greeting. */
export async function greet(_request: HttpRequest<{ name: string }>): Promise<HttpResponse> {
  return { status: 200, body: 'hello' };
}
