import {
  actorOf,
  type Clock,
  type IssuedToken,
  ManageTokens,
  requireScope,
  type TokenRecord,
  type TokenRepository,
} from '@altmap/core';
import { Inject, type Type } from '@nestjs/common';
import { ArgsType, Context, Field, ID, InputType, Int, Mutation, ObjectType, Query, Resolver } from '@nestjs/graphql';
import { CLOCK, TOKENS } from '../tokens.ts';
import { ArgsOf } from './args-of.ts';
import { ConnectionOf, connectionOf, PageArgs, pageCost, pageRequestOf } from './connection.ts';
import { TokenKindEnum, type ValueOf } from './enums.ts';
import type { GraphContext } from './graph-context.ts';
import { Label, LabelInput, labelRecordOf, labelsOf } from './label.ts';
import { DateTime } from './scalars.ts';
import { timeOf } from './time-of.ts';

@ObjectType('Token', { description: 'What a host or a person shows to be let in. Its secret is never shown.' })
class TokenNode {
  @Field(() => ID)
  id!: string;

  @Field(() => TokenKindEnum)
  kind!: string;

  @Field(() => String, { description: 'What or whom it is for' })
  name!: string;

  @Field(() => ID, { nullable: true, description: 'Of AGENT: its host' })
  hostId!: string | null;

  @Field(() => [Label], { description: 'Of ENROLL: what hosts that enrol with it get, whatever they say' })
  labels!: Label[];

  @Field(() => DateTime)
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'null: it is good for ever' })
  expiresAt!: Date | null;

  @Field(() => DateTime, { nullable: true })
  revokedAt!: Date | null;
}

const TokenConnection = ConnectionOf('Token', TokenNode);
type TokenConnection = InstanceType<typeof TokenConnection>;

@ObjectType('IssuedToken')
class IssuedTokenNode {
  @Field(() => TokenNode)
  token!: TokenNode;

  @Field(() => String, { description: 'What is sent as "Authorization: Bearer ...". It is shown here and never again' })
  secret!: string;
}

@InputType('TokenFilter')
class TokenFilterInput {
  @Field(() => TokenKindEnum, { nullable: true })
  kind?: ValueOf<typeof TokenKindEnum> | null;

  @Field(() => Boolean, { nullable: true, description: 'true: only those that are neither revoked nor expired' })
  live?: boolean | null;
}

@ArgsType()
class TokensArgs extends PageArgs {
  @Field(() => TokenFilterInput, { nullable: true })
  filter?: TokenFilterInput | null;
}

@InputType()
class NewToken {
  @Field(() => TokenKindEnum, { description: 'Any but AGENT: hosts get theirs by enrolling' })
  kind!: ValueOf<typeof TokenKindEnum>;

  @Field(() => String, { description: 'What or whom it is for' })
  name!: string;

  @Field(() => [LabelInput], { nullable: true, description: 'Of ENROLL: what hosts that enrol with it get' })
  labels?: LabelInput[] | null;

  @Field(() => String, { nullable: true, description: 'A time to come, as ISO 8601; for ever when not given' })
  expiresAt?: string | null;
}

@ArgsType()
class CreateTokenArgs {
  @Field(() => NewToken)
  token!: NewToken;
}

@ArgsType()
class TokenArgs {
  @Field(() => ID)
  id!: string;
}

@ArgsType()
class RotateTokenArgs extends TokenArgs {
  @Field(() => Int, { defaultValue: 0, description: 'How long the old one is still good' })
  graceSeconds!: number;
}

const nodeOf = ({ labels, ...token }: TokenRecord): TokenNode => ({ ...token, labels: labelsOf(labels) });
const issuedOf = ({ record, secret }: IssuedToken): IssuedTokenNode => ({ token: nodeOf(record), secret });

@Resolver(() => TokenNode)
export class TokenResolver {
  readonly #tokens: TokenRepository;
  readonly #clock: Clock;

  constructor(@Inject(TOKENS) tokens: TokenRepository, @Inject(CLOCK) clock: Clock) {
    this.#tokens = tokens;
    this.#clock = clock;
  }

  @Query(() => TokenConnection as Type<TokenConnection>, {
    complexity: pageCost,
    description: 'Newest first. Needs the scope admin',
  })
  async tokens(@ArgsOf(() => TokensArgs) args: TokensArgs, @Context() context: GraphContext): Promise<TokenConnection> {
    const { kind, live } = args.filter ?? {};
    const filter = {
      ...(kind === undefined || kind === null ? {} : { kind }),
      ...(live === true ? { liveAt: this.#clock.now() } : {}),
    };
    return connectionOf(await this.#manage(context).list(filter, pageRequestOf(args)), nodeOf);
  }

  @Mutation(() => IssuedTokenNode, { description: 'Needs the scope admin' })
  async createToken(
    @ArgsOf(() => CreateTokenArgs) { token: said }: CreateTokenArgs,
    @Context() context: GraphContext,
  ): Promise<IssuedTokenNode> {
    const { kind, name, labels, expiresAt = null } = said;
    const request = {
      kind,
      name,
      labels: labelRecordOf(labels ?? []),
      expiresAt: expiresAt === null ? null : timeOf('expiresAt', expiresAt),
    };
    return issuedOf(await this.#manage(context).create(request));
  }

  @Mutation(() => IssuedTokenNode, {
    description: 'Another token in the place of one: the same kind, name, labels and lifetime. Needs the scope admin',
  })
  async rotateToken(
    @ArgsOf(() => RotateTokenArgs) { id, graceSeconds }: RotateTokenArgs,
    @Context() context: GraphContext,
  ): Promise<IssuedTokenNode> {
    return issuedOf(await this.#manage(context).rotate(id, graceSeconds));
  }

  @Mutation(() => TokenNode, { description: 'It is refused within ten seconds. Needs the scope admin' })
  async revokeToken(@ArgsOf(() => TokenArgs) { id }: TokenArgs, @Context() context: GraphContext): Promise<TokenNode> {
    return nodeOf(await this.#manage(context).revoke(id));
  }

  #manage({ principal }: GraphContext): ManageTokens {
    return new ManageTokens(this.#tokens, this.#clock, actorOf(requireScope(principal, 'admin')));
  }
}
