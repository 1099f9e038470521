import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

/** Members that hold sentences for people and citations: no test should pin their wording. */
const PROSE = new Set(['meaning', 'source', 'sentence', 'title', 'whatToDo']);

export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, 'prose', {
    shouldIgnore({ node }) {
      const isProse = node.type === 'ObjectProperty' && node.key.type === 'Identifier' && PROSE.has(node.key.name);
      const isText = isProse && (node.value.type === 'StringLiteral' || node.value.type === 'TemplateLiteral');
      return isText ? 'text for people' : undefined;
    },
  }),
];
