import { type AuditEvent, type AuditReader, requireScope } from '@altmap/core';
import { Inject, type Type } from '@nestjs/common';
import { ArgsType, Context, Field, ID, InputType, ObjectType, Query, Resolver } from '@nestjs/graphql';
import { AUDIT } from '../tokens.ts';
import { ArgsOf } from './args-of.ts';
import { ConnectionOf, connectionOf, PageArgs, pageCost, pageRequestOf } from './connection.ts';
import { given } from './given.ts';
import type { GraphContext } from './graph-context.ts';
import { DateTime, Json } from './scalars.ts';

@ObjectType('AuditEvent', { description: 'Who changed what, and when' })
class AuditEventNode {
  @Field(() => ID)
  id!: string;

  @Field(() => DateTime)
  at!: Date;

  @Field(() => String, { description: '"token ID", "command line (USER)" or "server"' })
  actor!: string;

  @Field(() => String, { description: 'e.g. token.revoke' })
  action!: string;

  @Field(() => String, { description: 'e.g. "host ID"' })
  object!: string;

  @Field(() => Json, { description: 'Never a secret' })
  details!: AuditEvent['details'];
}

const AuditEventConnection = ConnectionOf('AuditEvent', AuditEventNode);
type AuditEventConnection = InstanceType<typeof AuditEventConnection>;

@InputType('AuditFilter', { description: 'Events with exactly these' })
class AuditFilterInput {
  @Field(() => String, { nullable: true })
  actor?: string | null;

  @Field(() => String, { nullable: true })
  action?: string | null;

  @Field(() => String, { nullable: true })
  object?: string | null;
}

@ArgsType()
class AuditArgs extends PageArgs {
  @Field(() => AuditFilterInput, { nullable: true })
  filter?: AuditFilterInput | null;
}

@Resolver()
export class AuditResolver {
  readonly #audit: AuditReader;

  constructor(@Inject(AUDIT) audit: AuditReader) {
    this.#audit = audit;
  }

  @Query(() => AuditEventConnection as Type<AuditEventConnection>, {
    complexity: pageCost,
    description: 'Newest first. Needs the scope admin',
  })
  async auditEvents(
    @ArgsOf(() => AuditArgs) args: AuditArgs,
    @Context() { principal }: GraphContext,
  ): Promise<AuditEventConnection> {
    requireScope(principal, 'admin');
    return connectionOf(await this.#audit.events(given(args.filter ?? {}), pageRequestOf(args)), (event) => event);
  }
}
