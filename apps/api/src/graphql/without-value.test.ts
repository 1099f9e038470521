import { expect, it } from 'vitest';
import { withoutValue } from './without-value.ts';

const GOT = 'Variable "$new" got invalid value';
const SAID = 'Variable "$new" got an invalid value';

it.each([
  [
    `${GOT} 5 at "new.name"; String cannot represent a non string value: 5`,
    `${SAID} at "new.name"; String cannot represent a non string value`,
  ],
  [
    `${GOT} { secret: "hunter2", x: 1 }; Field "x" is not defined by type "New".`,
    `${SAID}; Field "x" is not defined by type "New".`,
  ],
  [
    `${GOT} { secret: "hunter2; at \\"x\\"; y", x: 1 } at "new.in[0]"; Field "x" is unknown`,
    `${SAID} at "new.in[0]"; Field "x" is unknown`,
  ],
  [
    `${GOT} ["a; hunter2"] at "new.name"; String cannot represent a non string value: ["a; hunter2\n"]`,
    `${SAID} at "new.name"; String cannot represent a non string value`,
  ],
  [`${GOT} "hunter2"`, SAID],
])('%s', (message, expected) => {
  expect(withoutValue(message)).toBe(expected);
});

it('leaves other messages as they are', () => {
  const message = 'Cannot query field "x" on type "Query".';
  expect(withoutValue(message)).toBe(message);
});
