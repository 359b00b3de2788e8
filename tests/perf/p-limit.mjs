// The same work in Node with p-limit and no journal, for a figure beside ours: `node p-limit.mjs [agents] [ms]`.
import pLimit from "p-limit";

const [agents = 1000, ms = 20] = process.argv.slice(2).map(Number);
const limit = pLimit(16);
const began = performance.now();
const pause = () => (ms > 0 ? new Promise((done) => setTimeout(done, ms)) : Promise.resolve());
const answers = await Promise.all(
  Array.from({ length: agents }, (_, i) => limit(async () => (await pause(), `done ${i}`))),
);
const took = (performance.now() - began) / 1000;
const cpu = process.cpuUsage();
const seconds = ((cpu.user + cpu.system) / 1e6).toFixed(2);
const mib = Math.round(process.resourceUsage().maxRSS / 1024);
console.log(`${answers.length} agents of ${ms} ms: ${took.toFixed(3)} s; ${seconds} s CPU, ${mib} MiB`);
