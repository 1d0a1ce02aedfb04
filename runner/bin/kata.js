#!/usr/bin/env node
// Plain old syntax up to the import, so that an old Node can still say what is wrong.
var version = process.versions.node.split('.').map(Number);
var fits =
  (version[0] === 20 && version[1] >= 19) ||
  (version[0] === 22 && version[1] >= 13) ||
  version[0] >= 24;
if (!fits) {
  console.error(
    'kata needs Node 20.19 or later in 20, 22.13 or later in 22, or 24 and up; this is ' +
      process.version +
      '.',
  );
  console.error('Install one of them, then run npm install again.');
  process.exitCode = 3;
} else {
  import('../dist/src/main.js').catch(function (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    console.error('kata is not built: ' + error.message);
    console.error('Run npm install in the folder of the workshop; it builds too.');
    process.exitCode = 3;
  });
}
