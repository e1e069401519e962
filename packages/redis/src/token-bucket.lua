-- KEYS[1]  the bucket: a hash of tokens and the time (µs) they were counted at
-- ARGV[1]  tokens that come back per second
-- ARGV[2]  tokens in a full bucket
-- ARGV[3]  tokens to take; below 0, tokens to put back, as far as there is room
-- ARGV[4]  lifetime of an untouched bucket, ms
-- returns  0 when it is done, else the ms until they can be
-- Atomic, because two takers apart would both read the last token. The clock is the server's: processes' clocks differ.
local perSecond, burst, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = tonumber(bucket[1]) or burst
local at = tonumber(bucket[2]) or now
if at > now then
  -- The clock went back, or a new primary's is behind: an empty bucket would stay empty until it has caught up.
  at = now
  redis.call('HSET', KEYS[1], 'at', string.format('%.0f', now))
end
tokens = math.min(burst, tokens + (now - at) * perSecond / 1000000)

if tokens < cost then
  return math.ceil((cost - tokens) * 1000 / perSecond)
end
redis.call('HSET', KEYS[1], 'tokens', math.min(burst, tokens - cost), 'at', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 0
