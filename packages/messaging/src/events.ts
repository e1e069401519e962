// The operator's command line: `node packages/messaging/dist/events.js --help`.
import { runEvents } from './operate/run-events.ts';

process.exitCode = await runEvents(process.argv.slice(2));
