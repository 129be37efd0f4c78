/** What a bundled test gets for `import … from 'mocha'`: the functions of the mocha that the page has loaded. */
const { describe, it, before, after, beforeEach, afterEach } = globalThis

export { after, afterEach, before, beforeEach, describe, it }
