import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';

/** Tools ask for the whole schema with a query of depth 15; that says nothing about what our data may be asked. */
const INTROSPECTION_DEPTH = 20;
const INTROSPECTION = new Set(['__schema', '__type']);

interface Visit {
  readonly set: SelectionSetNode;
  readonly depth: number;
  readonly limit: number;
}

/**
 * Whether an operation nests fields deeper than `limit`. A field at the top has depth 1; fragments add none of their own.
 * Runs before validation, so the document may name fragments that do not exist or that contain themselves. A fragment is
 * walked again only where it lies deeper than before: the work is bounded by the document's size times the limit.
 */
export function isTooDeep(document: DocumentNode, limit: number): boolean {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const pending: Visit[] = [];
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    else if (definition.kind === Kind.OPERATION_DEFINITION)
      pending.push({ set: definition.selectionSet, depth: 1, limit });
  }
  const deepest = new Map<string, number>();
  for (let visit = pending.pop(); visit !== undefined; visit = pending.pop()) {
    if (visit.depth > visit.limit) return true;
    for (const selection of visit.set.selections) {
      if (selection.kind === Kind.FIELD) {
        if (selection.selectionSet === undefined) continue;
        const isIntrospection = visit.depth === 1 && INTROSPECTION.has(selection.name.value);
        const inner = isIntrospection ? Math.max(visit.limit, INTROSPECTION_DEPTH) : visit.limit;
        pending.push({ set: selection.selectionSet, depth: visit.depth + 1, limit: inner });
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        pending.push({ ...visit, set: selection.selectionSet });
      } else {
        const fragment = fragments.get(selection.name.value);
        const key = `${visit.limit} ${selection.name.value}`;
        if (fragment === undefined || (deepest.get(key) ?? 0) >= visit.depth) continue;
        deepest.set(key, visit.depth);
        pending.push({ ...visit, set: fragment.selectionSet });
      }
    }
  }
  return false;
}
