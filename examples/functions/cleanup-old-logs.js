const WEEK_MS = 7 * 24 * 60 * 60 * 1000;

async function run() {
  const before = new Date(Date.now() - WEEK_MS).toISOString();
  const old = await api.queryRecords('job-logs', {
    dateWindow: { field: 'createdAt', to: before },
    pageSize: 100,
  });
  const entries = old.items ?? old.data ?? [];
  for (const entry of entries) {
    await api.deleteRecord(entry.id, true);
  }
  api.log({ message: 'Old log entries deleted', count: entries.length });
  return { success: true, deleted: entries.length };
}
