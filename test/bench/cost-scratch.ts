import { measureUse } from './cost/measure.ts';
const { raw } = await measureUse(process.cwd() + '/dist');
console.log(JSON.stringify(raw, null, 1));
process.exit(0);
