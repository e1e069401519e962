// Imported before any of Apollo's packages: none of them may send anything anywhere.
process.env.APOLLO_TELEMETRY_DISABLED = '1';
