/**
 * Which requests are answered: those of this machine's own browser, for this server's own pages.
 *
 * A page elsewhere on the web can make a browser send requests here, too. It can name this server by
 * a host of its own (DNS rebinding), so the host must be ours. It can send a form, so a form must
 * come from a page of ours, and hold a token that only these know.
 *
 * @module
 */

/** What requests are held against. */
export interface Guard {
  readonly port: number;
  /** Unknown to any other page. */
  readonly token: string;
}

/** A request that is refused. The message says why. */
export class Refusal extends Error {
  override readonly name = "Refusal";

  constructor(readonly status: number, message: string) {
    super(message);
  }
}

/** The names of this machine that a browser may use. */
function hostsOf({ port }: Pick<Guard, "port">): string[] {
  return [`127.0.0.1:${port}`, `localhost:${port}`];
}

/**
 * Requires that a request names this server as its host.
 *
 * @throws {Refusal} if it does not.
 */
export function requireHost({ headers }: Request, guard: Pick<Guard, "port">): void {
  const host = headers.get("host") ?? "";
  if (!hostsOf(guard).includes(host)) {
    throw new Refusal(421, `This server answers as ${hostsOf(guard)[0]} alone.`);
  }
}

/** Most bytes of a form: thousands of runs. */
const FORM_BYTES = 1_000_000;

/**
 * Reads a form that a page of this server has sent.
 *
 * @throws {Refusal} if it comes from elsewhere.
 */
export async function readForm(request: Request, guard: Guard): Promise<URLSearchParams> {
  const origin = request.headers.get("origin") ?? "";
  if (!hostsOf(guard).some((host) => origin === `http://${host}`)) {
    throw new Refusal(403, "A form must come from a page of this server.");
  }
  if (request.headers.get("content-type") !== "application/x-www-form-urlencoded") {
    throw new Refusal(415, "Expected a form.");
  }
  if (!(Number(request.headers.get("content-length")) <= FORM_BYTES)) {
    throw new Refusal(413, "The form is too large.");
  }
  const form = new URLSearchParams(await request.text());
  if (form.get("token") !== guard.token) {
    throw new Refusal(403, "This form is of a server that has ended. Load the page again.");
  }
  return form;
}
