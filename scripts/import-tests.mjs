/**
 * Loaded before mocha: makes it load test files with `import`, as programs load ours.
 *
 * Where Node can require() a module, mocha tries require() first. Under tsx that runs our sources as CommonJS, and
 * reports a missing file as something else.
 */
Object.defineProperty(process.features, 'require_module', { value: false })
