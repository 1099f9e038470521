import { z } from 'zod';

const Verdict = z.object({
  basis: z.enum(['OWN', 'WHAT_IF', 'PLANNED']),
  pageSize: z.number(),
  question: z.enum(['AS_IS', 'MADE_ANEW']),
  outcome: z.enum(['OK', 'OK_DRAM', 'REFUSED', 'OOPS', 'UNSUPPORTED', 'UNKNOWN']),
  reason: z.string(),
  sentence: z.string(),
  memmap: z.object({ deviceBytes: z.number(), dramBytes: z.number() }).nullable(),
});
export type FleetVerdict = z.infer<typeof Verdict>;

const Host = z.object({
  name: z.string(),
  report: z
    .object({
      state: z.enum(['RECEIVED', 'CHECKED', 'FAILED']),
      release: z.string(),
      pageSize: z.number().nullable(),
      failure: z.string().nullable(),
      deviceRanges: z.array(
        z.object({
          name: z.string(),
          start: z.string(),
          size: z.number(),
          mode: z.string().nullable(),
          map: z.string().nullable(),
          verdicts: z.array(Verdict),
        }),
      ),
    })
    .nullable(),
});
export type FleetHost = z.infer<typeof Host>;

const Answer = z.object({
  data: z.object({ hosts: z.object({ edges: z.array(z.object({ node: Host })) }) }).nullish(),
  errors: z.array(z.object({ message: z.string() })).optional(),
});

const FLEET_QUERY = `{
  hosts(first: 100) {
    edges {
      node {
        name
        report {
          state release pageSize failure
          deviceRanges {
            name start size mode map
            verdicts {
              basis pageSize question outcome reason sentence
              memmap { deviceBytes dramBytes }
            }
          }
        }
      }
    }
  }
}`;

/** Asks a running server, as any user of its GraphQL would. */
export async function fetchFleet(apiUrl: string, readerToken: string): Promise<FleetHost[]> {
  const response = await fetch(`${apiUrl}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${readerToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: FLEET_QUERY }),
    signal: AbortSignal.timeout(30_000),
  });
  const { data, errors } = Answer.parse(await response.json());
  if (data === null || data === undefined)
    throw new Error(`GraphQL: ${errors?.map((error) => error.message).join('; ') ?? 'no data'}`);
  return data.hosts.edges.map((edge) => edge.node);
}
