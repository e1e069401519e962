-- KEYS     gen, stock, users, requests, seq, log of one event
-- ARGV[1]  generation the caller knows
-- ARGV[2]  user
-- ARGV[3]  user:request, the field under which the grant is remembered
-- ARGV[4]  id the coupon will have
-- ARGV[5]  how many a user may have
-- returns  {'GRANTED', 'couponId:sequence'} for a new grant and for one that this request was given before,
--          {'LIMIT'}, {'SOLD_OUT'}, {'INCOMPLETE'} (keys are missing), {'FENCED', generation} (the keys have another generation)
-- Atomic, because check and take apart would sell the last coupon twice, and a crash between them would lose it. For the
-- same reason the grant is written into the log here: its entry 'generation-sequence' stays until the table has the coupon.
local generation = redis.call('GET', KEYS[1])
local stock = redis.call('GET', KEYS[2])
local users = redis.call('HMGET', KEYS[3], 'generation', ARGV[2])
local requests = redis.call('HMGET', KEYS[4], 'generation', ARGV[3])
if not (generation and stock and users[1] and requests[1] and redis.call('EXISTS', KEYS[5], KEYS[6]) == 2) then
  return { 'INCOMPLETE' }
end
if generation ~= ARGV[1] then
  return { 'FENCED', generation }
end
if requests[2] then
  return { 'GRANTED', requests[2] }
end
if (tonumber(users[2]) or 0) >= tonumber(ARGV[5]) then
  return { 'LIMIT' }
end
if tonumber(stock) <= 0 then
  return { 'SOLD_OUT' }
end
local sequence = redis.call('INCR', KEYS[5])
local grant = ARGV[4] .. ':' .. sequence
redis.call('XADD', KEYS[6], generation .. '-' .. sequence, 'request', ARGV[3], 'grant', grant, 'at', redis.call('TIME')[1])
redis.call('DECR', KEYS[2])
redis.call('HINCRBY', KEYS[3], ARGV[2], 1)
redis.call('HSET', KEYS[4], ARGV[3], grant)
return { 'GRANTED', grant }
