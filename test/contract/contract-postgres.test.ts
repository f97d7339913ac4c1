import { realServer } from '../support/real-server.js';
import { injectTarget } from '../support/target.js';
import { TestDatabase } from '../support/test-database.js';
import { describeContract } from './describe-contract.js';

describeContract('contract, on PostgreSQL', async () => {
  const database = await TestDatabase.start();
  const { app, key, close } = await realServer(database.env);
  return {
    target: {
      ...injectTarget(app),
      async close() {
        await close();
        await database.stop();
      },
    },
    key,
  };
});
