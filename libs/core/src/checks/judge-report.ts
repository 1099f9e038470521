import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import type { Assessment, Diagnostic, FindingFact, HostCase, OpenCase, Policy } from '@altmap/policy';
import type { PartKind } from '@altmap/protocol';
import { type Clock, newId } from '../clock.ts';
import type { BlobRepository } from '../intake/report.ts';
import type { CheckRepository, ReportToCheck } from './check.ts';

const decompress = promisify(zstdDecompress);

export interface JudgeReportPorts {
  readonly checks: Pick<CheckRepository, 'findVerdictSet' | 'saveVerdictSet'>;
  readonly blobs: Pick<BlobRepository, 'partsOf'>;
  readonly clock: Clock;
  readonly openCase: OpenCase;
  readonly engineVersion: string;
}

export interface JudgedReport {
  /** null where the verdicts are not stored. */
  readonly verdictSetId: string | null;
  readonly findings: readonly FindingFact[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a report's evidence, finds or makes its verdicts, and says what of it is a finding under a policy. */
export class JudgeReport {
  readonly #ports: JudgeReportPorts;

  constructor(ports: JudgeReportPorts) {
    this.#ports = ports;
  }

  /** Stores verdicts that are new. */
  async judge(report: ReportToCheck, policy: Policy): Promise<JudgedReport & { readonly verdictSetId: string }> {
    const { checks, clock } = this.#ports;
    const { hostCase, inputDigest, known } = await this.#open(report, policy);
    const assessment = known?.assessment ?? hostCase.assess();
    const verdictSetId =
      known?.id ?? (await checks.saveVerdictSet({ id: newId(), inputDigest, assessment, at: clock.now() }));
    return { verdictSetId, findings: hostCase.findings(assessment), diagnostics: hostCase.diagnostics };
  }

  /** Stores nothing. */
  async preview(report: ReportToCheck, policy: Policy): Promise<JudgedReport> {
    const { hostCase, known } = await this.#open(report, policy);
    const findings = hostCase.findings(known?.assessment ?? hostCase.assess());
    return { verdictSetId: known?.id ?? null, findings, diagnostics: hostCase.diagnostics };
  }

  async #open(
    report: ReportToCheck,
    policy: Policy,
  ): Promise<{ hostCase: HostCase; inputDigest: string; known: { id: string; assessment: Assessment } | null }> {
    const { checks, blobs, openCase, engineVersion } = this.#ports;
    const evidence = new Map<PartKind, Uint8Array>();
    for (const [kind, zstd] of await blobs.partsOf(report.id)) evidence.set(kind, await decompress(zstd));
    const { release, pageSize, labels } = report;
    const hostCase = openCase(evidence, { release, pageSize }, { policy, labels });
    const inputDigest = createHash('sha256').update(JSON.stringify(hostCase.input)).digest('hex');
    return { hostCase, inputDigest, known: await checks.findVerdictSet(engineVersion, inputDigest) };
  }
}
