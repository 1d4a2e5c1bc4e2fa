/** Requests to the server that sent this page; no other is ever asked. */

import { said, t } from "./i18n";
import type { Claim, Job, Problem, Row, View } from "./types";

/** What the server refused, with everything that it says is wrong. */
export class Refused extends Error {
  constructor(readonly problems: Problem[]) {
    super(problems.map(told).join("\n"));
  }
}

export function told(problem: Problem): string {
  const at = [problem.file, problem.line].filter((part) => part !== null && part !== undefined).join(":");
  return [at, problem.key, problem.told ? said(problem.told) : problem.message].filter(Boolean).join(": ");
}

async function asked<T>(path: string, init: RequestInit = {}): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(path, init);
  } catch {
    throw new Refused([plain(t("The server does not answer. It may have been stopped."))]);
  }
  const document: unknown = await answer.json().catch(() => null);
  if (!answer.ok) {
    const errors = (document as { errors?: Problem[] } | null)?.errors;
    throw new Refused(errors ?? [plain(`HTTP ${answer.status}`)]);
  }
  return document as T;
}

function plain(message: string): Problem {
  return { file: null, line: null, key: null, message };
}

function sent(body: unknown): RequestInit {
  return { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

let first: Promise<View> | undefined;
let claimed: Promise<{ claims: Claim[] }> | undefined;
let recorded: Promise<{ rows: Row[] }> | undefined;

export const firstView = () => (first ??= asked<View>("api/view"));
export const claims = async () => (await (claimed ??= asked("api/claims"))).claims;
export const evidence = async () => (await (recorded ??= asked("api/evidence"))).rows;
export const jobs = async () => (await asked<{ jobs: Job[] }>("api/jobs")).jobs;
export const start = (body: unknown) => asked<Job>("api/jobs", sent(body));
export const job = (id: string) => asked<Job>(`api/jobs/${encodeURIComponent(id)}`);
export const cancel = (id: string) => asked<Job>(`api/jobs/${encodeURIComponent(id)}`, { method: "DELETE" });
export const jobView = (id: string) => asked<View>(`api/jobs/${encodeURIComponent(id)}/view`);
export const bring = (files: Record<string, string>) =>
  asked<{ id: string; view: View }>("api/scenarios", sent({ files }));

/** Follow a job until it has ended; the browser takes the connection up again by itself when it breaks. */
export function follow(id: string, seen: (job: Job) => void): () => void {
  const source = new EventSource(`api/jobs/${encodeURIComponent(id)}/events`);
  source.addEventListener("message", (event) => {
    const state = JSON.parse((event as MessageEvent<string>).data) as Job;
    if (["done", "cancelled", "failed"].includes(state.state)) source.close();
    seen(state);
  });
  return () => source.close();
}
