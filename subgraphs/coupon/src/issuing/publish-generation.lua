-- KEYS     lock, gen, stock, users, requests, seq, log of one event
-- ARGV[1]  owner of the lock
-- ARGV[2]  the new generation
-- ARGV[3]  coupons left
-- ARGV[4]  last sequence given
-- ARGV[5]  when the keys may go, ms since 1970
-- returns  1 when the generation is published, 0 when the lock was lost
-- Atomic, because a script that ran between two of these writes would see half a rebuilt event.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
-- Asked here, as a process may not have heard yet who took over. Not every user may ask, and not every server tells.
local info = redis.pcall('INFO', 'server')
local server = type(info) == 'string' and string.match(info, 'run_id:(%w+)') or ''
redis.call('SET', KEYS[2], ARGV[2])
redis.call('SET', KEYS[3], ARGV[3])
redis.call('HSET', KEYS[4], 'generation', ARGV[2])
redis.call('HSET', KEYS[5], 'generation', ARGV[2], 'server', server)
redis.call('SET', KEYS[6], ARGV[4])
-- Grants of older generations are in the table, or gone. An empty stream is there and has a lifetime, unlike none.
redis.call('DEL', KEYS[7])
redis.call('XADD', KEYS[7], 'MAXLEN', 0, ARGV[2] .. '-0', 'generation', ARGV[2])
for i = 2, 7 do
  redis.call('PEXPIREAT', KEYS[i], ARGV[5])
end
return 1
