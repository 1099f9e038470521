import { parsePolicy } from './parse-policy.ts';
import type { Policy } from './policy.ts';

/** The policy that is in force where no other was applied, as a file. */
export const BUILT_IN_POLICY_TEXT = `# What Altmap takes for a finding where no other policy was applied. See docs/policies.md.
version: 1
name: built-in
rules:
  # Without device memory nothing is at stake today.
  - code: CONFIG_NO_ALTMAP
    title: "The kernel that the host runs cannot put struct pages on a device: config or version lack it"
    about: config
    when: { lacks: [zone-device, pfn, altmap-honoured], deviceMemory: true }
    severity: critical
    message: "{release} cannot put struct pages on a device: {why}"
  - code: CONFIG_NO_ALTMAP
    about: config
    when: { lacks: [zone-device, pfn, altmap-honoured], deviceMemory: false }
    severity: warning
    message: "{release} cannot put struct pages on a device: {why}"

  - code: RANGE_OOPS
    title: The kernel that the host runs crashes on this range as it is
    about: verdict
    when: { basis: own, question: as-is, outcome: oops }
    severity: critical
  - code: RANGE_REFUSED
    title: The kernel that the host runs refuses this range as it is
    about: verdict
    when: { basis: own, question: as-is, outcome: refused }
    severity: critical
  - code: RANGE_IN_DRAM
    title: The range was made with map=dev, but its struct pages are in DRAM
    about: verdict
    when: { basis: own, question: as-is, outcome: ok-dram, map: dev, mode: [fsdax, devdax, kmem] }
    severity: warning
  - code: RANGE_NOT_JUDGED
    title: An input is missing, so the range could not be judged
    about: verdict
    when: { basis: own, question: as-is, outcome: unknown }
    severity: info
  - code: RANGE_UNSAFE_REMOVAL
    title: The range works, but taking it away again crashes the kernel
    about: verdict
    when: { basis: own, question: as-is, oopsOnRemoval: true }
    severity: warning
  - code: NEW_NAMESPACE_FAILS
    title: No new namespace with map=dev can be made on this range
    about: verdict
    when: { basis: own, question: made-anew, outcome: [refused, oops] }
    severity: info

  # Only what works today can be lost by a move.
  - code: MOVE_OOPS
    title: The same kernel built for another page size would crash on this range as it is
    about: verdict
    when: { basis: what-if, question: as-is, outcome: oops, today: [ok, ok-dram] }
    severity: warning
    message: "Under {pageSize} pages: {sentence}"
  - code: MOVE_LOSES_RANGE
    title: The same kernel built for another page size would refuse this range as it is
    about: verdict
    when: { basis: what-if, question: as-is, outcome: refused, today: [ok, ok-dram] }
    severity: info
    message: "Under {pageSize} pages: {sentence}"

  # For the kernels that a policy plans, if it extends this one.
  - code: PLAN_OOPS
    title: A planned kernel would crash on this range as it is
    about: verdict
    when: { basis: planned, question: as-is, outcome: oops, today: [ok, ok-dram] }
    severity: critical
    message: "On {target}: {sentence}"
  - code: PLAN_LOSES_RANGE
    title: A planned kernel would not bring this range up as it is
    about: verdict
    when: { basis: planned, question: as-is, outcome: [refused, unsupported], today: [ok, ok-dram] }
    severity: warning
    message: "On {target}: {sentence}"
  - code: PLAN_IN_DRAM
    title: A planned kernel would put the struct pages of this range in DRAM, where they are on the device today
    about: verdict
    when: { basis: planned, question: as-is, outcome: ok-dram, today: ok }
    severity: warning
    message: "On {target}: {sentence}"

  - code: RANGE_NOT_JUDGED
    about: unplaced
    severity: info
`;

export const BUILT_IN_POLICY: Policy = builtIn();

function builtIn(): Policy {
  const { policy, problems } = parsePolicy(BUILT_IN_POLICY_TEXT, null);
  if (policy !== null) return policy;
  throw new Error(
    problems.map(({ line, column, message }) => `built-in policy: ${line}:${column}: ${message}`).join('; '),
  );
}

/** The codes of the built-in policy, each with what it means. */
export const FINDING_CODES: Readonly<Record<string, string>> = Object.fromEntries(
  BUILT_IN_POLICY.rules.map(({ code, title }) => [code, title]),
);
