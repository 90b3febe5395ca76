// npm run new-check -- L3 pod-cidr-overlap cluster podCidrs: a check and its table, whose blanks do not compile.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import type { LayerId } from '../src/checks/check.js';
import { LAYERS } from '../src/layers/layer.js';

const [layer = '', id = '', about = '', ...needs] = process.argv.slice(2);
const known = Object.keys(LAYERS).find((name): name is LayerId => name === layer);
const kinds = ['cluster', 'node', 'pod', 'service', 'flow'];

if (known === undefined || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id) || !kinds.includes(about)) {
  console.error('usage: npm run new-check -- LAYER ID ABOUT [FACT...]');
  console.error(
    `LAYER: ${Object.keys(LAYERS).join(', ')}. ID: a noun phrase that names the illness. ABOUT: ${kinds.join(', ')}.`,
  );
  process.exitCode = 2;
} else {
  const folder = `${known.toLowerCase()}-${LAYERS[known].name}`;
  put(`src/checks/${folder}/${id}.ts`, checkText(known));
  put(`test/checks/${id}.test.ts`, testText(folder));
  console.error('Fill in the blanks, title and explain first, then: npm run generate');
}

function checkText(of: LayerId): string {
  const facts = needs.map((need) => `'${need}'`).join(', ');
  return `import { defineCheck, fail, pass, reads } from '../check.js';

export default defineCheck({
  id: '${id}',
  layer: '${of}',
  title: ,
  about: '${about}',
  needs: [${facts}],
  explain: { looksAt: , matters: , misleads:  },
  judge({ ${needs.join(', ')} }, ${about}) {
    return pass();
  },
  examples: { subject: , fails: { ${needs.join(': , ')}:  }, passes: { ${needs.join(': , ')}:  } },
});
`;
}

function testText(folder: string): string {
  return `import check from '../../src/checks/${folder}/${id}.js';
import { testCheck } from '../support/test-check.js';

testCheck(check, {
  passes: { 'the line itself': [, ] },
  fails: { 'one beyond it': [, , ] },
});
`;
}

function put(path: string, content: string): void {
  if (existsSync(path)) {
    console.error(`${path} exists already`);
    process.exitCode = 2;
    return;
  }
  mkdirSync(path.slice(0, path.lastIndexOf('/')), { recursive: true });
  writeFileSync(path, content);
  console.error(path);
}
