// Starts servers in this process and prints what that cost, as JSON. Run with --expose-gc.
const { startFakeKsApiserver } = await import(process.argv[2]);
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const starts = [];
for (let round = 0; round < 60; round += 1) {
  const begin = performance.now();
  const ks = await startFakeKsApiserver();
  if (round >= 10) starts.push(performance.now() - begin);
  await ks.close();
}
const probe = async (ks) => {
  const answer = await fetch(`${ks.url}/version`);
  if (answer.status !== 200) throw new Error(String(answer.status));
  await answer.text();
};
globalThis.gc();
const before = process.memoryUsage();
const begin = performance.now();
const many = [];
for (let at = 0; at < 100; at += 1) many.push(await startFakeKsApiserver());
const hundred = performance.now() - begin;
globalThis.gc();
const after = process.memoryUsage();
const megabytes = (after.heapUsed + after.external - before.heapUsed - before.external) / 100 / 1e6;
await Promise.all(many.map(probe));
await Promise.all(many.map((ks) => ks.close()));
console.log(JSON.stringify({ start: median(starts), hundred, megabytes }));
process.exit(0);
