const STATUSES = ['pending', 'processing', 'completed', 'failed'];

async function countOf(status) {
  const page = await api.queryRecords('processed-items', {
    filter: { 'data.status': status },
    pageSize: 1,
    includeTotal: true,
  });
  return page.total ?? page.meta?.total ?? 0;
}

async function run() {
  const counts = {};
  for (const status of STATUSES) {
    counts[status] = await countOf(status);
  }
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  await api.createRecord('job-logs', {
    functionName: 'generate-report',
    level: 'info',
    message: `${total} items in all`,
    metadata: JSON.stringify(counts),
    createdAt: new Date().toISOString(),
  });
  return { success: true, total, counts };
}
