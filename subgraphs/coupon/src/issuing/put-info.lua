-- KEYS[1]  info of one event
-- ARGV[1]  its generation
-- ARGV[2]  lifetime, seconds
-- ARGV[3…] fields and values by turns
-- returns  1 when it was written, 0 when what is there is newer
-- Atomic, because a slow reader's old event would otherwise overwrite an edit that came after its look.
local known = tonumber(redis.call('HGET', KEYS[1], 'generation'))
if known and known > tonumber(ARGV[1]) then
  return 0
end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], unpack(ARGV, 3))
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
