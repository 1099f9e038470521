import { freshDatabase } from '@altmap/testkit';
import { describeJobQueue } from './conformance.ts';

describeJobQueue('Postgres', freshDatabase);
