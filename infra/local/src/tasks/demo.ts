import { tellStory } from '../demo/story.ts';
import { localDir } from '../paths.ts';
import { runTask } from '../run-task.ts';
import { readRunFile } from '../shop/run-file.ts';

await runTask(async () => {
  const run = readRunFile(localDir);
  if (run === null) throw new Error('The shop is not running: `npm start` in another terminal, then this again.');
  await tellStory({
    gatewayUrl: run.gateway.url,
    dataPlatformUrl: `http://127.0.0.1:${run.standIns.dataPlatform.port}`,
    log: (line) => process.stdout.write(`  ${line}\n`),
  });
});
