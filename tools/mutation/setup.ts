import fc from 'fast-check';

// A mutant that fails is killed: the smallest input that shows it is of no interest.
fc.configureGlobal({ endOnFailure: true });
