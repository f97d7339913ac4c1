import { realServer } from '../support/real-server.js';
import { socketTarget } from '../support/target.js';
import { describeContract } from './describe-contract.js';

describeContract('contract, through a socket', async () => {
  const { app, key, close } = await realServer();
  const target = await socketTarget(app);
  return {
    target: {
      ...target,
      async close() {
        await target.close();
        await close();
      },
    },
    key,
  };
});
