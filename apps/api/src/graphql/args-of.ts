import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import { Args } from '@nestjs/graphql';

/**
 * A resolver's arguments as a class. Nest looks for the parameter types that a compiler may emit, even where the type is
 * given; our compilers emit none, so an empty list stands in for them.
 */
export function ArgsOf(type: () => Type): ParameterDecorator {
  return (target, key, index) => {
    if (key === undefined) throw new TypeError('arguments belong to a method');
    if (!Reflect.hasOwnMetadata('design:paramtypes', target, key)) {
      Reflect.defineMetadata('design:paramtypes', [], target, key);
    }
    Args({ type })(target, key, index);
  };
}
