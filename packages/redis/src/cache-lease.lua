-- KEYS     the leases of values that are about to be loaded
-- ARGV[1]  token for a lease that is not there yet
-- ARGV[2]  its lifetime, ms
-- returns  the token of each lease, in the order of the keys
-- Atomic, so that loaders side by side share a lease: whoever comes second takes the first one's token.
local tokens = {}
for i, key in ipairs(KEYS) do
  redis.call('SET', key, ARGV[1], 'NX', 'PX', ARGV[2])
  tokens[i] = redis.call('GET', key)
end
return tokens
