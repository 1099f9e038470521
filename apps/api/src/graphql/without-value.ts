/**
 * GraphQL repeats the whole value of a variable that is wrong somewhere, and with it what is secret elsewhere in it. What is left
 * here says which variable is wrong, where in it, and why.
 */
export function withoutValue(message: string): string {
  const [, variable] = /^(Variable "\$\w+") got invalid value /.exec(message) ?? [];
  if (variable === undefined) return message;
  const short = message.replace(/( cannot represent [\w -]+): .*/s, '$1');
  const [why = ''] = /(?: at "[^"]*")?; [^;]*$/.exec(short) ?? [];
  return `${variable} got an invalid value${why}`;
}
