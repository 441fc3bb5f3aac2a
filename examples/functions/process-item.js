async function note(level, message, metadata) {
  await api.createRecord('job-logs', {
    functionName: 'process-item',
    level,
    message,
    metadata: JSON.stringify(metadata ?? {}),
    createdAt: new Date().toISOString(),
  });
}

async function run() {
  const { recordId, data } = executionParams;
  if (!recordId) {
    return { success: false, reason: 'no recordId was given' };
  }
  await note('info', `Started on "${data?.title ?? recordId}"`, { recordId });
  const processedAt = new Date().toISOString();
  await api.updateRecord(recordId, {
    status: 'completed',
    processedAt,
    resultSummary: `Done at ${processedAt}`,
  });
  await note('info', `Finished "${data?.title ?? recordId}"`, { recordId, processedAt });
  return { success: true, recordId, processedAt };
}
