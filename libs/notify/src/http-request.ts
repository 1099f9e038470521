/** What one receiver is sent over HTTP: always a POST of JSON. */
export interface HttpRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** @throws Error when it is no address over HTTP. */
export function httpUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new Error('its URL is not one: expected http://... or https://...');
  }
  return url;
}
