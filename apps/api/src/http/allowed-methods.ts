/** Knows which methods an address takes, to tell "not here" (404) from "not like this" (405). */
export class AllowedMethods {
  readonly #routes: { pattern: RegExp; methods: readonly string[] }[] = [];

  /** `url` is a route pattern such as /v1/blobs/:digest */
  add(url: string, methods: readonly string[]): void {
    const pattern = url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:[A-Za-z]+/g, '[^/]+');
    this.#routes.push({ pattern: new RegExp(`^${pattern}$`), methods });
  }

  of(path: string): string[] {
    const methods = this.#routes.filter(({ pattern }) => pattern.test(path)).flatMap((route) => route.methods);
    return [...new Set(methods)].sort();
  }
}
