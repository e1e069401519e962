-- KEYS     gen, stock, users, requests, log of one event
-- ARGV[1]  generation of the grant
-- ARGV[2]  user
-- ARGV[3]  user:request
-- ARGV[4]  the grant, 'couponId:sequence'
-- ARGV[5]  what the table said: REFUSED (goes back whole), LIMIT (the user has all slots: only the stock goes back),
--          SOLD_OUT (the cap is reached: nothing is left to go back to)
-- returns  1 when it was taken back, 0 when the keys are of another generation, the grant is not this one, or it is settled
-- Atomic, because keys rebuilt between the look and the INCR have never counted this grant, and would gain a coupon by it;
-- and because only one of those who bring it back at once may find it in the log.
local entry = ARGV[1] .. '-' .. string.match(ARGV[4], '%d+$')
if redis.call('GET', KEYS[1]) ~= ARGV[1] or redis.call('XDEL', KEYS[5], entry) == 0 then
  return 0
end
if redis.call('HGET', KEYS[4], ARGV[3]) ~= ARGV[4] then
  return 0
end
redis.call('HDEL', KEYS[4], ARGV[3])
if ARGV[5] ~= 'LIMIT' then
  redis.call('HINCRBY', KEYS[3], ARGV[2], -1)
end
if ARGV[5] == 'SOLD_OUT' then
  redis.call('SET', KEYS[2], 0, 'KEEPTTL')
else
  redis.call('INCR', KEYS[2])
end
return 1
