import { type Matcher, parseMatcher } from '@altmap/protocol';
import { InvalidArgumentError } from 'commander';

/** Collects `--match rack=r7 --match code=~ALTMAP_.*`. */
export function matcherArgument(text: string, before: readonly Matcher[]): readonly Matcher[] {
  try {
    return [...before, parseMatcher(text)];
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}
