import { realServer } from '../support/real-server.js';
import { injectTarget, socketTarget } from '../support/target.js';
import { describeContract } from './describe-contract.js';

describeContract('contract, injected', async () => {
  const { app, key, close } = await realServer();
  return { target: { ...injectTarget(app), close }, key };
});

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
