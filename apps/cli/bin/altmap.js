#!/usr/bin/env node
// Starts the bundle that tools/build/build.mjs makes. Written so that an old Node can read it and be told what is needed.
var version = process.versions.node.split('.').map(Number);
if (version[0] < 22 || (version[0] === 22 && version[1] < 15)) {
  console.error('altmap: needs Node 22.15 or newer, this is ' + process.versions.node + ' (' + process.execPath + ').');
  console.error(
    'altmap: "npm ci" in the repository installs Node 24 beside it: start it with "npx altmap", or install a newer Node.',
  );
  process.exit(2);
}
import('../../../dist/altmap.js').catch(function (error) {
  if (error.code === 'ERR_MODULE_NOT_FOUND' && /module '[^']*dist\/altmap\.js'/.test(error.message)) {
    console.error('altmap: dist/altmap.js is not there: run "npm ci" or "npm run build" in the repository first.');
  } else {
    console.error(error);
  }
  process.exit(2);
});
