-- KEYS     value and lease by turns: value1, lease1, value2, lease2, …
-- ARGV     for each value: the token of its lease, the value, its lifetime in seconds
-- returns  for each value 1 when it was stored, 0 when its lease is gone or another's
-- Atomic, because an invalidation between the look at the lease and the SET would let a stale value in after it.
local stored = {}
for i = 1, #KEYS / 2 do
  local token, value, ttlSeconds = ARGV[3 * i - 2], ARGV[3 * i - 1], ARGV[3 * i]
  if redis.call('GET', KEYS[2 * i]) == token then
    redis.call('SET', KEYS[2 * i - 1], value, 'EX', ttlSeconds)
    stored[i] = 1
  else
    stored[i] = 0
  end
end
return stored
