-- KEYS     gen, stock, requests, seq, log of one event
-- ARGV[1]  age from which a grant is late, seconds
-- ARGV[2]  how many entries of the log are looked at, the oldest first
-- returns  {generation, stock, requests that have a grant, sequence, length of the log,
--          {'user:request', 'couponId:sequence', …} of the late grants}, nothing when keys are missing
-- Atomic, because a grant between two of these reads would make a difference where there is none.
local generation = redis.call('GET', KEYS[1])
local stock = redis.call('GET', KEYS[2])
local sequence = redis.call('GET', KEYS[4])
if not (generation and stock and sequence and redis.call('EXISTS', KEYS[3], KEYS[5]) == 2) then
  return false
end
local now = tonumber(redis.call('TIME')[1])
local late = {}
for _, entry in ipairs(redis.call('XRANGE', KEYS[5], '-', '+', 'COUNT', ARGV[2])) do
  local fields = entry[2]
  -- Either way: the clock may have gone back, or a new primary's be behind.
  if math.abs(now - tonumber(fields[6])) >= tonumber(ARGV[1]) then
    late[#late + 1] = fields[2]
    late[#late + 1] = fields[4]
  end
end
-- Two of the fields are about the hash itself.
local about = redis.call('HEXISTS', KEYS[3], 'generation') + redis.call('HEXISTS', KEYS[3], 'server')
local granted = redis.call('HLEN', KEYS[3]) - about
return { generation, stock, granted, sequence, redis.call('XLEN', KEYS[5]), late }
