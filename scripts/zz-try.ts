import { buildWorld } from '../src/worlds/build-world.js';
import { releases } from '../src/releases/index.js';
import { Catalog } from '../src/registry/catalog.js';
import { nativeResources } from '../src/apis/native-resources.js';
import { kubesphereResources } from '../src/apis/kubesphere-resources.js';
import { readFileSync } from 'node:fs';
async function run(r0: string, options: any, label: string) {
  const r = releases[r0 as 'v4.1'];
  const catalog = new Catalog([...nativeResources(), ...kubesphereResources()], r.name);
  const t = performance.now();
  const w = await buildWorld(options, r, catalog);
  const t2 = performance.now();
  const f = w.fork();
  console.log(label, r0, 'build', (t2 - t).toFixed(2), 'fork', (performance.now() - t2).toFixed(2), 'users', f.host.store.count({group:'iam.kubesphere.io',plural:'users'}), 'pods', f.host.store.count({group:'',plural:'pods'}), 'nodes', f.host.store.count({group:'',plural:'nodes'}), 'ns', f.host.store.count({group:'',plural:'namespaces'}));
  return f;
}
for (const r of ['v2.1','v3.0','v3.1','v3.3','v3.4','v4.1']) try { await run(r, {}, 'default'); } catch (e) { console.log(r, String(e).slice(0,200)); }
await run('v4.1', {}, 'default'); await run('v4.1', {}, 'default');
await run('v4.1', {world:'empty'}, 'empty');
await run('v4.1', {kubeVersion:'v1.30.1', users:[{name:'bob', password:'Bobby-1234'}], clients:[{name:'c', secret:'s'}]}, 'options');
const n = await run('v4.1', {generate:{nodes:10000}}, 'gen nodes');
globalThis.gc?.(); console.log('heap', process.memoryUsage().heapUsed/1e6);
const node = n.host.store.get({group:'',plural:'nodes'}, undefined, 'node-00042').object;
console.log(JSON.stringify(node,null,1).length); console.log(JSON.stringify(node).slice(0,1500));
let t = performance.now(); n.clock.advance(30000); console.log('tick', performance.now()-t); t=performance.now(); n.host.store.list({group:'',plural:'nodes'}); console.log('list', performance.now()-t);
t = performance.now(); n.clock.advance(3600000); console.log('1h', performance.now()-t);
await run('v4.1', {generate:{nodes:100,namespaces:100,pods:1000,users:200}}, 'gen all');
for (const r of ['v3.4','v4.1']) try { await run(r, {world:`../shared/golden/${r}/world.json`}, 'golden'); } catch (e) { console.log(r, String(e).slice(0,900)); }
