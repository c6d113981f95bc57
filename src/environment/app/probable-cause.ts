/** Why an application did not start, and what to do about it. */
export interface Cause {
  cause: string
  next: string
}

interface Clue {
  pattern: RegExp
  explain(match: RegExpExecArray): Cause
}

/** From the most telling to the least. */
const CLUES: Clue[] = [
  {
    pattern:
      /(?:Cannot find module|Could not locate the bindings file)[^\n]*?node_modules\/((?:@[^/\s]+\/)?[^/\s]+)\/[^\n]*\.node/,
    explain: ([, name = '']) => ({
      cause: `the compiled part of the dependency ${name} is missing`,
      next: `Run \`npm rebuild ${name}\`: its install script has not run.`,
    }),
  },
  {
    pattern:
      /(?:Try to install it: npm install|run\s+\$ npm install|Please install) ['"`]?([@\w/.-]+)['"`]?(?: package manually| --save|\s*$)/m,
    explain: ([, name = '']) => ({
      cause: `the dependency ${name} is not installed`,
      next: `Run \`npm install ${name}\`: the code asks for it in this mode.`,
    }),
  },
  {
    pattern: /Cannot find (?:module|package) ['"]([^'"]+)['"]/,
    explain: ([, module = '']) =>
      /^[./]|^file:/.test(module)
        ? { cause: `the file ${module} is not there`, next: 'Run the build first, or correct the boot command.' }
        : { cause: `the dependency ${module} is not installed`, next: 'Run `npm install`.' },
  },
  {
    pattern: /The server does not support SSL connections|server does not support SSL, but SSL was required/,
    explain: () => ({
      cause: "it insists on TLS, which the environment's database does not speak",
      next: 'Let a variable or NODE_ENV decide on `ssl`, so that tests can do without.',
    }),
  },
  {
    pattern: /listen EADDRINUSE.*?(\d+)\s*$/m,
    explain: ([, port]) => ({ cause: `port ${port} is in use`, next: 'Does the application start two servers?' }),
  },
  {
    pattern: /SyntaxError: .*/,
    explain: ([line]) => ({
      cause: line,
      next: 'Does the application need a build, another Node version, or another module system?',
    }),
  },
  {
    pattern:
      /(?:missing|required|undefined|not (?:set|defined|provided)|must be (?:set|defined|provided))\b[^\n]{0,80}?\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b/i,
    explain: ([, name = '']) => missingVariable(name),
  },
  {
    pattern:
      /\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b[^\n]{0,80}?(?:is (?:missing|required|undefined)|(?:not|must be) (?:set|defined|provided|configured|found)|: Required|: Invalid)/,
    explain: ([, name = '']) => missingVariable(name),
  },
  {
    pattern: /(?:relation|table) ["']?([\w.]+)["']? does not exist|no such table: ([\w.]+)|ER_NO_SUCH_TABLE/,
    explain: ([, postgres, sqlite]) => ({
      cause: `the table ${postgres ?? sqlite ?? ''} is missing`,
      next: 'Name the command that applies the migrations in integration-tests.config.json.',
    }),
  },
  {
    pattern:
      /password authentication failed|role "?\w+"? does not exist|database "?\w+"? does not exist|SQLITE_CANTOPEN[^\n]*/,
    explain: ([line]) => ({
      cause: `the database refuses the application: ${line}`,
      next: 'Which variables decide the database address? Name them in integration-tests.config.json.',
    }),
  },
  {
    pattern: /(?:connect ECONNREFUSED|ENETUNREACH|getaddrinfo \w+)\s+([^\s,)]+)/,
    explain: ([, target = '']) => ({
      cause: `it reaches for ${target}, where nothing of the environment is`,
      next: 'Which variable decides that address? Name it, or the missing service, in integration-tests.config.json.',
    }),
  },
]

function missingVariable(name: string): Cause {
  return {
    cause: `the variable ${name} is missing`,
    next: `Give ${name} a test value in integration-tests.config.json.`,
  }
}

/** Reads the output of an application that ended or never listened. */
export function findProbableCause(output: string): Cause | null {
  for (const { pattern, explain } of CLUES) {
    const match = pattern.exec(output)
    if (match) return explain(match)
  }
  return null
}
