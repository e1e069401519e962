-- KEYS[1]  the lock
-- ARGV[1]  its owner
-- returns  1 when the lock was the owner's and is gone, 0 when it was not
-- Atomic, because between a GET and a DEL apart the lock may run out and become another's, which the DEL would then take.
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0
