import type { ArchiveLimits } from '../limits.ts';
import type { Fact, FactOf } from './fact-of.ts';
import type { Layout } from './layout-of.ts';
import type { Member } from './member.ts';
import { sectionsOf } from './sections.ts';
import { MemberUnpacker } from './unpack-member.ts';

/** One place in the archive that tells a fact. */
export interface Source {
  /** Path below the host's directory. */
  readonly path: string;
  /** What to call it: the member's path in the archive, and the section in it. */
  readonly name: string;
  readonly rank: number;
  /** It went through supportconfig's sed, which strips every line that begins with "#" or ";". */
  readonly filtered: boolean;
  read(): Member;
}

export interface Found {
  readonly source: Source;
  readonly bytes: Uint8Array;
}

export type EvidenceLimits = Pick<ArchiveLimits, 'memberBytes' | 'keptBytes'>;

/** All that the members of one host tell, by fact and from the best source to the worst. */
export class Evidence {
  readonly #sources = new Map<Fact, Source[]>();

  constructor(layout: Layout, members: ReadonlyMap<string, Member>, { memberBytes, keptBytes }: EvidenceLimits) {
    const unpacker = new MemberUnpacker(memberBytes, keptBytes);
    for (const [name, found] of layout.files) {
      const member = members.get(name);
      if (member === undefined) continue;
      const path = name.slice(layout.root.length);
      const read = onlyOnce(() => (member instanceof Uint8Array ? unpacker.unpack(member) : member));
      if (found.fact === 'sections') this.#addSections(name, read());
      else this.#add(found, { path, name, rank: found.rank, filtered: false, read });
    }
    for (const sources of this.#sources.values()) {
      sources.sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1));
    }
  }

  all(fact: Fact): readonly Source[] {
    return this.#sources.get(fact) ?? [];
  }

  /** All sources that can be read; an empty file tells nothing. */
  readable(fact: Fact): readonly Found[] {
    return this.all(fact).flatMap((source) => {
      const bytes = source.read();
      return bytes instanceof Uint8Array && bytes.length > 0 ? [{ source, bytes }] : [];
    });
  }

  /** The first source that fits and can be read. */
  best(fact: Fact, fits: (source: Source) => boolean = () => true): Found | null {
    for (const source of this.all(fact)) {
      if (!fits(source)) continue;
      const bytes = source.read();
      if (bytes instanceof Uint8Array && bytes.length > 0) return { source, bytes };
    }
    return null;
  }

  /** Why the best source of a fact could not be read; null where there is none, or it could. */
  unread(fact: Fact): string | null {
    const [first] = this.all(fact);
    const member = first?.read();
    if (first === undefined || member === undefined) return null;
    if (!(member instanceof Uint8Array)) return `${first.name}: ${member.unread}`;
    return member.length === 0 ? `${first.name}: empty` : null;
  }

  #addSections(name: string, text: Member): void {
    if (!(text instanceof Uint8Array)) return;
    for (const { fact, rank, title, content } of sectionsOf(new TextDecoder().decode(text))) {
      const bytes = new TextEncoder().encode(content);
      const path = title.replace(/^\//, '');
      this.#add({ fact, rank }, { path, name: `${name}: ${title}`, rank, filtered: true, read: () => bytes });
    }
  }

  #add({ fact }: FactOf, source: Source): void {
    const sources = this.#sources.get(fact) ?? [];
    sources.push(source);
    this.#sources.set(fact, sources);
  }
}

function onlyOnce(read: () => Member): () => Member {
  let known: Member | null = null;
  return () => {
    known ??= read();
    return known;
  };
}
